"""Launch configurations make encrypted volumes.

Why: every machine that is launched by it has the disks that it says.
Fix: move to a launch template whose block devices are encrypted, or turn EBS encryption by default
on for the region.
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
from ringwall.posture.checks.aws.controls import AT_REST
from ringwall.posture.checks.aws.defaults import of_region

CHECK = Check(
    judges="aws-autoscaling-launch-configuration",
    severity=Severity.MEDIUM,
    reads=("listed", "aws-region.ebs_encryption_by_default"),
    controls=AT_REST,
    known_as=("checkov:CKV_AWS_8",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By default means always: AWS refuses no-encryption where the region's default is on."""
    disks = it.read("listed").get("BlockDeviceMappings") or ()
    if all("Ebs" not in one or one["Ebs"].get("Encrypted") is True for one in disks):
        return passes("it has no volume that is not encrypted")
    if of_region(it, world, "ebs_encryption_by_default").get("EbsEncryptionByDefault") is True:
        return passes("the region encrypts all new volumes")
    return fails(f"{it.label} has volumes that are not encrypted")


DISK = {"BlockDeviceMappings": [{"DeviceName": "a"}, {"Ebs": {}}]}
ENCRYPTED = {"BlockDeviceMappings": [{"Ebs": {"Encrypted": True}}]}
ON = other("aws-region", ebs_encryption_by_default={"EbsEncryptionByDefault": True})
OFF = other("aws-region", ebs_encryption_by_default={"EbsEncryptionByDefault": False})
CASES = (
    case("no disks", PASS, listed={}),
    case("encrypted", PASS, OFF, listed=ENCRYPTED),
    case("the region encrypts", PASS, ON, listed=DISK),
    case("nothing encrypts", FAIL, OFF, listed=DISK),
    case(
        "not known",
        UNKNOWN,
        other("aws-region", ebs_encryption_by_default=DENIED),
        listed=DISK,
    ),
)
