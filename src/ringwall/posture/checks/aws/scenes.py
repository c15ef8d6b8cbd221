"""Scenes that cases share: a network that leads to the internet, and what stands in it."""

from collections.abc import Iterable
from typing import Any, Final

from ringwall.posture.checking import ABSENT, Other, other

Rule = tuple[str, int, int, list[str]]
"""Protocol, first and last port, networks."""


def rule(protocol: str, first: int, last: int, cidrs: Iterable[str]) -> dict[str, Any]:
    """A rule of a security group, as EC2 describes it."""
    several = list(cidrs)
    return {
        "IpProtocol": protocol,
        "FromPort": first,
        "ToPort": last,
        "IpRanges": [{"CidrIp": one} for one in several if ":" not in one],
        "Ipv6Ranges": [{"CidrIpv6": one} for one in several if ":" in one],
    }


def group(rules: Iterable[Rule], identifier: str = "sg-1") -> Other:
    """A security group that lets this in."""
    permissions = [rule(*one) for one in rules]
    return other(
        "aws-ec2-security-group",
        identifier,
        listed={"GroupId": identifier, "VpcId": "vpc-1", "IpPermissions": permissions},
    )


def interface(address: str = "52.0.0.1", group: str = "sg-1") -> dict[str, Any]:
    """An instance with one network interface."""
    return {
        "NetworkInterfaces": [
            {
                "SubnetId": "subnet-1",
                "VpcId": "vpc-1",
                "Groups": [{"GroupId": group}],
                **({"Association": {"PublicIp": address}} if address else {}),
            }
        ]
    }


WORLD_TABLE: Final = other(
    "aws-ec2-route-table",
    listed={
        "VpcId": "vpc-1",
        "Associations": [{"Main": True}],
        "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}],
    },
)


def table(*routes: dict[str, str]) -> Other:
    """The table of a network."""
    several = [{"State": "active"} | one for one in routes]
    return other(
        "aws-ec2-route-table",
        listed={"VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": several},
    )


FIREWALL_TABLE: Final = table({"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "vpce-1"})
"""All goes by an endpoint of a firewall, and from there on to an internet gateway."""
LIST_TABLE: Final = table({"DestinationPrefixListId": "pl-1", "GatewayId": "igw-1"})
"""What is in a list of prefixes goes to an internet gateway."""
PRIVATE_TABLE: Final = other(
    "aws-ec2-route-table",
    listed={"VpcId": "vpc-1", "Associations": [{"Main": True}], "Routes": []},
)
SUBNET: Final = other(
    "aws-ec2-network-acl",
    listed={
        "Associations": [{"SubnetId": "subnet-1"}],
        "Entries": [
            {"RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
        ],
    },
)
"""A subnet whose network list lets everything through."""
OPEN_REGION: Final = other(
    "aws-region", vpc_block_public_access=ABSENT, vpc_block_public_access_exclusions=ABSENT
)
BLOCKED_REGION: Final = other(
    "aws-region",
    vpc_block_public_access={"InternetGatewayBlockMode": "block-bidirectional"},
    vpc_block_public_access_exclusions=[],
)
SPARED_REGION: Final = other(
    "aws-region",
    vpc_block_public_access={"InternetGatewayBlockMode": "block-bidirectional"},
    vpc_block_public_access_exclusions=[
        {
            "ResourceArn": "arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1",
            "InternetGatewayExclusionMode": "allow-bidirectional",
            "State": "create-complete",
        }
    ],
)
"""Blocked, but not for this network."""
LIST_RULE: Final = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]}
LIST_GROUP: Final = other(
    "aws-ec2-security-group",
    "sg-1",
    listed={"GroupId": "sg-1", "VpcId": "vpc-1", "IpPermissions": [LIST_RULE]},
)
"""A security group that lets in whoever is in a list of prefixes."""


def prefix_list(*cidrs: str, owner: str = "111122223333", entries: Any = None) -> Other:
    """That list."""
    return other(
        "aws-ec2-prefix-list",
        listed={"PrefixListId": "pl-1", "OwnerId": owner},
        entries=[{"Cidr": one} for one in cidrs] if entries is None else entries,
    )


CALLED: Final = {
    "Statement": {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "lambda:InvokeFunctionUrl",
        "Resource": "*",
        "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
    }
}
"""The policy of a function whose address everybody may call."""


def called(role: str, urls: Any = None, policy: Any = CALLED) -> Other:
    """A function that runs as a role, and everybody may call."""
    at = [{"FunctionUrl": "https://a", "AuthType": "NONE"}] if urls is None else urls
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:f"
    return other("aws-lambda-function", arn, listed={"Role": role}, urls=at, policy=policy)
