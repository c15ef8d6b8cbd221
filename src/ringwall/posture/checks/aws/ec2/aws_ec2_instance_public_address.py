"""Instances have no public addresses.

Why: what has one is scanned within minutes; only its security groups stand before it then.
Fix: put it into a private subnet behind a load balancer, and reach it by Session Manager.
"""

from ringwall.posture.checking import (
    ABSENT,
    DENIED,
    FAIL,
    PASS,
    UNKNOWN,
    Check,
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import PERIMETER
from ringwall.posture.checks.aws.exposure import (
    ROUTE_READS,
    is_public_subnet,
    public_versions,
)
from ringwall.posture.checks.aws.scenes import (
    BLOCKED_REGION,
    FIREWALL_TABLE,
    LIST_TABLE,
    prefix_list,
)

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.MEDIUM,
    reads=("listed", *ROUTE_READS),
    controls=(
        *PERIMETER,
        "pci-dss-4 1.4.2 supporting",
    ),
    known_as=("prowler:ec2_instance_public_ip", "securityhub:EC2.9", "checkov:CKV_AWS_88"),
)


def judge(it: Subject, world: World) -> Judgment:
    """An address that no internet gateway leads to is not public, whatever it is called.

    Code whose routes are not known is given one, whatever will lead to it.
    """
    listed = it.read("listed")
    several = [one for one in listed.get("NetworkInterfaces") or () if public_versions(one)]
    if not several and not listed.get("PublicIpAddress"):
        return passes("it has no public address")
    try:
        is_public = world.any_true(
            *(
                lambda at=at: is_public_subnet(
                    world, it, str(at.get("SubnetId") or ""), str(at.get("VpcId") or "")
                )
                for at in several or [listed]
            )
        )
    except UnknownError:
        if not it.is_declared:
            raise
        return fails(f"{it.label} is given a public address, whatever leads to it")
    if is_public:
        address = listed.get("PublicIpAddress") or "a public address"
        return fails(f"{it.label} has {address}, and its subnet leads to the internet")
    return passes("no internet gateway leads to its addresses, or the region blocks them")


NETWORK = {
    "SubnetId": "subnet-1",
    "VpcId": "vpc-1",
    "PublicIpAddress": "52.0.0.1",
    "NetworkInterfaces": [
        {"SubnetId": "subnet-1", "VpcId": "vpc-1", "Association": {"PublicIp": "52.0.0.1"}}
    ],
}
OPEN = {"vpc_block_public_access": ABSENT, "vpc_block_public_access_exclusions": ABSENT}
SHUT = OPEN | {"vpc_block_public_access": {"InternetGatewayBlockMode": "block-ingress"}}
TABLE = other(
    "aws-ec2-route-table",
    listed={
        "VpcId": "vpc-1",
        "Associations": [{"Main": True}],
        "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}],
    },
)
CASES = (
    case("none", PASS, listed={"NetworkInterfaces": [{"SubnetId": "subnet-1"}]}),
    case("public", FAIL, TABLE, other("aws-region", **OPEN), listed=NETWORK),
    case("blocked for the region", PASS, TABLE, other("aws-region", **SHUT), listed=NETWORK),
    case(
        "no way to it",
        PASS,
        other(
            "aws-ec2-route-table",
            listed={
                "VpcId": "vpc-1",
                "Associations": [{"Main": True}],
                "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}],
            },
        ),
        listed=NETWORK,
    ),
    case(
        "by a list",
        FAIL,
        *(LIST_TABLE, prefix_list("0.0.0.0/0"), other("aws-region", **OPEN)),
        listed=NETWORK,
    ),
    case(
        "behind a firewall",
        UNKNOWN,
        FIREWALL_TABLE,
        other("aws-region", **OPEN),
        listed=NETWORK,
    ),
    case("behind a firewall, and blocked", PASS, FIREWALL_TABLE, BLOCKED_REGION, listed=NETWORK),
    case(
        "whether it is blocked is not known",
        UNKNOWN,
        TABLE,
        other("aws-region", vpc_block_public_access=DENIED),
        listed=NETWORK,
    ),
)
