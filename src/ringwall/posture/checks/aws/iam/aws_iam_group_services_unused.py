"""Groups are allowed the services that their members use.

Why: what is allowed and not used helps nobody but whoever takes it over.
Fix: put the smaller policies in the place of the old ones: `ringwall posture smaller` writes them,
as JSON or as Terraform; look first at what is used once a year alone.

By what IAM tells was used last: services, and of some services actions. AWS tracks 400 days and
tells of a call hours later; what it does not track counts as used. So does a call that was denied.
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
    World,
    case,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.identities import GROUP, allow, attached, group, managed
from ringwall.posture.checks.aws.used import READS, ago, judge_services

CHECK = Check(
    judges="aws-iam-group",
    severity=Severity.MEDIUM,
    reads=READS,
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-6(7) partial",
        "iso-27001-2022 A.5.18 partial",
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By what AWS tracks of services, and of those actions that it tracks."""
    return judge_services(it, world)


def _old(*statements: Any, **more: Any) -> dict[str, Any]:
    return group(*statements, **{"CreateDate": ago(400)} | more)


S3 = {
    "ServiceNamespace": "s3",
    "LastAuthenticated": ago(3),
    "TrackedActionsLastAccessed": [
        {"ActionName": "GetObject", "LastAccessedTime": ago(3)},
        {"ActionName": "PutObject"},
    ],
}
EC2: dict[str, Any] = {"ServiceNamespace": "ec2"}
LONG_AGO = {"ServiceNamespace": "ec2", "LastAuthenticated": ago(120)}
CASES = (
    case("used", PASS, name=GROUP, details=_old(allow("s3:*")), last_accessed=[S3]),
    case(
        "never used",
        FAIL,
        name=GROUP,
        details=_old(allow("s3:*", "ec2:*")),
        last_accessed=[S3, EC2],
    ),
    case(
        "used long ago",
        FAIL,
        name=GROUP,
        details=_old(allow("s3:*", "ec2:*")),
        last_accessed=[S3, LONG_AGO],
    ),
    case("everything", FAIL, name=GROUP, details=_old(allow("*")), last_accessed=[S3, EC2]),
    case(
        "an action that is named",
        FAIL,
        name=GROUP,
        details=_old(allow("s3:GetObject", "s3:PutObject")),
        last_accessed=[S3],
    ),
    case(
        "an action that is not tracked",
        PASS,
        name=GROUP,
        details=_old(allow("s3:GetObject", "s3:HeadAny")),
        last_accessed=[S3],
    ),
    case(
        "a service that AWS does not tell of",
        PASS,
        name=GROUP,
        details=_old(allow("s3:*", "any0:*")),
        last_accessed=[S3],
    ),
    case(
        "passing a role is not tracked",
        PASS,
        name=GROUP,
        details=_old(allow("s3:*", "iam:PassRole")),
        last_accessed=[S3, {"ServiceNamespace": "iam"}],
    ),
    case(
        "attached",
        FAIL,
        managed(allow("s3:*", "ec2:*")),
        name=GROUP,
        details=_old(**attached()),
        last_accessed=[S3, EC2],
    ),
    case(
        "attached and not read", UNKNOWN, name=GROUP, details=_old(**attached()), last_accessed=[S3]
    ),
    case(
        "made lately",
        PASS,
        name=GROUP,
        details=_old(allow("*"), CreateDate=ago(5)),
        last_accessed=[S3, EC2],
    ),
    case("nothing of its own", PASS, name=GROUP, details=_old(), last_accessed=[]),
    case("AWS tells nothing", UNKNOWN, name=GROUP, details=_old(allow("s3:*")), last_accessed=[]),
    case("nothing was used", PASS, name=GROUP, details=_old(allow("ec2:*")), last_accessed=[EC2]),
    case(
        "no JSON",
        UNKNOWN,
        name=GROUP,
        details=_old(GroupPolicyList=[{"PolicyName": "p", "PolicyDocument": "{"}]),
        last_accessed=[S3],
    ),
    case(
        "what was used may not be read",
        UNKNOWN,
        name=GROUP,
        details=_old(allow("*")),
        last_accessed=DENIED,
    ),
    case("what it may do may not be read", UNKNOWN, name=GROUP, details=DENIED, last_accessed=[S3]),
    case("in code", NOT_JUDGED, name="terraform:main.tf:me", details=_old(allow("*"))),
)
