"""Subnets give no public addresses by themselves.

Why: whatever is started there is on the internet without anybody having asked for it.
Fix: switch `MapPublicIpOnLaunch` off, and ask for an address where one is needed.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    passes,
)
from ringwall.posture.checks.aws.controls import PERIMETER
from ringwall.posture.checks.aws.exposure import ROUTE_READS, is_public_subnet
from ringwall.posture.checks.aws.scenes import (
    LIST_TABLE,
    PRIVATE_TABLE,
    SPARED_REGION,
    WORLD_TABLE,
    prefix_list,
)

CHECK = Check(
    judges="aws-ec2-subnet",
    severity=Severity.LOW,
    reads=("listed", *ROUTE_READS),
    controls=(
        *PERIMETER,
        "pci-dss-4 1.4.2 supporting",
    ),
    known_as=(
        "prowler:vpc_subnet_no_public_ip_by_default",
        "securityhub:EC2.15",
        "checkov:CKV_AWS_130",
    ),
    remedy="aws-ec2-subnet-auto-public",
)


def judge(it: Subject, world: World) -> Judgment:
    """Where no internet gateway leads to it, the addresses are of no use, and it is less bad."""
    listed = it.read("listed")
    if not listed.get("MapPublicIpOnLaunch"):
        return passes("it gives no public addresses")
    with world.aside():
        try:
            subnet, network = str(listed.get("SubnetId")), str(listed.get("VpcId"))
            is_public = is_public_subnet(world, it, subnet, network)
        except UnknownError:
            is_public = True
    if is_public:
        return fails(f"what is started in {it.label} is on the internet")
    return fails(
        f"{it.label} gives public addresses, to which nothing leads", Severity.INFORMATIONAL
    )


MINE = {"SubnetId": "subnet-1", "VpcId": "vpc-1", "MapPublicIpOnLaunch": True}
CASES = (
    case("off", PASS, listed=MINE | {"MapPublicIpOnLaunch": False}),
    case("on", FAIL, WORLD_TABLE, SPARED_REGION, listed=MINE),
    case("on, by a list", FAIL, LIST_TABLE, prefix_list("0.0.0.0/0"), SPARED_REGION, listed=MINE),
    case("on, without a way", FAIL, PRIVATE_TABLE, listed=MINE),
    case("on, and its routes are denied", FAIL, listed=MINE),
)
