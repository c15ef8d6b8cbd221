"""Networks of EC2: who can reach what, by addresses, routes, groups and lists."""

from collections.abc import Mapping
from typing import Any, Final

from ringwall.posture.collecting.shape import Detail, Listing, described, joined
from ringwall.posture.snapshot.snapshot import LISTED, Seen

PREFIX_LIST: Final = "aws-ec2-prefix-list"
ENDPOINT_SERVICE: Final = "aws-ec2-vpc-endpoint-service"
_GONE: Final = {"deleted", "deleting", "failed", "rejected", "expired"}


def _listing(thing: str, call: str, member: str, key: str, **more: Any) -> Listing:
    name = f"ec2:{thing}/{{{key}}}"
    return described(f"aws-ec2-{thing}", f"ec2:{call}", member, name, key, **more)


LISTINGS: Final = (
    _listing("vpc", "DescribeVpcs", "Vpcs", "VpcId"),
    _listing("subnet", "DescribeSubnets", "Subnets", "SubnetId"),
    _listing("route-table", "DescribeRouteTables", "RouteTables", "RouteTableId"),
    _listing(
        "internet-gateway", "DescribeInternetGateways", "InternetGateways", "InternetGatewayId"
    ),
    described(
        "aws-ec2-security-group",
        "ec2:DescribeSecurityGroups",
        "SecurityGroups",
        "ec2:security-group/{GroupId}",
        "GroupName",
        arguments={"MaxResults": 1000},
    ),
    _listing("network-acl", "DescribeNetworkAcls", "NetworkAcls", "NetworkAclId"),
    _listing(
        "network-interface",
        "DescribeNetworkInterfaces",
        "NetworkInterfaces",
        "NetworkInterfaceId",
        tags="TagSet",
        arguments={"MaxResults": 1000},
    ),
    described(
        "aws-ec2-flow-log",
        "ec2:DescribeFlowLogs",
        "FlowLogs",
        "ec2:vpc-flow-log/{FlowLogId}",
        "FlowLogId",
    ),
    _listing(
        "vpc-peering-connection",
        "DescribeVpcPeeringConnections",
        "VpcPeeringConnections",
        "VpcPeeringConnectionId",
        keep=lambda one: one["Status"]["Code"] not in _GONE,
    ),
    _listing(
        "vpc-endpoint",
        "DescribeVpcEndpoints",
        "VpcEndpoints",
        "VpcEndpointId",
        keep=lambda one: str(one.get("State", "")).lower() not in _GONE,
    ),
    _listing(
        "vpn-connection",
        "DescribeVpnConnections",
        "VpnConnections",
        "VpnConnectionId",
        keep=lambda one: one.get("State") not in _GONE,
    ),
    described(
        PREFIX_LIST,
        "ec2:DescribeManagedPrefixLists",
        "PrefixLists",
        "PrefixListArn",
        "PrefixListName",
    ),
    described(
        ENDPOINT_SERVICE,
        "ec2:DescribeVpcEndpointServiceConfigurations",
        "ServiceConfigurations",
        "ec2:vpc-endpoint-service/{ServiceId}",
        "ServiceName",
        keep=lambda one: str(one.get("ServiceState", "")).lower() not in _GONE,
    ),
)


def _prefix_list(seen: Seen) -> Mapping[str, Any] | None:
    """Those of AWS hold the addresses of its own services, and need not be asked for."""
    listed = seen.aspects[LISTED].value
    return None if listed["OwnerId"] == "AWS" else {"PrefixListId": listed["PrefixListId"]}


def _service(seen: Seen) -> Mapping[str, Any]:
    return {"ServiceId": seen.aspects[LISTED].value["ServiceId"]}


DETAILS: Final = (
    Detail(
        kind=PREFIX_LIST,
        aspect="entries",
        call="ec2:GetManagedPrefixListEntries",
        arguments=_prefix_list,
        pick=joined("Entries"),
    ),
    Detail(
        kind=ENDPOINT_SERVICE,
        aspect="allowed_principals",
        call="ec2:DescribeVpcEndpointServicePermissions",
        arguments=_service,
        pick=joined("AllowedPrincipals"),
    ),
)
