"""Passwords are not used again.

Why: a password that was stolen once opens again when its owner comes back to it.
Fix: have the account's password policy remember the last 24.
"""

from ringwall.posture.checking import (
    ABSENT,
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
from ringwall.posture.checks.aws.controls import SIGN_IN

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=("password_policy",),
    controls=(
        "cis-aws-3.0 1.9 full",
        "cis-aws-5.0 1.8 full",
        "cis-aws-6.0 2.8 full",
        *SIGN_IN,
        "nist-800-53r5 IA-5(1) partial",
        "pci-dss-4 8.3.7 partial",
    ),
    known_as=("prowler:iam_password_policy_reuse_24", "securityhub:IAM.16"),
    remedy="aws-iam-password-policy",
)


def judge(it: Subject, world: World) -> Judgment:
    """Without a policy AWS asks for 8 characters of three kinds, and remembers none."""
    policy = it.read("password_policy", {})
    count = int(policy.get("PasswordReusePrevention") or 0)
    if count < 24:
        return fails(
            f"the last {count} passwords are remembered" if count else "none is remembered"
        )
    return passes(f"the last {count} are remembered")


CASES = (
    case("24", PASS, password_policy={"PasswordReusePrevention": 24}),
    case("5", FAIL, password_policy={"PasswordReusePrevention": 5}),
    case("none was ever set", FAIL, password_policy=ABSENT),
    case("may not be read", UNKNOWN, password_policy=DENIED),
)
