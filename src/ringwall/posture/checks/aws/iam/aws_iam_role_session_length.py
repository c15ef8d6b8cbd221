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
    reads=("details",),
    controls=(
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-12 supporting",
    ),
)
_STRONG = (
    ":iam::aws:policy/AdministratorAccess",
    ":iam::aws:policy/PowerUserAccess",
    ":iam::aws:policy/IAMFullAccess",
)
_MOST = 4 * 3600


def judge(it: Subject, world: World) -> Judgment | None:
    """Of roles that have AWS's strongest policies."""
    told = it.read("details")
    arns = [one["PolicyArn"] for one in told.get("AttachedManagedPolicies", [])]
    strong = [arn.rpartition("/")[2] for arn in arns if arn.endswith(_STRONG)]
    if not strong:
        return None
    seconds = int(told.get("MaxSessionDuration") or 3600)
    if seconds > _MOST:
        return fails(f"it has {', '.join(strong)} for {seconds / 3600:.0f} hours at a time")
    return passes(f"sessions end within {seconds / 3600:.0f} hours")


def _details(seconds: int, name: str, of: str = "aws") -> dict[str, object]:
    arn = f"arn:aws:iam::{of}:policy/{name}"
    attached = [{"PolicyName": name, "PolicyArn": arn}]
    return {"MaxSessionDuration": seconds, "AttachedManagedPolicies": attached}


CASES = (
    case("an hour", PASS, details=_details(3600, "AdministratorAccess")),
    case("a day's work", FAIL, details=_details(12 * 3600, "AdministratorAccess")),
    case("weak", NOT_JUDGED, details=_details(12 * 3600, "ReadOnlyAccess")),
    case("only called so", NOT_JUDGED, details=_details(43200, "PowerUserAccess", "111122223333")),
    case("may not be read", UNKNOWN, details=DENIED),
)
