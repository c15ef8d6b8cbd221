"""No group has every permission for good.

Why: whoever is put into the group owns the account, and nobody sees it by looking at the user.
Fix: let people become administrators for a time, by a role or by IAM Identity Center.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.administrators import (
    administrator,
    cases_of_shutting,
    declared,
    shut_down_by,
)
from ringwall.posture.checks.aws.authorization import READS
from ringwall.posture.checks.aws.controlled import READS as BINDING
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, PRIVILEGED
from ringwall.posture.checks.aws.identities import (
    GROUP,
    ME,
    allow,
    attached,
    group,
    managed,
    somebody,
    user,
)

CHECK = Check(
    judges="aws-iam-group",
    severity=Severity.MEDIUM,
    reads=(*READS, *BINDING),
    controls=(
        "cis-aws-3.0 1.16 partial",
        "cis-aws-5.0 1.15 partial",
        "cis-aws-6.0 2.15 partial",
        *LEAST_PRIVILEGE,
        *PRIVILEGED,
    ),
    known_as=("prowler:iam_group_administrator_access_policy",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Written into it and attached to it. Code has no whole account."""
    is_there = it.name.startswith("arn:")
    found = administrator(world, it) if is_there else declared(world, it)
    if found is None:
        return passes("it may not do everything") if is_there else None
    if kept_out := shut_down_by(it, found):
        return passes(f"it has every permission, and {kept_out} leaves it none")
    try:
        members = [
            one.label
            for one in world.all("aws-iam-user", account=it.account)
            if it.label in one.read("details").get("GroupList", [])
        ]
    except UnknownError:  # that nobody is in it is not known, and makes it no less of one
        return fails("whoever is in it may do everything in the account")
    who = f"its {len(members)} members may" if members else "nobody is in it who may"
    return fails(f"{who} do everything in the account", None if members else Severity.LOW)


ALL = allow("*")
IN_IT = other("aws-iam-user", ME, details=user(GroupList=["me"]))
OTHERS = (IN_IT, somebody(), managed(ALL))
CASES = (
    case("reads alone", PASS, *OTHERS, name=GROUP, details=group(allow("s3:Get*"))),
    case("written in", FAIL, *OTHERS, name=GROUP, details=group(ALL)),
    case("attached", FAIL, *OTHERS, name=GROUP, details=group(**attached())),
    case("empty", FAIL, somebody(), managed(ALL), name=GROUP, details=group(ALL)),
    *cases_of_shutting(*OTHERS, name=GROUP, details=group(ALL)),
    case("denied again", PASS, *OTHERS, name=GROUP, details=group(ALL, ALL | {"Effect": "Deny"})),
    case(
        "a policy that is not there",
        UNKNOWN,
        *OTHERS,
        name=GROUP,
        details=group(**attached("arn:aws:iam::111122223333:policy/gone")),
    ),
    case(
        "it is not known who is in it",
        FAIL,
        other("aws-iam-user", "arn:aws:iam::111122223333:user/other", details=DENIED),
        name="terraform:main.tf:me",
        details=group(ALL),
    ),
    case("in code", FAIL, somebody(), name="terraform:main.tf:me", details=group(ALL)),
    case("nothing in code", NOT_JUDGED, name="terraform:main.tf:me", details=group()),
    case("not told", UNKNOWN, *OTHERS, name=GROUP, details=DENIED),
)
