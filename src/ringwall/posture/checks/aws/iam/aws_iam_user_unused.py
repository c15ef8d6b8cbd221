"""Passwords and keys that nobody uses are switched off.

Why: nobody notices when an unused credential is taken over.
Fix: switch off what was not used for 45 days, or delete the user.
"""

from collections.abc import Mapping
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
from ringwall.posture.checks.aws.controls import IDENTITIES
from ringwall.posture.checks.aws.iam.credentials import NOT_REPORTED, reported, row_of

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.MEDIUM,
    reads=("aws-account.credential_report",),
    controls=(
        "cis-aws-3.0 1.12 full",
        "cis-aws-5.0 1.11 full",
        "cis-aws-6.0 2.11 full",
        "nist-800-53r5 AC-2(3) partial",
        "pci-dss-4 8.2.6 partial",
        "soc2 CC6.2 partial",
        "iso-27001-2022 A.5.18 partial",
        *IDENTITIES,
        "ccm-4 IAM-08 supporting",
        "ccm-4 IAM-07 supporting",
    ),
    known_as=(
        "prowler:iam_user_accesskey_unused",
        "prowler:iam_user_console_access_unused",
        "securityhub:IAM.22",
    ),
    remedy="aws-iam-unused-keys-off",
)
DAYS = 45
_KINDS = (
    ("password", "password_enabled", "password_last_used", "password_last_changed"),
    ("key 1", "access_key_1_active", "access_key_1_last_used_date", "access_key_1_last_rotated"),
    ("key 2", "access_key_2_active", "access_key_2_last_used_date", "access_key_2_last_rotated"),
)


def judge(it: Subject, world: World) -> Judgment:
    """What was never used counts from when it was made."""
    if unused := unused_of(row_of(it, world), it.label):
        return fails(", ".join(unused))
    return passes("whatever it has was used lately")


def unused_of(row: Mapping[str, str], label: str) -> list[str]:
    """What of a row of the credential report was not used, each in words."""
    unused = []
    for what, active, used, made in _KINDS:
        if row.get(active) != "true":
            continue
        since = next(
            (
                row[one]
                for one in (used, made, "user_creation_time")
                if row.get(one, "")[:2] == "20"
            ),
            None,
        )
        if since is None:
            raise UnknownError(f"it is not told when the {what} of {label} was used")
        days = (datetime.now(UTC) - datetime.fromisoformat(since)).days
        if days > DAYS:
            unused.append(f"its {what} was not used for {days} days")
    return unused


def _report(days: int, **row: str) -> Other:
    since = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    rows = {"password_enabled": "true", "password_last_used": since, "access_key_1_active": "false"}
    return reported(**(rows | row))


CASES = (
    case("used", PASS, _report(3)),
    case("off", PASS, _report(300, password_enabled="false")),
    case("unused", FAIL, _report(46)),
    case(
        "never used, old",
        FAIL,
        _report(
            1,
            password_last_used="no_information",
            password_last_changed="2020-01-01T00:00:00+00:00",
        ),
    ),
    case("not in the report", UNKNOWN, NOT_REPORTED),
)
