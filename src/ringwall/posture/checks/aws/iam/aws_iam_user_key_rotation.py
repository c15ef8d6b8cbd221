"""Access keys are younger than 90 days.

Why: each day a key is good it is copied to one more place.
Fix: make a second key, move programs to it, delete the first; better, use a role.
"""

from datetime import UTC, datetime, timedelta

from ringwall.posture.checking import (
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import SECRETS
from ringwall.posture.checks.aws.iam.credentials import NOT_REPORTED, reported, row_of

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.MEDIUM,
    reads=("aws-account.credential_report",),
    controls=(
        "cis-aws-3.0 1.14 full",
        "cis-aws-5.0 1.13 full",
        "cis-aws-6.0 2.13 full",
        *SECRETS,
        "nist-800-53r5 IA-5(1) partial",
        "nist-800-53r5 SC-12 supporting",
        "pci-dss-4 8.6.3 partial",
    ),
    known_as=("prowler:iam_rotate_access_key_90_days", "securityhub:IAM.3"),
    remedy="aws-iam-old-keys-off",
)
DAYS = 90


def judge(it: Subject, world: World) -> Judgment:
    """Keys that are switched off do not count."""
    row = row_of(it, world)
    old = {}
    for number in ("1", "2"):
        if row.get(f"access_key_{number}_active") == "true":
            since = row[f"access_key_{number}_last_rotated"]
            if since[:2] != "20":
                raise UnknownError(f"it is not told how old key {number} of {it.label} is")
            days = (datetime.now(UTC) - datetime.fromisoformat(since)).days
            if days > DAYS:
                old[number] = days
    if old:
        return fails(", ".join(f"key {one} is {days} days old" for one, days in old.items()))
    return passes("no key is older than 90 days")


def _report(days: int, active: str = "true") -> Other:
    since = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    row = {"access_key_1_active": active, "access_key_1_last_rotated": since}
    return reported(**row)


CASES = (
    case("young", PASS, _report(10)),
    case("old and off", PASS, _report(400, "false")),
    case("old", FAIL, _report(91)),
    case("not in the report", UNKNOWN, NOT_REPORTED),
)
