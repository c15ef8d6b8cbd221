"""Keys are switched on, or gone.

Whether anything uses a key that is on, no answer of KMS says: that is not judged here.

Why: a key that is switched off opens nothing and hides that something is still encrypted by it.
Fix: turn the key on again, or find out that nothing needs it and have it deleted.
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
from ringwall.posture.checks.aws.controls import TIDY

CHECK = Check(
    judges="aws-kms-key",
    severity=Severity.INFORMATIONAL,
    reads=("metadata",),
    controls=(
        *TIDY,
        "nist-800-53r5 SC-12 supporting",
        "ccm-4 CEK-20 supporting",
    ),
    known_as=("prowler:kms_cmk_are_used",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of the account's own; one that is about to be deleted is another check's."""
    key = it.read("metadata")
    if key.get("KeyManager") != "CUSTOMER" or "Pending" in str(key.get("KeyState")):
        return None
    if key.get("KeyState") == "Enabled":
        return passes("it is switched on")
    return fails(f"it is {key.get('KeyState')}")


OWN = {"KeyManager": "CUSTOMER"}
CASES = (
    case("on", PASS, metadata=OWN | {"KeyState": "Enabled"}),
    case("off", FAIL, metadata=OWN | {"KeyState": "Disabled"}),
    case("being deleted", NOT_JUDGED, metadata=OWN | {"KeyState": "PendingDeletion"}),
    case("AWS's own", NOT_JUDGED, metadata={"KeyManager": "AWS", "KeyState": "Disabled"}),
    case("may not be read", UNKNOWN, metadata=DENIED),
)
