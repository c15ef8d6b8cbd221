"""Passwords have letters and digits.

Why: passwords of one kind of characters are guessed sooner.
Fix: have the account's password policy ask for letters and numbers. Length is worth more.
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

CHECK = Check(
    judges="aws-account",
    severity=Severity.LOW,
    reads=("password_policy",),
    controls=(
        "pci-dss-4 8.3.6 partial",
        "nist-800-53r5 IA-5(1) supporting",
        "iso-27001-2022 A.5.17 supporting",
        "soc2 CC6.1 supporting",
        "ccm-4 IAM-02 supporting",
    ),
    known_as=(
        "prowler:iam_password_policy_number",
        "prowler:iam_password_policy_lowercase",
        "prowler:iam_password_policy_uppercase",
        "securityhub:IAM.7",
        "securityhub:IAM.10",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Without a policy AWS asks for three of four kinds."""
    policy = it.read("password_policy")
    if policy is None:
        return passes("without a policy AWS asks for three kinds of characters")
    letters = policy.get("RequireLowercaseCharacters") or policy.get("RequireUppercaseCharacters")
    missing = [] if letters else ["letters"]
    missing += [] if policy.get("RequireNumbers") else ["numbers"]
    if missing:
        return fails(f"passwords need no {' and no '.join(missing)}")
    return passes("passwords have letters and numbers")


BOTH = {"RequireLowercaseCharacters": True, "RequireNumbers": True}
CASES = (
    case("both", PASS, password_policy=BOTH),
    case(
        "capitals",
        PASS,
        password_policy={"RequireUppercaseCharacters": True, "RequireNumbers": True},
    ),
    case("no numbers", FAIL, password_policy=BOTH | {"RequireNumbers": False}),
    case("nothing", FAIL, password_policy={}),
    case("none was ever set", PASS, password_policy=ABSENT),
    case("may not be read", UNKNOWN, password_policy=DENIED),
)
