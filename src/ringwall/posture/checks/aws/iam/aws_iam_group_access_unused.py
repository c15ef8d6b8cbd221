"""What groups allow is used.

Why: rights that no member has used for months are there for whoever takes over one of them.
Fix: take the policies off the group, or delete it; who needs it again is given it again.

By what IAM tells was used last. AWS tracks 400 days and tells of a call hours later. Users and
roles that are not used are judged by `aws-iam-user-unused` and `aws-iam-role-unused`, groups
without members by `aws-iam-group-unused`.
"""

from typing import Any

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
    passes,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.identities import GROUP, allow, group
from ringwall.posture.checks.aws.used import DAYS, age_of, ago, is_judged, used_by

CHECK = Check(
    judges="aws-iam-group",
    severity=Severity.LOW,
    reads=("details", "last_accessed"),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-2(3) supporting",
        "iso-27001-2022 A.5.18 supporting",
        "ccm-4 IAM-08 supporting",
    ),
    of_clouds=True,
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of a group without policies there is nothing to be used."""
    if not is_judged(it):
        return None
    told = it.read("details")
    if not told.get("GroupPolicyList") and not told.get("AttachedManagedPolicies"):
        return passes("it allows nothing")
    days = age_of(it)
    if days < DAYS:
        return passes(f"it was made {days} days ago")
    used = used_by(it)
    if not used.is_told:
        raise UnknownError(f"AWS tells nothing of what members of {it.label} used")
    if used.services:
        return passes(f"members used {len(used.services)} of its services in {DAYS} days")
    return fails(f"no member used any of its {len(used.idle)} services in {DAYS} days")


def _old(*statements: Any, **more: Any) -> dict[str, Any]:
    return group(*statements, **{"CreateDate": ago(400)} | more)


USED = [{"ServiceNamespace": "s3", "LastAuthenticated": ago(3)}, {"ServiceNamespace": "ec2"}]
IDLE = [{"ServiceNamespace": "s3", "LastAuthenticated": ago(91)}, {"ServiceNamespace": "ec2"}]
ALL = allow("s3:*", "ec2:*")
CASES = (
    case("used", PASS, name=GROUP, details=_old(ALL), last_accessed=USED),
    case("not used", FAIL, name=GROUP, details=_old(ALL), last_accessed=IDLE),
    case("made lately", PASS, name=GROUP, details=_old(ALL, CreateDate=ago(2)), last_accessed=IDLE),
    case("allows nothing", PASS, name=GROUP, details=_old(), last_accessed=[]),
    case("AWS tells nothing", UNKNOWN, name=GROUP, details=_old(ALL), last_accessed=[]),
    case("may not be read", UNKNOWN, name=GROUP, details=_old(ALL), last_accessed=DENIED),
    case("in code", NOT_JUDGED, name="terraform:main.tf:me", details=_old(ALL)),
)
