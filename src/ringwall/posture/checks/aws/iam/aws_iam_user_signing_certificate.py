"""No user has a signing certificate.

Why: certificates of X.509 open APIs that are twenty years old, are never rotated, and nobody looks
for them.
Fix: deactivate and delete the user's signing certificates.
"""

from ringwall.posture.checking import (
    FAIL,
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
from ringwall.posture.checks.aws.controls import SIGN_IN, TIDY
from ringwall.posture.checks.aws.iam.credentials import NOT_REPORTED, reported, row_of

CHECK = Check(
    judges="aws-iam-user",
    severity=Severity.LOW,
    reads=("aws-account.credential_report",),
    controls=(
        *SIGN_IN,
        *TIDY,
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the credential report."""
    row = row_of(it, world)
    active = [number for number in (1, 2) if row.get(f"cert_{number}_active") == "true"]
    if active:
        return fails(f"{it.label} has {len(active)} active signing certificates")
    return passes("it has no active signing certificate")


CASES = (
    case("none", PASS, reported(cert_1_active="false", cert_2_active="false")),
    case("active", FAIL, reported(cert_1_active="false", cert_2_active="true")),
    case("not in the report", UNKNOWN, NOT_REPORTED),
)
