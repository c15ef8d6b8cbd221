"""Launch templates give no public addresses.

Why: what is launched by itself stands on the internet then, before anybody looked at it.
Fix: set `AssociatePublicIpAddress` to false in a new version, and use private subnets.
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-ec2-launch-template",
    severity=Severity.MEDIUM,
    reads=("versions",),
    controls=(
        *PERIMETER,
        "pci-dss-4 1.4.2 supporting",
    ),
    known_as=("prowler:ec2_launch_template_no_public_ip", "securityhub:EC2.25"),
)


def judge(it: Subject, world: World) -> Judgment:
    """What it says; where it says nothing, that is the subnet's to decide."""
    for one in it.read("versions") or ():
        several = (one.get("LaunchTemplateData") or {}).get("NetworkInterfaces") or ()
        if any(each.get("AssociatePublicIpAddress") is True for each in several):
            return fails(f"version {one.get('VersionNumber')} of {it.label} gives public addresses")
    return passes("it gives no public address")


CASES = (
    case("nothing is said", PASS, versions=[{"LaunchTemplateData": {}}]),
    case(
        "public",
        FAIL,
        versions=[
            {"LaunchTemplateData": {"NetworkInterfaces": [{"AssociatePublicIpAddress": True}]}}
        ],
    ),
)
