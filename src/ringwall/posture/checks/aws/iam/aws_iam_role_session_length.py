"""Sessions of roles that may do most end within four hours.

Why: what was stolen from a session is good until the session ends.
Fix: set the role's maximum session duration to what its work needs.
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
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.INFORMATIONAL,
    reads=("details", "session"),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-12 supporting",
        "iso-27001-2022 A.8.2 partial",
        "ccm-4 IAM-10 partial",
    ),
)
_POLICIES = (
    ":iam::aws:policy/AdministratorAccess",
    ":iam::aws:policy/PowerUserAccess",
    ":iam::aws:policy/IAMFullAccess",
)
_MOST = 4 * 3600
_OF_SETS = "/aws-reserved/sso.amazonaws.com/"
"""Roles of the identity center: they all say twelve hours, and their permission set says less."""


def judge(it: Subject, world: World) -> Judgment | None:
    """Of roles that have AWS's strongest policies, and of which the account itself can say it."""
    told = it.read("details")
    arns = [one["PolicyArn"] for one in told.get("AttachedManagedPolicies", [])]
    strong = [arn.rpartition("/")[2] for arn in arns if arn.endswith(_POLICIES)]
    if not strong or str(told.get("Path")).startswith(_OF_SETS):
        return None
    seconds = int(it.read("session")["MaxSessionDuration"])
    if seconds > _MOST:
        return fails(f"it has {', '.join(strong)} for {seconds / 3600:.0f} hours at a time")
    return passes(f"sessions end within {seconds / 3600:.0f} hours")


def _strong(name: str = "AdministratorAccess", of: str = "aws") -> dict[str, object]:
    arn = f"arn:aws:iam::{of}:policy/{name}"
    return {"AttachedManagedPolicies": [{"PolicyName": name, "PolicyArn": arn}]}


HOUR, DAY = {"MaxSessionDuration": 3600}, {"MaxSessionDuration": 43200}
CASES = (
    case("an hour", PASS, details=_strong(), session=HOUR),
    case("a day's work", FAIL, details=_strong(), session=DAY),
    case("weak", NOT_JUDGED, details=_strong("ReadOnlyAccess"), session=DAY),
    case(
        "only called so",
        NOT_JUDGED,
        details=_strong("PowerUserAccess", "111122223333"),
        session=DAY,
    ),
    case(
        "the identity center's",
        NOT_JUDGED,
        details=_strong() | {"Path": "/aws-reserved/sso.amazonaws.com/eu-west-1/"},
        session=DAY,
    ),
    case("of another path", FAIL, details=_strong() | {"Path": "/people/"}, session=DAY),
    case("may not be read", UNKNOWN, details=DENIED, session=HOUR),
    case("how long may not be read", UNKNOWN, details=_strong(), session=DENIED),
    case("how long was never asked", UNKNOWN, details=_strong()),
)
