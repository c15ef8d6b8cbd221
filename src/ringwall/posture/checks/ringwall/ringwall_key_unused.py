"""API keys that nobody uses are withdrawn.

Why: a key that was left in a script is found by whoever finds the script.
Fix: `ringwall key revoke` it.
"""

from datetime import UTC, datetime, timedelta

from ringwall.posture.checking import (
    FAIL,
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
    judges="ringwall-key",
    severity=Severity.MEDIUM,
    reads=("declared",),
    controls=(
        "nist-800-53r5 AC-2(3) partial",
        "nist-800-53r5 IA-5 partial",
        "owasp-asvs 13.3.4 supporting",
        "iso-27001-2022 A.5.18 supporting",
        "ccm-4 IAM-08 supporting",
    ),
)
_DAYS = 60


def judge(it: Subject, world: World) -> Judgment:
    """Not used for 60 days, or never since it was made that long ago."""
    key = it.read("declared")
    last = datetime.fromisoformat(key["last_use"] or key["created"])
    days = (datetime.now(UTC) - last).days
    if days < _DAYS:
        return passes(f"it was used, or made, {days} days ago")
    if key["last_use"] is None:
        return fails(f"it was made {days} days ago, and never used")
    return fails(f"it was not used for {days} days")


def _ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


CASES = (
    case("used", PASS, declared={"created": _ago(300), "last_use": _ago(1)}),
    case("new", PASS, declared={"created": _ago(1), "last_use": None}),
    case("forgotten", FAIL, declared={"created": _ago(300), "last_use": _ago(90)}),
    case("never used", FAIL, declared={"created": _ago(300), "last_use": None}),
)
