"""Keys are rotated every year.

Why: the more a key has encrypted, the more is lost with it.
Fix: turn automatic rotation on.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-kms-key",
    severity=Severity.LOW,
    reads=(
        "metadata",
        "rotation",
    ),
    controls=(
        "cis-aws-3.0 3.6 full",
        "cis-aws-5.0 3.6 full",
        "cis-aws-6.0 4.6 full",
        *AT_REST,
        "nist-800-53r5 SC-12 partial",
        "pci-dss-4 3.7.4 partial",
        "ccm-4 CEK-12 partial",
    ),
    known_as=("prowler:kms_cmk_rotation_enabled", "securityhub:KMS.4", "checkov:CKV_AWS_7"),
    remedy="aws-kms-rotation",
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of symmetric keys of one's own that are in use: AWS rotates no others."""
    key = it.read("metadata")
    if key.get("KeyManager") != "CUSTOMER" or key.get("KeyState") != "Enabled":
        return None
    if (
        key.get("KeySpec", "SYMMETRIC_DEFAULT") != "SYMMETRIC_DEFAULT"
        or key.get("Origin", "AWS_KMS") != "AWS_KMS"
    ):
        return None
    if it.read("rotation") is True:
        return passes("it is rotated")
    return fails("it is never rotated")


OWN = {"KeyManager": "CUSTOMER", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT"}
CASES = (
    case("on", PASS, metadata=OWN, rotation=True),
    case("off", FAIL, metadata=OWN, rotation=False),
    case("AWS's own", NOT_JUDGED, metadata=OWN | {"KeyManager": "AWS"}, rotation=False),
    case("a pair", NOT_JUDGED, metadata=OWN | {"KeySpec": "RSA_2048"}, rotation=ABSENT),
    case(
        "being deleted", NOT_JUDGED, metadata=OWN | {"KeyState": "PendingDeletion"}, rotation=False
    ),
    case("rotation may not be read", UNKNOWN, metadata=OWN, rotation=DENIED),
    case("may not be read", UNKNOWN, metadata=DENIED),
)
