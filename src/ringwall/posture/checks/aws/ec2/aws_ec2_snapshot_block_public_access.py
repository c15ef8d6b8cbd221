"""The region blocks that snapshots are made public.

Why: one wrong click gives a disk to everybody; the block refuses it.
Fix: block all public sharing of snapshots, in each region.
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
from ringwall.posture.checks.aws.controls import NOT_PUBLIC

CHECK = Check(
    judges="aws-region",
    severity=Severity.MEDIUM,
    reads=("snapshot_block_public_access",),
    controls=NOT_PUBLIC,
    known_as=("prowler:ec2_ebs_snapshot_account_block_public_access", "securityhub:EC2.182"),
    remedy="aws-ec2-snapshot-block",
)


def judge(it: Subject, world: World) -> Judgment:
    """``block-new-sharing`` leaves those public that are."""
    state = it.read("snapshot_block_public_access", {}).get("State", "unblocked")
    if state == "block-all-sharing":
        return passes(f"no snapshot in {it.label} can be public")
    if state == "block-new-sharing":
        return fails(f"snapshots in {it.label} that are public stay so", Severity.LOW)
    return fails(f"snapshots in {it.label} can be made public")


CASES = (
    case("all", PASS, snapshot_block_public_access={"State": "block-all-sharing"}),
    case("new ones", FAIL, snapshot_block_public_access={"State": "block-new-sharing"}),
    case("none", FAIL, snapshot_block_public_access={"State": "unblocked"}),
    case("denied", UNKNOWN, snapshot_block_public_access=DENIED),
)
