"""Who comes to more than they were given, and who does not."""

from typing import Any

import pytest
from tests.posture.permissions.asked import ACCOUNT, ANA, allow, deny, document, lets, policy

from ringwall.posture.permissions.accounts import ADMINISTRATOR_ACCESS, Account, account
from ringwall.posture.permissions.administrators import is_administrator
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.escalation import BY_ID, TECHNIQUES, Escalation, escalations
from ringwall.posture.permissions.gaining import Reach
from ringwall.posture.permissions.needing import Workload
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.techniques import Gain, On, Target, Technique

ADMIN = f"arn:aws:iam::{ACCOUNT}:role/admin"
OWN = f"arn:aws:iam::{ACCOUNT}:policy/own"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:f"


def user(name: str, *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "UserName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "UserPolicyList": [{"PolicyName": "inline", "PolicyDocument": policy(*statements)}],
        "GroupList": [],
        "AttachedManagedPolicies": [],
        **more,
    }


def role(name: str, trust: Any, *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "AssumeRolePolicyDocument": policy(lets(trust)),
        "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": policy(*statements)}],
        "InstanceProfileList": [],
        "AttachedManagedPolicies": [],
        **more,
    }


def group(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    return {
        "GroupName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:group/{name}",
        "GroupPolicyList": [{"PolicyName": "inline", "PolicyDocument": policy(*statements)}],
        "AttachedManagedPolicies": [],
    }


def managed(arn: str, *statements: dict[str, Any], older: Any = ()) -> dict[str, Any]:
    versions = [{"VersionId": "v2", "IsDefaultVersion": True, "Document": policy(*statements)}]
    if older:
        versions.append({"VersionId": "v1", "IsDefaultVersion": False, "Document": policy(*older)})
    return {"Arn": arn, "PolicyName": arn.rpartition("/")[2], "PolicyVersionList": versions}


def trusting(service: str) -> dict[str, Any]:
    return role(
        "admin",
        {"Service": service} if service != "cognito-identity.amazonaws.com" else "*",
        allow("*"),
        InstanceProfileList=[{"Arn": "profile"}],
    )


def by(found: list[Escalation], technique: str) -> Escalation | None:
    return next((one for one in found if one.technique == technique), None)


def of(
    *statements: dict[str, Any],
    roles: tuple[dict[str, Any], ...] = (),
    groups: tuple[dict[str, Any], ...] = (),
    policies: tuple[dict[str, Any], ...] = (),
    users: tuple[dict[str, Any], ...] = (),
    workloads: list[Workload] | None = None,
    has_center: bool | None = True,
    **more: Any,
) -> list[Escalation]:
    ana = user("ana", *statements, **more)
    found = account(
        ACCOUNT,
        users=(ana, *users),
        roles=roles,
        groups=groups,
        policies=policies,
        has_center=has_center,
    )
    several = escalations(found, workloads=workloads)
    return [one for one in several if one.principal == ANA]


def world_of(technique: Technique) -> dict[str, Any]:
    """An account in which a technique leads somewhere."""
    workloads = None
    if technique.workload:
        arn = f"arn:aws:{technique.workload.split('-')[1]}:eu-west-1:{ACCOUNT}:thing/t"
        workloads = [Workload(technique.workload, arn, ADMIN)]
    trust: Any = {"AWS": ACCOUNT}
    if technique.service:
        trust = {"Service": technique.service}
    action = "sts:AssumeRole"
    if technique.target is Target.EVERYBODY:
        kind = "saml-provider" if "saml" in technique.id else "oidc-provider"
        trust = {"Federated": f"arn:aws:iam::{ACCOUNT}:{kind}/p"}
    if technique.service == "cognito-identity.amazonaws.com":
        trust, action = {"Federated": technique.service}, "sts:AssumeRoleWithWebIdentity"
    admin = role("admin", trust, allow("*"), InstanceProfileList=[{"Arn": "profile"}])
    admin["AssumeRolePolicyDocument"] = policy(lets(trust, action))
    has = managed(OWN, allow("s3:GetObject"), older=(allow("*"),))
    bounds = managed(f"{OWN}-bound", allow("s3:*"), allow([one.action for one in technique.needs]))
    attached: dict[str, Any] = {"AttachedManagedPolicies": [{"PolicyArn": OWN}]}
    admin |= attached
    return {
        "roles": (admin,),
        "users": (user("root-like", allow("*"), GroupList=["own"], **attached),),
        "groups": (group("admins", allow("*")), group("own")),
        "policies": (has, bounds),
        "workloads": workloads,
    }


def own_of(technique: Technique) -> dict[str, Any]:
    """What somebody has of their own for a technique to begin with."""
    own: dict[str, Any] = {"AttachedManagedPolicies": [{"PolicyArn": OWN}]}
    if any(need.on is On.OWN_GROUP for need in technique.needs):
        own["GroupList"] = ["own"]
    if "boundary" in technique.id:
        own["PermissionsBoundary"] = {"PermissionsBoundaryArn": f"{OWN}-bound"}
    return own


DENIALS = [one for one in TECHNIQUES if one.gain is Gain.WITHOUT_DENY]


@pytest.mark.parametrize(
    "technique", [one for one in TECHNIQUES if one not in DENIALS], ids=lambda one: one.id
)
def test_a_technique_takes_all_that_it_needs_and_no_less(technique: Technique) -> None:
    world, own = world_of(technique), own_of(technique)
    needed = sorted({need.action for need in technique.needs})
    who = ANA
    if not technique.users:
        world["users"] = (*world["users"], user("other"))
        own_role = role("ana", {"AWS": ACCOUNT}, allow(needed), **own)
        who = own_role["Arn"]
        world["roles"] = (*world["roles"], own_role)

    def found(actions: list[str]) -> list[Escalation]:
        said = [allow(actions)] if actions else []
        if technique.users:
            return of(*said, **world, **own)
        mine = role("ana", {"AWS": ACCOUNT}, *said, **own)
        roles = (*(one for one in world["roles"] if one["RoleName"] != "ana"), mine)
        whole = account(
            ACCOUNT,
            users=world["users"],
            roles=roles,
            groups=world["groups"],
            policies=world["policies"],
            has_center=True,
        )
        several = escalations(whole, workloads=world["workloads"])
        return [one for one in several if one.principal == who]

    one = by(found(needed), technique.id)
    assert one is not None
    assert one.is_certain
    assert "{" not in one.does
    for missing in needed:
        left = [action for action in needed if action != missing]
        if missing == "sts:AssumeRole":
            continue
        assert by(found(left), technique.id) is None, f"without {missing}"


@pytest.mark.parametrize(
    "technique", [one for one in TECHNIQUES if one.needs_center], ids=lambda one: one.id
)
def test_permissions_for_the_identity_center_need_one(technique: Technique) -> None:
    said = allow([need.action for need in technique.needs])
    assert by(of(said, has_center=False), technique.id) is None
    unknown = by(of(said, has_center=None), technique.id)
    assert unknown is not None
    assert unknown.decision.outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("technique", DENIALS, ids=lambda one: one.id)
def test_whoever_takes_a_denial_away_has_what_it_denied(technique: Technique) -> None:
    refused = deny("s3:*")
    written = {"PolicyName": "no", "PolicyDocument": policy(refused)}
    for where in ("inline", "attached", "group"):
        name = "User" if technique.users else "Role"
        own: dict[str, Any] = {
            f"{name}PolicyList": [{"PolicyName": "all", "PolicyDocument": policy(allow("*"))}]
        }
        if where == "inline":
            own[f"{name}PolicyList"].append(written)
        elif where == "attached":
            own["AttachedManagedPolicies"] = [{"PolicyArn": OWN}]
        elif technique.users:
            own["GroupList"] = ["own"]
        whole = account(
            ACCOUNT,
            users=(user("ana", **own),) if technique.users else (),
            roles=() if technique.users else (role("ana", {"AWS": ACCOUNT}, **own),),
            groups=(group("own", refused),),
            policies=(managed(OWN, refused),),
        )
        found = by(escalations(whole, techniques=(technique,)), technique.id)
        action = technique.needs[0].action
        wanted = "group" if "Group" in action else "attached" if "Detach" in action else "inline"
        assert (found is not None) is (where == wanted), where
        assert found is None or found.reach is Reach.ADMINISTRATOR


def test_the_catalogue_is_whole_and_its_names_stay() -> None:
    assert len(BY_ID) == len(TECHNIQUES) >= 150
    known = {name for one in TECHNIQUES for name in one.known_as}
    for name, count in {
        "apprunner": 2, "bedrock": 2, "cloudformation": 5, "codebuild": 4, "datapipeline": 1,
        "ec2": 4, "ecs": 5, "glue": 6, "iam": 21, "lambda": 6, "sagemaker": 5, "ssm": 2, "sts": 1,
    }.items():  # fmt: skip
        for number in range(1, count + 1):
            assert f"pathfinding:{name}-{number:03}" in known


@pytest.mark.parametrize(
    ("service", "actions"),
    [
        ("ssm", ("ssm:CreateActivation",)),
        ("ssm", ("ssm:CreateMaintenanceWindow", "ssm:RegisterTaskWithMaintenanceWindow")),
        ("states", ("states:TestState",)),
        ("s3", ("s3:PutReplicationConfiguration",)),
        ("codebuild", ("codebuild:StartBuild",)),
        ("codebuild", ("codebuild:StartBuildBatch",)),
        ("emr-serverless", ("emr-serverless:StartJobRun",)),
    ],
)
def test_a_role_is_passed_to_what_is_there_or_to_the_service_itself(
    service: str, actions: tuple[str, ...]
) -> None:
    found = of(
        allow(["iam:PassRole", *actions]),
        roles=(trusting(f"{service}.amazonaws.com"),),
        workloads=[],
    )
    assert [(one.target, one.is_certain) for one in found] == [(ADMIN, True)]


def test_the_resource_of_a_statement_is_respected() -> None:
    others = f"arn:aws:iam::{ACCOUNT}:user/other*"
    assert by(of(allow("iam:PutUserPolicy", others)), "iam-put-user-policy") is None
    assert by(of(allow("iam:PutUserPolicy", ANA)), "iam-put-user-policy") is not None
    itself = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
    assert by(of(allow("iam:PutUserPolicy", itself)), "iam-put-user-policy") is not None


def test_keys_of_oneself_are_no_escalation() -> None:
    mine = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
    assert not of(allow("iam:CreateAccessKey", mine), users=(user("root-like", allow("*")),))


def test_roles_are_passed_to_the_service_that_the_condition_names() -> None:
    acting = allow(["lambda:CreateFunction", "lambda:InvokeFunction", "ec2:RunInstances"])
    only = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    passing = allow("iam:PassRole", ADMIN, Condition=only)
    assert not of(acting, passing, roles=(trusting("lambda.amazonaws.com"),))
    found = of(acting, passing, roles=(trusting("ec2.amazonaws.com"),))
    assert {one.technique for one in found} == {"passrole-ec2-run-instances"}
    assert found[0].target == ADMIN
    assert found[0].does == "starts an instance with admin"


def test_a_role_without_an_instance_profile_starts_no_instance() -> None:
    statements = (allow("ec2:RunInstances"), allow("iam:PassRole"))
    bare = role("admin", {"Service": "ec2.amazonaws.com"}, allow("*"))
    assert not of(*statements, roles=(bare,))
    more = allow(["iam:CreateInstanceProfile", "iam:AddRoleToInstanceProfile"])
    found = of(*statements, more, roles=(bare,))
    assert [one.technique for one in found] == ["passrole-ec2-run-instances-with-new-profile"]


def test_what_is_made_has_to_be_one_thing() -> None:
    names = "arn:aws:iam::{}:role/{}".format
    apart = (
        allow("iam:CreateRole", names(ACCOUNT, "dev-*")),
        allow("iam:AttachRolePolicy", names(ACCOUNT, "ops-*")),
    )
    assert by(of(*apart), "iam-create-role-and-attach-policy") is None
    together = allow(["iam:CreateRole", "iam:AttachRolePolicy"], names(ACCOUNT, "dev-*"))
    found = by(of(together), "iam-create-role-and-attach-policy")
    assert found is not None
    assert found.reach is Reach.ADMINISTRATOR


def _of(service: str, kind: str) -> str:
    return f"arn:aws:{service}:*:{'' if kind == 'image' else ACCOUNT}:{kind}/*"


APART: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "passrole-ecs-create-service": (
        ("ecs:RegisterTaskDefinition", ("task-definition",)),
        ("ecs:CreateService", ("service",)),
    ),
    "passrole-ecs-cluster-task": (
        ("ecs:CreateCluster", ("cluster",)),
        ("ecs:RegisterTaskDefinition", ("task-definition",)),
        ("ecs:RunTask", ("task-definition",)),
    ),
    "passrole-ssm-automation": (
        ("ssm:CreateDocument", ("document",)),
        ("ssm:StartAutomationExecution", ("automation-definition",)),
    ),
    "passrole-sagemaker-endpoint": (
        ("sagemaker:CreateModel", ("model",)),
        ("sagemaker:CreateEndpointConfig", ("endpoint-config",)),
        ("sagemaker:CreateEndpoint", ("endpoint", "endpoint-config")),
    ),
    "passrole-ec2-run-instances": (
        (
            "ec2:RunInstances",
            ("image", "instance", "network-interface", "security-group", "subnet", "volume"),
        ),
    ),
    "passrole-batch-submit-job": (
        ("batch:RegisterJobDefinition", ("job-definition",)),
        ("batch:SubmitJob", ("job-definition", "job-queue")),
    ),
}


@pytest.mark.parametrize("name", APART)
def test_calls_are_asked_of_what_each_is_about(name: str) -> None:
    roles = (trusting(BY_ID[name].service),)
    several = [
        (action, _of(action.partition(":")[0], kind))
        for action, kinds in APART[name]
        for kind in kinds
    ]
    passing = allow("iam:PassRole", ADMIN)
    found = by(of(passing, *(allow(*one) for one in several), roles=roles), name)
    assert found is not None
    assert found.is_certain
    for missing in several:
        left = [allow(*one) for one in several if one != missing]
        assert by(of(passing, *left, roles=roles), name) is None, missing


def vouched(provider: str) -> dict[str, Any]:
    return role("admin", {"Federated": f"arn:aws:iam::{ACCOUNT}:{provider}"}, allow("*"))


def test_a_permission_for_a_provider_is_for_the_one_that_the_role_trusts() -> None:
    for call, kind in (
        ("iam:UpdateSAMLProvider", "saml-provider"),
        ("iam:UpdateOpenIDConnectProviderThumbprint", "oidc-provider"),
    ):
        may = allow(call, f"arn:aws:iam::{ACCOUNT}:{kind}/a")
        assert of(may, roles=(vouched(f"{kind}/a"),))[0].is_certain
        assert not of(may, roles=(vouched(f"{kind}/b"),))


@pytest.mark.parametrize("host", ["token.actions.githubusercontent.com", "id.example.com/realm"])
def test_a_thumbprint_does_not_count_where_a_public_authority_signs(host: str) -> None:
    may = allow("iam:UpdateOpenIDConnectProviderThumbprint")
    (one,) = of(may, roles=(vouched(f"oidc-provider/{host}"),))
    assert one.decision.outcome is Outcome.UNKNOWN
    (one,) = of(may, roles=(vouched("oidc-provider/id.corp"),))
    assert one.is_certain


def test_an_automation_is_asked_of_as_a_document_too() -> None:
    roles = (trusting("ssm.amazonaws.com"),)
    calls = allow(["ssm:CreateDocument", "ssm:StartAutomationExecution"], _of("ssm", "document"))
    assert by(of(allow("iam:PassRole"), calls, roles=roles), "passrole-ssm-automation")


def test_a_boundary_that_new_roles_must_have_keeps_them_small() -> None:
    bounded = {"StringEquals": {"iam:PermissionsBoundary": f"{OWN}-bound"}}
    making = allow(["iam:CreateRole", "iam:AttachRolePolicy"], Condition=bounded)
    for leaves, reach in (("s3:*", Reach.BOUNDED), ("*", Reach.ADMINISTRATOR)):
        found = of(making, policies=(managed(f"{OWN}-bound", allow(leaves)),))
        one = by(found, "iam-create-role-and-attach-policy")
        assert one is not None
        assert one.reach is reach
        assert one.does == "makes a role with every permission that trusts it, within own-bound"
    one = by(of(making), "iam-create-role-and-attach-policy")
    assert one is not None
    assert one.decision.outcome is Outcome.UNKNOWN  # nobody read what it leaves


def test_policies_of_aws_that_a_condition_names_lead_nobody_knows_where() -> None:
    reading = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}
    (one,) = of(allow("iam:AttachUserPolicy", Condition=reading))
    assert one.decision.outcome is Outcome.UNKNOWN
    assert one.does == "attaches a policy to itself (ReadOnlyAccess)"
    own = {"ArnLike": {"iam:PolicyARN": f"{OWN}*"}}
    policies = (managed(f"{OWN}-read", allow("s3:GetObject")), managed("arn:aws:iam::1:policy/no"))
    (one,) = of(allow("iam:AttachUserPolicy", Condition=own), policies=policies)
    assert one.is_certain
    assert (one.reach, one.target) == (Reach.MORE, f"{ANA} with own-read")


def test_what_keeps_one_from_one_policy_of_every_permission_keeps_one_from_nothing() -> None:
    """There are others, by which one writes oneself the rest."""
    guard = {"ArnEquals": {"iam:PolicyARN": ADMINISTRATOR_ACCESS}}
    found = of(
        allow("iam:AttachUserPolicy"), deny("iam:AttachUserPolicy", Condition=guard), policies=()
    )
    assert [(one.technique, one.reach) for one in found] == [
        ("iam-attach-user-policy", Reach.ADMINISTRATOR)
    ]
    both = {"ArnLike": {"iam:PolicyARN": "arn:aws:iam::aws:policy/*"}}
    statements = (allow("iam:AttachUserPolicy"), deny("iam:AttachUserPolicy", Condition=both))
    assert not of(*statements)
    (one,) = of(*statements, allow("iam:CreatePolicy"))
    assert (one.technique, one.reach) == ("iam-attach-user-policy", Reach.ADMINISTRATOR)
    team = {"ArnLike": {"iam:PolicyARN": f"{OWN}-team-*"}}
    only = allow("iam:AttachUserPolicy", Condition=team)
    assert of(only, allow("iam:CreatePolicy", f"{OWN}-team-*"))
    assert not of(only, allow("iam:CreatePolicy", f"{OWN}-other-*"))


def test_within_a_boundary_one_reaches_what_it_leaves() -> None:
    bounds = managed(f"{OWN}-bound", allow(["s3:*", "iam:PutUserPolicy"]))
    bound: dict[str, Any] = {"PermissionsBoundary": {"PermissionsBoundaryArn": f"{OWN}-bound"}}
    found = of(allow("iam:PutUserPolicy"), policies=(bounds,), **bound)
    assert [(one.technique, one.reach) for one in found] == [("iam-put-user-policy", Reach.BOUNDED)]
    tight = managed(f"{OWN}-bound", allow("s3:*"))
    assert not of(allow("iam:PutUserPolicy"), policies=(tight,), **bound)


def test_control_policies_count() -> None:
    whole = document(allow("*"), kind=Kind.SCP)
    no_iam = document(deny("iam:*"), kind=Kind.SCP)
    ana = user("ana", allow("iam:PutUserPolicy"))
    found = account(ACCOUNT, users=(ana,), scps=((whole, no_iam),))
    assert not escalations(found)
    assert escalations(account(ACCOUNT, users=(ana,), scps=((whole,),)))


def test_conditions_that_others_decide_about_are_told() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    found = of(allow("iam:PutUserPolicy", Condition=mfa))[0]
    assert found.decision.outcome is Outcome.CONDITIONAL
    assert found.decision.requires[0].key == "aws:multifactorauthpresent"
    region = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    assert of(allow("iam:PutUserPolicy", Condition=region))[0].is_certain
    region = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
    assert not of(allow("iam:PutUserPolicy", Condition=region))  # IAM is called in no other


def test_administrators_have_nowhere_to_go() -> None:
    assert not of(allow("*"))
    attached: dict[str, Any] = {"AttachedManagedPolicies": [{"PolicyArn": ADMINISTRATOR_ACCESS}]}
    assert not of(allow("s3:*"), **attached)
    assert of(allow("*"), deny("s3:*"))


def test_joining_a_group_leads_where_the_group_does() -> None:
    groups = (group("admins", allow("*")), group("readers", allow("s3:GetObject")))
    found = {
        one.target.rpartition("/")[2]: one.reach
        for one in of(allow("iam:AddUserToGroup"), groups=groups)
    }
    assert found == {"admins": Reach.ADMINISTRATOR, "ana in readers": Reach.MORE}


def test_roles_are_assumed_where_both_sides_agree() -> None:
    trusts = role("admin", {"AWS": ACCOUNT}, allow("*"))
    assert by(of(allow("sts:AssumeRole"), roles=(trusts,)), "sts-assume-role") is not None
    assert not of(allow("s3:*"), roles=(trusts,))
    names_her = role("admin", {"AWS": ANA}, allow("*"))
    assert by(of(allow("s3:*"), roles=(names_her,)), "sts-assume-role") is not None
    other = role("admin", {"AWS": "444455556666"}, allow("*"))
    assert not of(allow("sts:AssumeRole"), roles=(other,))


def test_what_runs_is_named_or_not_known() -> None:
    statements = allow("lambda:UpdateFunctionCode", FUNCTION)
    roles = (trusting("lambda.amazonaws.com"),)
    named = Workload("aws-lambda-function", FUNCTION, ADMIN)
    found = of(statements, roles=roles, workloads=[named])
    assert [(one.target, one.decision.outcome) for one in found] == [(ADMIN, Outcome.ALLOWED)]
    assert not of(statements, roles=roles, workloads=[])
    other = Workload("aws-lambda-function", f"{FUNCTION}-2", ADMIN)
    assert not of(statements, roles=roles, workloads=[other])
    found = of(statements, roles=roles, workloads=None)
    assert [(one.target, one.decision.outcome) for one in found] == [("", Outcome.UNKNOWN)]
    assert "aws-lambda-function" in found[0].decision.why


def test_what_nobody_could_read_makes_escalations_unknown() -> None:
    dark: dict[str, Any] = {"AttachedManagedPolicies": [{"PolicyArn": OWN}]}
    found = of(allow("s3:GetObject"), **dark)
    assert found
    assert {one.decision.outcome for one in found} == {Outcome.UNKNOWN}


def test_groups_give_their_members_what_they_have() -> None:
    found = of(groups=(group("own", allow("iam:PutUserPolicy", ANA)),), GroupList=["own"])
    assert [one.technique for one in found] == ["iam-put-user-policy"]


def test_who_is_an_administrator() -> None:
    def administrators(whole: Account) -> set[str]:
        return {one.name for one in whole.principals if is_administrator(one)}

    whole = account(
        ACCOUNT,
        users=(
            user("all", allow("*")),
            user("power", {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
            user("split", allow("iam:*"), allow("s3:*"), allow(["ec2:*", "kms:*"])),
            user("mfa", allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
            user("empty"),
        ),
    )
    assert administrators(whole) == {"all", "split"}
