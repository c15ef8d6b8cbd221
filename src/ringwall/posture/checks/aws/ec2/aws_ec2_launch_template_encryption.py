"""Launch templates make encrypted volumes.

Why: every machine that is launched from it has the disks that it says.
Fix: set `Encrypted` in its block devices, or turn EBS encryption by default on for the region.
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
    judges="aws-ec2-launch-template",
    severity=Severity.MEDIUM,
    reads=("versions", "aws-region.ebs_encryption_by_default"),
    controls=AT_REST,
    known_as=("securityhub:EC2.181",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By default means always: AWS refuses no-encryption where the region's default is on."""
    open_ones = [
        one
        for one in it.read("versions") or ()
        for disk in (one.get("LaunchTemplateData") or {}).get("BlockDeviceMappings") or ()
        if "Ebs" in disk and disk["Ebs"].get("Encrypted") is not True
    ]
    if not open_ones:
        return passes("it has no volume that is not encrypted")
    if of_region(it, world, "ebs_encryption_by_default").get("EbsEncryptionByDefault") is True:
        return passes("the region encrypts all new volumes")
    number = open_ones[0].get("VersionNumber")
    return fails(f"version {number} of {it.label} has volumes that are not encrypted")


DISK = [{"VersionNumber": 1, "LaunchTemplateData": {"BlockDeviceMappings": [{"Ebs": {}}]}}]
ON = other("aws-region", ebs_encryption_by_default={"EbsEncryptionByDefault": True})
OFF = other("aws-region", ebs_encryption_by_default={"EbsEncryptionByDefault": False})
CASES = (
    case("no disks", PASS, versions=[{"LaunchTemplateData": {}}]),
    case("the region encrypts", PASS, ON, versions=DISK),
    case("nothing encrypts", FAIL, OFF, versions=DISK),
    case(
        "not known",
        UNKNOWN,
        other("aws-region", ebs_encryption_by_default=DENIED),
        versions=DISK,
    ),
)
