"""The root user has no access keys.

Why: the root user may do everything, and nothing can bind it; its keys are copied like any
others.
Fix: delete the root user's access keys.
"""

from ringwall.posture.checking import (
    DENIED,
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
from ringwall.posture.checks.aws.controls import PRIVILEGED

CHECK = Check(
    judges="aws-account",
    severity=Severity.CRITICAL,
    reads=("summary",),
    controls=(
        "cis-aws-3.0 1.4 full",
        "cis-aws-5.0 1.3 full",
        "cis-aws-6.0 2.3 full",
        "nist-800-53r5 AC-6(5) partial",
        "nist-csf-2.0 PR.AA-05 partial",
        "pci-dss-4 7.2.2 partial",
        "soc2 CC6.3 partial",
        *PRIVILEGED,
    ),
    known_as=("prowler:iam_no_root_access_key", "securityhub:IAM.4"),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the account's summary."""
    if it.read("summary")["AccountAccessKeysPresent"]:
        return fails("the root user has access keys")
    return passes("the root user has no access keys")


CASES = (
    case("none", PASS, summary={"AccountAccessKeysPresent": 0}),
    case("some", FAIL, summary={"AccountAccessKeysPresent": 1}),
    case("may not be read", UNKNOWN, summary=DENIED),
)
