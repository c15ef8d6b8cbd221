"""Volumes in use have a snapshot.

Why: what is deleted, or encrypted by an attacker, cannot be had again otherwise.
Fix: put it into a plan of AWS Backup, or of the Data Lifecycle Manager.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
    PASS,
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
from ringwall.posture.checks.aws.controls import BACKED_UP

CHECK = Check(
    judges="aws-ec2-volume",
    severity=Severity.MEDIUM,
    reads=("listed", "aws-ec2-snapshot.listed"),
    controls=BACKED_UP,
    known_as=("prowler:ec2_ebs_volume_snapshots_exists",),
)


def _of(snapshot: Subject) -> list[object]:
    listed = snapshot.read("listed")
    return [] if listed.get("State") == "error" else [listed.get("VolumeId")]


def judge(it: Subject, world: World) -> Judgment | None:
    """A volume that nothing uses needs none, and a snapshot that failed is none."""
    volume = it.read("listed")
    if volume.get("State") != "in-use":
        return None
    if world.where("aws-ec2-snapshot", _of, volume.get("VolumeId")):
        return passes("there is a snapshot of it")
    return fails(f"there is no snapshot of {it.label}")


CASES = (
    case(
        "one",
        PASS,
        other("aws-ec2-snapshot", listed={"VolumeId": "vol-1", "State": "completed"}),
        listed={"VolumeId": "vol-1", "State": "in-use"},
    ),
    case("none", FAIL, listed={"VolumeId": "vol-1", "State": "in-use"}),
    case(
        "one that failed",
        FAIL,
        other("aws-ec2-snapshot", listed={"VolumeId": "vol-1", "State": "error"}),
        listed={"VolumeId": "vol-1", "State": "in-use"},
    ),
    case("nothing uses it", NOT_JUDGED, listed={"VolumeId": "vol-1", "State": "available"}),
)
