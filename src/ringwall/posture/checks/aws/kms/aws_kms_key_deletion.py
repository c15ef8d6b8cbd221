"""No key is about to be deleted.

Why: with the key goes all that it encrypted, and nobody can bring it back.
Fix: cancel the deletion if anything still needs the key.
"""

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.controls import KEPT

CHECK = Check(
    judges="aws-kms-key",
    severity=Severity.MEDIUM,
    reads=("metadata",),
    controls=(
        *KEPT,
        "nist-800-53r5 SC-12(1) partial",
        "nist-800-53r5 CP-9 supporting",
    ),
    known_as=("prowler:kms_cmk_not_deleted_unintentionally", "securityhub:KMS.3"),
    remedy="aws-kms-deletion-cancelled",
)


def judge(it: Subject, world: World) -> Judgment | None:
    """As it is set."""
    key = it.read("metadata")
    if key.get("KeyManager") != "CUSTOMER":
        return None
    if key.get("KeyState") in {"PendingDeletion", "PendingReplicaDeletion"}:
        return fails(f"it is deleted on {key.get('DeletionDate', 'a day that is not told')}")
    return passes(f"it is {key.get('KeyState')}")


CASES = (
    case("in use", PASS, metadata={"KeyManager": "CUSTOMER", "KeyState": "Enabled"}),
    case("going", FAIL, metadata={"KeyManager": "CUSTOMER", "KeyState": "PendingDeletion"}),
    case("AWS's own", NOT_JUDGED, metadata={"KeyManager": "AWS", "KeyState": "Enabled"}),
    case("may not be read", UNKNOWN, metadata=DENIED),
)
