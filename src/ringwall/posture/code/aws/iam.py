"""IAM: users, groups, roles and policies as ``GetAccountAuthorizationDetails`` tells them."""

from collections.abc import Iterator
from typing import Any, Final

from ringwall.core.observations import Collected
from ringwall.posture.code.aws.declaring import component, ident, known
from ringwall.posture.code.aws.policies import document, granting
from ringwall.posture.code.terraform.resources import Instance, Resources
from ringwall.posture.snapshot.partial import Unknown

KINDS: Final = ("aws-iam-user", "aws-iam-group", "aws-iam-role", "aws-iam-policy")


def components(code: Resources) -> Iterator[Collected]:
    """Everybody, and every managed policy."""
    for one in code.of("aws_iam_policy"):
        yield _policy(code, one)
    for thing, word in (("user", "User"), ("group", "Group"), ("role", "Role")):
        for one in code.of(f"aws_iam_{thing}"):
            yield _somebody(code, one, thing, word)


def _arn(thing: str, one: Instance) -> str:
    path = one.get("path", "/")
    name = one.get("name", one.address)
    said = (
        f"{path if isinstance(path, str) else '/'}{name if isinstance(name, str) else one.address}"
    )
    return f"arn:aws:iam::code:{thing}{said}"


def _policy(code: Resources, one: Instance) -> Collected:
    attached = sum(
        len(code.pointing(type_, "policy_arn", one))
        for type_ in (
            "aws_iam_user_policy_attachment",
            "aws_iam_group_policy_attachment",
            "aws_iam_role_policy_attachment",
            "aws_iam_policy_attachment",
        )
    )
    details = {
        "PolicyName": one.get("name", one.address),
        "Arn": _arn("policy", one),
        "AttachmentCount": attached,
        "IsAttachable": True,
        "DefaultVersionId": "v1",
        "PolicyVersionList": [
            {
                "VersionId": "v1",
                "IsDefaultVersion": True,
                "Document": granting(code, one.get("policy", Unknown("it has no policy"))),
            }
        ],
    }
    return component("aws-iam-policy", one, one.get("name"), {"details": known(details, one)})


def _somebody(code: Resources, one: Instance, thing: str, word: str) -> Collected:
    names = (one.get("name"),)
    inline: list[Any] = [
        {
            "PolicyName": _called(each.get("name"), each),
            "PolicyDocument": granting(code, each.get("policy")),
        }
        for each in code.pointing(f"aws_iam_{thing}_policy", thing, one, *names)
    ]
    written = one.blocks("inline_policy")
    if not isinstance(written, Unknown):
        inline += [
            each
            if isinstance(each, Unknown)
            else {
                "PolicyName": _called(each.get("name"), one),
                "PolicyDocument": granting(code, each.get("policy")),
            }
            for each in written
            if isinstance(each, Unknown) or each.get("policy") is not None
        ]
    details: dict[str, Any] = {
        f"{word}Name": _called(one.get("name"), one),
        "Arn": _arn(thing, one),
        "Path": one.get("path", "/"),
        "CreateDate": Unknown("when it was made is known only once it is there"),
        "AttachedManagedPolicies": _attached(code, one, thing, *names),
        f"{word}PolicyList": written if isinstance(written, Unknown) else inline,
    }
    boundary = one.get("permissions_boundary")
    if boundary is not None:
        details["PermissionsBoundary"] = {"PermissionsBoundaryArn": ident(boundary)}
    if thing == "role":
        details["AssumeRolePolicyDocument"] = document(one.get("assume_role_policy"), code)
        details["RoleLastUsed"] = Unknown("when it was used is known only once it is there")
        details["InstanceProfileList"] = [
            {"InstanceProfileName": each.get("name", each.address)}
            for each in code.pointing("aws_iam_instance_profile", "role", one, *names)
        ]
    if thing == "user":
        details["GroupList"] = _groups_of(code, one, *names)
    aspects: dict[str, Any] = {"details": known(details, one)}
    if thing == "role":
        seconds = one.get("max_session_duration", 3600)
        aspects["session"] = known({"MaxSessionDuration": seconds}, one)
    return component(f"aws-iam-{thing}", one, one.get("name"), aspects)


def _groups_of(code: Resources, one: Instance, *names: Any) -> list[Any]:
    """The groups that a user is in, whether the user or the group says so."""
    called = {each.address: _called(each.get("name"), each) for each in code.of("aws_iam_group")}
    found: list[Any] = []
    for each in code.pointing("aws_iam_user_group_membership", "user", one, *names):
        groups = each.get("groups")
        found += groups if isinstance(groups, list) else [groups]
    for each in code.pointing("aws_iam_group_membership", "users", one, *names):
        found.append(each.get("group"))
    several = [ident(group) for group in found if group is not None]
    return [called.get(group, group) if isinstance(group, str) else group for group in several]


def _called(name: Any, one: Instance) -> str:
    """What a policy is called; its address where that is not known, for a name decides nothing."""
    return name if isinstance(name, str) else one.address


def _attached(code: Resources, one: Instance, thing: str, *names: Any) -> Any:
    found = []
    policies = {each.address: each for each in code.of("aws_iam_policy")}
    several = [
        *code.pointing(f"aws_iam_{thing}_policy_attachment", thing, one, *names),
        *code.pointing("aws_iam_policy_attachment", f"{thing}s", one, *names),
    ]
    arns = [each.get("policy_arn") for each in several]
    kept = f"aws_iam_{thing}_policy_attachments_exclusive"
    for each in code.pointing(kept, f"{thing}_name", one, *names):
        listed = each.get("policy_arns")
        arns += listed if isinstance(listed, list) else [listed]
    for said in arns:
        arn = ident(said)
        policy = policies.get(arn) if isinstance(arn, str) else None
        if policy is not None:
            arn = _arn("policy", policy)
        name = arn.rpartition("/")[2] if isinstance(arn, str) else arn
        found.append({"PolicyArn": arn, "PolicyName": name})
    managed = one.get("managed_policy_arns")
    if isinstance(managed, Unknown):
        return managed
    for arn in managed or ():
        told = ident(arn)
        name = told.rpartition("/")[2] if isinstance(told, str) else told
        found.append({"PolicyArn": told, "PolicyName": name})
    return found
