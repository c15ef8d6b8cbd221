"""Snapshots of volumes are not public.

Which are, one call a region tells. Where the region blocks public access wholly, none is.

Why: whoever has an account of AWS copies the disk, with all that was ever on it.
Fix: take the permission of all away from the snapshot, and block public access for the region.
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
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import NOT_PUBLIC

CHECK = Check(
    judges="aws-ec2-snapshot",
    severity=Severity.CRITICAL,
    reads=("listed", "aws-region.public_snapshots", "aws-region.snapshot_block_public_access"),
    controls=NOT_PUBLIC,
    known_as=("prowler:ec2_ebs_public_snapshot", "securityhub:EC2.1"),
    remedy="aws-ec2-snapshot-private",
)


def judge(it: Subject, world: World) -> Judgment:
    """``block-new-sharing`` leaves those public that are; ``block-all-sharing`` none."""
    listed = it.read("listed")
    region = world.region(it)

    def is_blocked() -> bool:
        told = region.read("snapshot_block_public_access", {})
        return bool(told.get("State") == "block-all-sharing")

    def is_private() -> bool:
        return listed.get("SnapshotId") not in region.read("public_snapshots", ())

    if world.any_true(is_private, is_blocked):
        return passes("it is not public, or the region blocks public snapshots")
    told = "" if listed.get("Encrypted") else ", and it is not encrypted"
    return fails(f"{it.label} may be copied by everyone{told}")


CASES = (
    case(
        "private",
        PASS,
        other("aws-region", public_snapshots=["snap-2"]),
        listed={"SnapshotId": "snap-1"},
    ),
    case(
        "public",
        FAIL,
        other(
            "aws-region",
            public_snapshots=["snap-1"],
            snapshot_block_public_access={"State": "block-new-sharing"},
        ),
        listed={"SnapshotId": "snap-1"},
    ),
    case(
        "public, and blocked",
        PASS,
        other(
            "aws-region",
            public_snapshots=["snap-1"],
            snapshot_block_public_access={"State": "block-all-sharing"},
        ),
        listed={"SnapshotId": "snap-1"},
    ),
    case(
        "not told",
        UNKNOWN,
        other("aws-region", public_snapshots=DENIED, snapshot_block_public_access={"State": "x"}),
        listed={"SnapshotId": "snap-1"},
    ),
)
