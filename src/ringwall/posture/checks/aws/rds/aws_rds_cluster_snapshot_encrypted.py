"""Snapshots of clusters are encrypted.

Why: it is the whole database in one thing that can be given away.
Fix: copy it with encryption, and delete the old one.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
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
    judges="aws-rds-cluster-snapshot",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=AT_REST,
    known_as=(
        "prowler:rds_snapshots_encrypted",
        "securityhub:RDS.4",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """As its listing tells."""
    listed = it.read("listed")
    if listed.get("Encrypted") is True or listed.get("StorageEncrypted") is True:
        return passes("it is encrypted")
    return fails(f"{it.label} is not encrypted")


CASES = (
    case("encrypted", PASS, listed={"StorageEncrypted": True}),
    case("not", FAIL, listed={"StorageEncrypted": False}),
)
