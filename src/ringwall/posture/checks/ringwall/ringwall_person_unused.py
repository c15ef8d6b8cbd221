"""Accounts that nobody uses are closed.

Why: nobody notices when such an account is taken over; often whose it was has left.
Fix: disable the account (`ringwall user disable`), or take its roles away.
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
    judges="ringwall-person",
    severity=Severity.MEDIUM,
    reads=("activity", "roles"),
    controls=(
        "nist-800-53r5 AC-2(3) partial",
        "iso-27001-2022 A.5.18 partial",
        "pci-dss-4 8.2.6 partial",
        "soc2 CC6.2 partial",
        "iso-27001-2022 A.5.16 partial",
        "ccm-4 IAM-03 supporting",
        "ccm-4 IAM-08 supporting",
        "ccm-4 IAM-07 supporting",
    ),
)
_DAYS = 90


def judge(it: Subject, world: World) -> Judgment:
    """Nothing for 90 days since the last use of any session, or since the account was made."""
    activity = it.read("activity")
    last = datetime.fromisoformat(activity["last_use"] or activity["created"])
    days = (datetime.now(UTC) - last).days
    if days < _DAYS:
        return passes(f"it was used {days} days ago")
    has_roles = any(one["roles"] for one in it.read("roles").values())
    severity = None if has_roles else Severity.LOW
    return fails(f"it was not used for {days} days", severity)


def _ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat()


ROLES = {"us": {"kind": "provider", "roles": ["owner"]}}
CASES = (
    case("used", PASS, activity={"created": _ago(400), "last_use": _ago(3)}, roles=ROLES),
    case("new", PASS, activity={"created": _ago(3), "last_use": None}, roles=ROLES),
    case("forgotten", FAIL, activity={"created": _ago(400), "last_use": _ago(120)}, roles=ROLES),
    case("never used", FAIL, activity={"created": _ago(400), "last_use": None}, roles={}),
)
