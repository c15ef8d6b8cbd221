"""The root user is not used from day to day.

Why: what is done as root cannot be bound, and cannot be told from what a thief does.
Fix: work with roles; keep the root user for what only it can do.
"""

from datetime import UTC, datetime, timedelta

from ringwall.posture.checking import (
    FAIL,
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
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, PRIVILEGED

CHECK = Check(
    judges="aws-account",
    severity=Severity.HIGH,
    reads=("credential_report",),
    controls=(
        "cis-aws-3.0 1.7 full",
        "cis-aws-5.0 1.6 full",
        "cis-aws-6.0 2.6 full",
        *LEAST_PRIVILEGE,
        "nist-800-53r5 AC-6(5) partial",
        "nist-800-53r5 AC-2(7) supporting",
        *PRIVILEGED,
    ),
    known_as=("prowler:iam_avoid_root_usage", "securityhub:IAM.20"),
)
_DAYS = 30
_USES = ("password_last_used", "access_key_1_last_used_date", "access_key_2_last_used_date")


def judge(it: Subject, world: World) -> Judgment:
    """By password or by key, within 30 days."""
    rows = it.read("credential_report", {})
    row = next((one for arn, one in rows.items() if arn.endswith(":root")), None)
    if row is None:
        raise UnknownError("the credential report has no row for the root user")
    used = [datetime.fromisoformat(row[name]) for name in _USES if row.get(name, "")[:2] == "20"]
    if not used:
        return passes("the root user was never used, as far as the report knows")
    days = (datetime.now(UTC) - max(used)).days
    if days < _DAYS:
        return fails(f"the root user was used {days} days ago")
    return passes(f"the root user was last used {days} days ago")


def _row(days: int | None) -> dict[str, dict[str, str]]:
    when = (
        "no_information" if days is None else (datetime.now(UTC) - timedelta(days=days)).isoformat()
    )
    return {"arn:aws:iam::111122223333:root": {"password_last_used": when}}


CASES = (
    case("never", PASS, credential_report=_row(None)),
    case("long ago", PASS, credential_report=_row(200)),
    case("yesterday", FAIL, credential_report=_row(1)),
    case("no row", UNKNOWN, credential_report={}),
)
