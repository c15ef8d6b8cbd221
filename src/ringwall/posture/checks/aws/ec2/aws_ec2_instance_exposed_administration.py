"""The internet does not reach remote administration of instances.

Reached is what has a public address, a route from an internet gateway, and a port that its security
groups and its subnet's network list together let through.

Why: passwords are guessed, and weaknesses used, from the first hour on.
Fix: close SSH and RDP for the internet; use Session Manager or a VPN.
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
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, PERIMETER
from ringwall.posture.checks.aws.exposure import READS, instance_reach
from ringwall.posture.checks.aws.openings import those_in
from ringwall.posture.checks.aws.scenes import (
    FIREWALL_TABLE,
    LIST_GROUP,
    OPEN_REGION,
    SPARED_REGION,
    SUBNET,
    WORLD_TABLE,
    group,
    interface,
    prefix_list,
    table,
)
from ringwall.posture.checks.aws.services import ADMINISTRATION, CONTROL

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.CRITICAL,
    reads=("listed", *READS),
    controls=(
        "cis-aws-3.0 5.2 supporting",
        "cis-aws-3.0 5.3 supporting",
        "cis-aws-5.0 5.3 supporting",
        "cis-aws-5.0 5.4 supporting",
        "cis-aws-6.0 6.3 supporting",
        "cis-aws-6.0 6.4 supporting",
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
    known_as=(
        "prowler:ec2_instance_port_ssh_exposed_to_internet",
        "prowler:ec2_instance_port_rdp_exposed_to_internet",
        "prowler:ec2_instance_port_telnet_exposed_to_internet",
    ),
)
PORTS = ADMINISTRATION | CONTROL


def judge(it: Subject, world: World) -> Judgment:
    """All that lies between is looked at: any part of it may close the port."""
    found = those_in(PORTS, instance_reach(world, it, PORTS))
    if found:
        return fails(f"the internet reaches {', '.join(found)} of {it.label}")
    return passes("no port of remote administration can be reached from the internet")


HALVES = group([("tcp", 22, 22, ["0.0.0.0/1"]), ("tcp", 22, 22, ["128.0.0.0/1"])])
OFFICE = group([("tcp", 22, 22, ["198.51.100.0/24"])])
CASES = (
    case("two halves", FAIL, HALVES, WORLD_TABLE, SUBNET, OPEN_REGION, listed=interface()),
    case(
        "an office",
        PASS,
        group([("tcp", 22, 22, ["198.51.100.0/24", "10.0.0.0/8"])]),
        WORLD_TABLE,
        SUBNET,
        listed=interface(),
    ),
    case(
        "by an address that is its second",
        FAIL,
        HALVES,
        WORLD_TABLE,
        SUBNET,
        OPEN_REGION,
        listed={
            "NetworkInterfaces": [
                {
                    "SubnetId": "subnet-1",
                    "VpcId": "vpc-1",
                    "Groups": [{"GroupId": "sg-1"}],
                    "PrivateIpAddresses": [{}, {"Association": {"PublicIp": "52.0.0.2"}}],
                }
            ]
        },
    ),
    case(
        "a firewall stands before it",
        UNKNOWN,
        *(HALVES, FIREWALL_TABLE, SUBNET, OPEN_REGION),
        listed=interface(),
    ),
    case("a firewall, and closed", PASS, OFFICE, FIREWALL_TABLE, SUBNET, listed=interface()),
    case(
        "a firewall, without an address",
        PASS,
        *(HALVES, FIREWALL_TABLE, SUBNET),
        listed=interface(address=""),
    ),
    case(
        "by an endpoint of storage beside the way out",
        PASS,
        *(HALVES, table({"DestinationPrefixListId": "pl-2", "GatewayId": "vpce-1"}), SUBNET),
        listed=interface(),
    ),
    case(
        "by a route for a list",
        FAIL,
        HALVES,
        table({"DestinationPrefixListId": "pl-1", "GatewayId": "igw-1"}),
        *(prefix_list("0.0.0.0/1", "128.0.0.0/1"), SUBNET, OPEN_REGION),
        listed=interface(),
    ),
    case(
        "Telnet",
        FAIL,
        *(group([("tcp", 23, 23, ["0.0.0.0/0"])]), WORLD_TABLE, SUBNET, OPEN_REGION),
        listed=interface(),
    ),
    case("open, without an address", PASS, HALVES, listed=interface(address="")),
    case(
        "open for version 6, with an address of version 4",
        PASS,
        group([("tcp", 22, 22, ["::/0"])]),
        WORLD_TABLE,
        SUBNET,
        listed=interface(),
    ),
    case(
        "the subnet's list refuses it",
        PASS,
        HALVES,
        WORLD_TABLE,
        other(
            "aws-ec2-network-acl",
            listed={
                "Associations": [{"SubnetId": "subnet-1"}],
                "Entries": [
                    {
                        "RuleNumber": 10,
                        "Protocol": "6",
                        "RuleAction": "deny",
                        "PortRange": {"From": 22, "To": 22},
                        "CidrBlock": "0.0.0.0/0",
                    },
                    {
                        "RuleNumber": 100,
                        "Protocol": "-1",
                        "RuleAction": "allow",
                        "CidrBlock": "0.0.0.0/0",
                    },
                ],
            },
        ),
        listed=interface(),
    ),
    case("no group is known", UNKNOWN, WORLD_TABLE, SUBNET, listed=interface()),
    case(
        "a list of prefixes that is denied",
        UNKNOWN,
        LIST_GROUP,
        prefix_list(entries=DENIED),
        WORLD_TABLE,
        SUBNET,
        listed=interface(),
    ),
    case(
        "a list of prefixes with the world in it",
        FAIL,
        LIST_GROUP,
        prefix_list("0.0.0.0/1", "128.0.0.0/1"),
        WORLD_TABLE,
        SUBNET,
        SPARED_REGION,
        listed=interface(),
    ),
    case(
        "a list of AWS's",
        PASS,
        LIST_GROUP,
        prefix_list(owner="AWS", entries=ABSENT),
        WORLD_TABLE,
        SUBNET,
        listed=interface(),
    ),
)
