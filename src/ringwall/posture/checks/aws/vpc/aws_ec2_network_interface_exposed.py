"""The internet reaches no closed ports of services with addresses of their own.

Tasks of Fargate, network load balancers, databases and appliances have network interfaces that no
instance owns: what is open there shows on no list of instances.

Why: a data store or remote control on the internet is found and taken within hours.
Fix: take the public address away, or close the ports in its security groups.
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
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, PERIMETER
from ringwall.posture.checks.aws.exposure import READS, interface_reach
from ringwall.posture.checks.aws.openings import those_in
from ringwall.posture.checks.aws.scenes import (
    LIST_GROUP,
    OPEN_REGION,
    SPARED_REGION,
    SUBNET,
    WORLD_TABLE,
    group,
    prefix_list,
)
from ringwall.posture.checks.aws.services import CLOSED
from ringwall.posture.permissions.networks import Intervals

CHECK = Check(
    judges="aws-ec2-network-interface",
    severity=Severity.HIGH,
    reads=("listed", *READS),
    controls=(
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
)
PORTS = Intervals.of((one, one) for one in CLOSED)


def judge(it: Subject, world: World) -> Judgment | None:
    """Those of instances are judged with their instance; gateways pass on, and answer nothing."""
    listed = it.read("listed")
    if (listed.get("Attachment") or {}).get("InstanceId"):
        return None
    if listed.get("InterfaceType") in {
        "nat_gateway",
        "natGateway",
        "gateway_load_balancer",
        "transit_gateway",
    }:
        return None
    found = those_in(CLOSED, interface_reach(world, it, listed, PORTS))
    if found:
        return fails(f"the internet reaches {', '.join(found)} of {it.label}")
    return passes("the internet reaches none of the ports that ought to be closed")


def _alone(**more: object) -> dict[str, object]:
    return {
        "SubnetId": "subnet-1",
        "VpcId": "vpc-1",
        "Groups": [{"GroupId": "sg-1"}],
        "Association": {"PublicIp": "52.0.0.1"},
    } | more


WAYS = (WORLD_TABLE, SUBNET, SPARED_REGION, prefix_list("0.0.0.0/0"))
CASES = (
    case("all is open", FAIL, LIST_GROUP, *WAYS, listed=_alone()),
    case("no address", PASS, LIST_GROUP, *WAYS, listed=_alone(Association={})),
    case(
        "by version 6",
        FAIL,
        group([("tcp", 5432, 5432, ["::/0"])]),
        OPEN_REGION,
        other(
            "aws-ec2-route-table",
            listed={
                "Associations": [{"SubnetId": "subnet-1"}],
                "Routes": [{"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"}],
            },
        ),
        listed=_alone(Association={}, Ipv6Addresses=[{"Ipv6Address": "2a05::1"}]),
    ),
    case("the web", PASS, group([("tcp", 443, 443, ["0.0.0.0/0"])]), *WAYS, listed=_alone()),
    case("of an instance", NOT_JUDGED, listed=_alone(Attachment={"InstanceId": "i-1"})),
    case("a NAT gateway", NOT_JUDGED, listed=_alone(InterfaceType="nat_gateway")),
)
