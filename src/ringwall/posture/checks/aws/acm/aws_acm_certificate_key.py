"""Certificates have strong keys.

Why: RSA of 1024 bits is broken by who has the means.
Fix: issue it anew with RSA of 2048 bits or more, or an elliptic curve.
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
from ringwall.posture.checks.aws.controls import IN_TRANSIT

CHECK = Check(
    judges="aws-acm-certificate",
    severity=Severity.MEDIUM,
    reads=("certificate",),
    controls=(
        *IN_TRANSIT,
        "nist-800-53r5 SC-12(3) partial",
        "nist-800-53r5 SC-13 partial",
    ),
    known_as=("prowler:acm_certificates_with_secure_key_algorithms", "securityhub:ACM.2"),
)


def judge(it: Subject, world: World) -> Judgment:
    """As it is set."""
    key = str(it.read("certificate").get("KeyAlgorithm", ""))
    if key.replace("-", "_") in {"RSA_1024", "EC_secp192r1"}:
        return fails(f"its key is {key}")
    return passes(f"its key is {key}")


CASES = (
    case("strong", PASS, certificate={"KeyAlgorithm": "EC_prime256v1"}),
    case("weak", FAIL, certificate={"KeyAlgorithm": "RSA-1024"}),
    case("may not be read", UNKNOWN, certificate=DENIED),
)
