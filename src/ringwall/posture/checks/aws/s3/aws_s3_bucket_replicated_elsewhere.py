"""Replicas are encrypted as their originals are.

Why: a copy in another account or region is as bad to lose as the original, and is forgotten
first.
Fix: name a key for replicas (`ReplicaKmsKeyID`) where originals have one, and keep ownership with
the target.
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
    judges="aws-s3-bucket",
    severity=Severity.LOW,
    reads=("replication", "encryption"),
    controls=(
        *AT_REST,
        "nist-800-53r5 CP-9(8) partial",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of buckets that are replicated, and encrypted with a key of their own."""
    rules = [
        one for one in it.read("replication", {}).get("Rules", []) if one.get("Status") == "Enabled"
    ]
    used = [
        one.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "")
        for one in it.read("encryption", {}).get("Rules", [])
    ]
    if not rules or not any(one.startswith("aws:kms") for one in used):
        return None
    bare = [
        one["Destination"]["Bucket"]
        for one in rules
        if not one["Destination"].get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID")
    ]
    if bare:
        return fails(f"replicas in {', '.join(bare)} have no key")
    return passes("replicas are encrypted, too")


def _rule(**more: object) -> dict[str, object]:
    destination = {"Bucket": "arn:aws:s3:::copy"} | more
    return {"Rules": [{"Status": "Enabled", "Destination": destination}]}


KMS = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
CASES = (
    case(
        "a key",
        PASS,
        replication=_rule(EncryptionConfiguration={"ReplicaKmsKeyID": "k"}),
        encryption=KMS,
    ),
    case("no key", FAIL, replication=_rule(), encryption=KMS),
    case("not replicated", NOT_JUDGED, replication=ABSENT, encryption=KMS),
    case("may not be read", UNKNOWN, replication=DENIED),
)
