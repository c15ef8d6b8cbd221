"""Launch configurations give no public addresses.

Why: what is launched by itself stands on the internet then.
Fix: move to a launch template without public addresses.
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
    judges="aws-autoscaling-launch-configuration",
    severity=Severity.MEDIUM,
    reads=("listed",),
    controls=(
        *PERIMETER,
        "pci-dss-4 1.4.2 supporting",
    ),
    known_as=(
        "prowler:autoscaling_group_launch_configuration_no_public_ip",
        "checkov:CKV_AWS_88",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("AssociatePublicIpAddress") is True:
        return fails(f"{it.label} gives public addresses")
    return passes("it gives no public address")


CASES = (
    case("none", PASS, listed={}),
    case("public", FAIL, listed={"AssociatePublicIpAddress": True}),
)
