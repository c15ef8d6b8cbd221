"""Users with a password have a second factor.

Why: a password is fished or guessed, and then all that the user may do is somebody else's.
Fix: have the user add a passkey or another device, or take the password away and sign in by
single sign-on.
"""

from ringwall.posture.checking import (
    DENIED,
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
    other,
    passes,
)
from ringwall.posture.checks.aws.iam.credentials import NOT_REPORTED, reported, row_of

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.HIGH,
    reads=("aws-account.credential_report",),
    controls=(
        "cis-aws-3.0 1.10 full",
        "cis-aws-5.0 1.9 full",
        "cis-aws-6.0 2.9 full",
        "nist-800-53r5 IA-2(2) partial",
        "nist-csf-2.0 PR.AA-03 partial",
        "pci-dss-4 8.4.2 partial",
        "soc2 CC6.1 partial",
        "iso-27001-2022 A.8.5 partial",
    ),
    known_as=("prowler:iam_user_mfa_enabled_console_access", "securityhub:IAM.5"),
)


def judge(it: Subject, world: World) -> Judgment:
    """Who has no password signs in nowhere."""
    row = row_of(it, world)
    if row["password_enabled"] != "true":
        return passes("there is no password")
    if row["mfa_active"] == "true":
        return passes("there is a second factor")
    return fails(f"{it.label} signs in with a password alone")


def _report(**row: str) -> Other:
    return reported(**({"password_enabled": "true", "mfa_active": "false"} | row))


CASES = (
    case("a factor", PASS, _report(mfa_active="true")),
    case("no password", PASS, _report(password_enabled="false")),
    case("a password alone", FAIL, _report()),
    case("not in the report", UNKNOWN, NOT_REPORTED),
    case("the report may not be read", UNKNOWN, other("aws-account", credential_report=DENIED)),
)
