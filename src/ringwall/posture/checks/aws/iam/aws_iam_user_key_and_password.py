"""Users are people or programs, not both.

Why: a key that was made with the password, and was never used, lies somewhere all the same.
Fix: delete keys that came with the user and were never used.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import SECRETS
from ringwall.posture.checks.aws.iam.credentials import NOT_REPORTED, reported, row_of

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.LOW,
    reads=("aws-account.credential_report",),
    controls=(
        "cis-aws-3.0 1.11 full",
        "cis-aws-5.0 1.10 full",
        "cis-aws-6.0 2.10 full",
        *SECRETS,
        "nist-800-53r5 AC-2 supporting",
        "iso-27001-2022 A.5.16 supporting",
    ),
    known_as=("prowler:iam_user_no_setup_initial_access_key",),
)


def judge(it: Subject, world: World) -> Judgment:
    """A key of somebody who has a password, that was never used."""
    row = row_of(it, world)
    if row["password_enabled"] != "true":
        return passes("it has no password")
    for number in ("1", "2"):
        active = row.get(f"access_key_{number}_active") == "true"
        if active and row.get(f"access_key_{number}_last_used_date", "N/A") == "N/A":
            return fails(f"key {number} was never used, beside a password")
    return passes("no key was left unused")


def _report(**row: str) -> Other:
    rows = {
        "password_enabled": "true",
        "access_key_1_active": "true",
        "access_key_1_last_used_date": "N/A",
    }
    return reported(**(rows | row))


CASES = (
    case("used", PASS, _report(access_key_1_last_used_date="2026-01-01T00:00:00+00:00")),
    case("a program", PASS, _report(password_enabled="false")),
    case("never used", FAIL, _report()),
    case("not in the report", UNKNOWN, NOT_REPORTED),
)
