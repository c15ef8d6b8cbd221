"""Sessions of roles end within 12 hours, of strong ones within 4.

Why: what was stolen from a session is good until the session ends.
Fix: set the role's maximum session duration to what its work needs.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)

CHECK = Check(
    judges="aws-iam-role",
    severity=Severity.INFORMATIONAL,
    reads=("details", "aws-iam-role.details"),
    controls=("nist-800-53r5 AC-12 supporting",),
)
_STRONG = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
_MOST = 4 * 3600


def judge(it: Subject, world: World) -> Judgment | None:
    """Of roles that have AWS's strongest policies."""
    told = it.read("details")
    names = {one["PolicyName"] for one in told.get("AttachedManagedPolicies", [])}
    strong = sorted(names & set(_STRONG))
    if not strong:
        return None
    seconds = int(told.get("MaxSessionDuration") or 3600)
    if seconds > _MOST:
        return fails(f"it has {', '.join(strong)} for {seconds / 3600:.0f} hours at a time")
    return passes(f"sessions end within {seconds / 3600:.0f} hours")


def _details(seconds: int, name: str) -> dict[str, object]:
    return {"MaxSessionDuration": seconds, "AttachedManagedPolicies": [{"PolicyName": name}]}


CASES = (
    case("an hour", PASS, details=_details(3600, "AdministratorAccess")),
    case("a day's work", FAIL, details=_details(43200, "AdministratorAccess")),
    case("weak", NOT_JUDGED, details=_details(43200, "ReadOnlyAccess")),
)
