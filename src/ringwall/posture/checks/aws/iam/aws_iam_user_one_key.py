"""Users have one active access key.

Why: the second key of a rotation that was never finished is good for ever, and nobody knows where
it is.
Fix: switch off the key that is used least, then delete it.
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
        "cis-aws-3.0 1.13 full",
        "cis-aws-5.0 1.12 full",
        "cis-aws-6.0 2.12 full",
        *SECRETS,
        "nist-800-53r5 IA-5 supporting",
    ),
    known_as=("prowler:iam_user_two_active_access_key",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the credential report."""
    row = row_of(it, world)
    active = [row.get(f"access_key_{number}_active") == "true" for number in (1, 2)]
    if all(active):
        return fails("both of its keys are active")
    return passes("it has one active key" if any(active) else "it has no active key")


def _report(one: str, two: str) -> Other:
    return reported(access_key_1_active=one, access_key_2_active=two)


CASES = (
    case("one", PASS, _report("true", "false")),
    case("none", PASS, _report("false", "false")),
    case("both", FAIL, _report("true", "true")),
    case("not in the report", UNKNOWN, NOT_REPORTED),
)
