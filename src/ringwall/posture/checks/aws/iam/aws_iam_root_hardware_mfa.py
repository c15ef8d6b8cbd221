"""The root user's second factor is hardware.

Why: an app on a phone is lost, copied and fished with the phone.
Fix: replace the virtual device of the root user by a passkey or a hardware key.
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
from ringwall.posture.checks.aws.controls import SIGN_IN

CHECK = Check(
    judges="aws-account",
    severity=Severity.MEDIUM,
    reads=("summary", "virtual_mfa"),
    controls=(
        "cis-aws-3.0 1.6 full",
        "cis-aws-5.0 1.5 full",
        "cis-aws-6.0 2.5 full",
        *SIGN_IN,
        "nist-800-53r5 IA-2(1) partial",
        "nist-800-53r5 IA-2(6) partial",
        "iso-27001-2022 A.8.2 partial",
    ),
    known_as=("prowler:iam_root_hardware_mfa_enabled", "securityhub:IAM.6"),
)


def judge(it: Subject, world: World) -> Judgment:
    """A virtual one stands in the list of virtual devices."""
    told = it.read("summary")
    if not told["AccountMFAEnabled"]:
        if told.get("AccountPasswordPresent") == 0 and not told["AccountAccessKeysPresent"]:
            return passes("the root user has no credentials at all")
        return fails("the root user has no second factor at all")
    for one in it.read("virtual_mfa", []):
        serial = str(one.get("SerialNumber", ""))
        if str(one.get("User", {}).get("Arn", "")).endswith(":root") or serial.endswith(
            ":mfa/root-account-mfa-device"
        ):
            return fails("the root user's second factor is a virtual one")
    return passes("the root user's second factor is hardware")


ON = {"AccountMFAEnabled": 1}
NOTHING = {"AccountMFAEnabled": 0, "AccountPasswordPresent": 0, "AccountAccessKeysPresent": 0}
CASES = (
    case("hardware", PASS, summary=ON, virtual_mfa=[]),
    case(
        "of others",
        PASS,
        summary=ON,
        virtual_mfa=[
            {"SerialNumber": "arn:aws:iam::1:mfa/ada", "User": {"Arn": "arn:aws:iam::1:user/ada"}}
        ],
    ),
    case(
        "virtual",
        FAIL,
        summary=ON,
        virtual_mfa=[
            {"SerialNumber": "arn:aws:iam::1:mfa/x", "User": {"Arn": "arn:aws:iam::1:root"}}
        ],
    ),
    case("none", FAIL, summary={"AccountMFAEnabled": 0}, virtual_mfa=[]),
    case("no credentials", PASS, summary=NOTHING, virtual_mfa=[]),
    case("devices may not be read", UNKNOWN, summary=ON, virtual_mfa=DENIED),
)
