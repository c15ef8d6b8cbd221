"""The root user has a second factor.

Why: with the password alone somebody owns the account, and every account below it.
Fix: add a passkey or a hardware key to the root user, best two, kept apart.
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

CHECK = Check(
    judges="aws-account",
    severity=Severity.CRITICAL,
    reads=("summary",),
    controls=(
        "cis-aws-3.0 1.5 full",
        "cis-aws-5.0 1.4 full",
        "cis-aws-6.0 2.4 full",
        "nist-800-53r5 IA-2(1) partial",
        "nist-csf-2.0 PR.AA-03 partial",
        "pci-dss-4 8.4.1 partial",
        "soc2 CC6.1 partial",
        "iso-27001-2022 A.8.5 partial",
        "iso-27001-2022 A.8.2 partial",
    ),
    known_as=("prowler:iam_root_mfa_enabled", "securityhub:IAM.9"),
)


def judge(it: Subject, world: World) -> Judgment:
    """Where the organisation took all credentials from the root user, there is nothing to guard."""
    told = it.read("summary")
    if told["AccountMFAEnabled"]:
        return passes("the root user has a second factor")
    if told.get("AccountPasswordPresent") == 0 and not told["AccountAccessKeysPresent"]:
        return passes("the root user has no credentials at all")
    return fails("the root user signs in with a password alone")


CASES = (
    case("on", PASS, summary={"AccountMFAEnabled": 1}),
    case("off", FAIL, summary={"AccountMFAEnabled": 0}),
    case(
        "without password and keys",
        PASS,
        summary={
            "AccountMFAEnabled": 0,
            "AccountPasswordPresent": 0,
            "AccountAccessKeysPresent": 0,
        },
    ),
    case(
        "without a password, and with keys",
        FAIL,
        summary={
            "AccountMFAEnabled": 0,
            "AccountPasswordPresent": 0,
            "AccountAccessKeysPresent": 1,
        },
    ),
    case("may not be read", UNKNOWN, summary=DENIED),
)
