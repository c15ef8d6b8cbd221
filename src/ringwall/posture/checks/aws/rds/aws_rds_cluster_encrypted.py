"""Clusters of databases are encrypted.

Why: its disks, its snapshots and its replicas can be read by whoever gets at them.
Fix: restore an encrypted copy of a snapshot; it cannot be changed while it lives.
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
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-rds-cluster",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=(
        "cis-aws-3.0 2.3.1 supporting",
        "cis-aws-5.0 2.2.1 supporting",
        "cis-aws-6.0 3.2.1 supporting",
        *AT_REST,
    ),
    known_as=(
        "prowler:rds_cluster_storage_encrypted",
        "securityhub:RDS.27",
        "checkov:CKV_AWS_96",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """It was decided when it was made."""
    if it.read("listed").get("StorageEncrypted") is True:
        return passes("its storage is encrypted")
    return fails(f"the storage of {it.label} is not encrypted")


CASES = (
    case("encrypted", PASS, listed={"StorageEncrypted": True}),
    case("not", FAIL, listed={"StorageEncrypted": False}),
    case("denied", UNKNOWN, listed=DENIED),
)
