"""Passwords have 14 characters or more.

Why: short passwords are guessed, in bulk, from lists.
Fix: set the minimum length of the account's password policy to 14 or more.
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
    severity=Severity.MEDIUM,
    reads=("password_policy",),
    controls=(
        "cis-aws-3.0 1.8 full",
        "cis-aws-5.0 1.7 full",
        "cis-aws-6.0 2.7 full",
        *SIGN_IN,
        "nist-800-53r5 IA-5(1) partial",
        "pci-dss-4 8.3.6 partial",
        "iso-27001-2022 A.5.17 partial",
    ),
    known_as=("prowler:iam_password_policy_minimum_length_14", "securityhub:IAM.15"),
    remedy="aws-iam-password-policy",
)


def judge(it: Subject, world: World) -> Judgment:
    """Without a policy AWS asks for 8 characters of three kinds, and remembers none."""
    policy = it.read("password_policy", {})
    length = int(policy.get("MinimumPasswordLength", 8))
    if length < 14:
        return fails(f"passwords may have {length} characters")
    return passes(f"passwords have {length} characters or more")


CASES = (
    case("16", PASS, password_policy={"MinimumPasswordLength": 16}),
    case("8", FAIL, password_policy={"MinimumPasswordLength": 8}),
    case("none was ever set", FAIL, password_policy=ABSENT),
    case("may not be read", UNKNOWN, password_policy=DENIED),
)
