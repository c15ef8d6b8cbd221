"""Images are of encrypted snapshots.

Why: what is launched from it has disks that are not encrypted, and so has every copy.
Fix: copy the image with encryption and take the old one back.
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
    passes,
)
from ringwall.posture.checks.aws.controls import AT_REST

CHECK = Check(
    judges="aws-ec2-image",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=AT_REST,
    known_as=("checkov:CKV_AWS_204",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Only what has a disk of its own in EBS can be encrypted."""
    disks = [
        one["Ebs"] for one in it.read("listed").get("BlockDeviceMappings") or () if "Ebs" in one
    ]
    if not disks:
        return None
    if all(one.get("Encrypted") is True for one in disks):
        return passes("all its disks are encrypted")
    return fails(f"not all disks of {it.label} are encrypted")


CASES = (
    case("encrypted", PASS, listed={"BlockDeviceMappings": [{"Ebs": {"Encrypted": True}}]}),
    case(
        "half",
        FAIL,
        listed={
            "BlockDeviceMappings": [{"Ebs": {"Encrypted": True}}, {"Ebs": {"Encrypted": False}}]
        },
    ),
    case("none", NOT_JUDGED, listed={"BlockDeviceMappings": [{"VirtualName": "ephemeral0"}]}),
)
