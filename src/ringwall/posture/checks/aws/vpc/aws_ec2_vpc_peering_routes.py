"""Routes to peered networks lead to what is needed alone.

Why: a route to the whole of it makes every machine there a neighbour.
Fix: route the subnets that are needed.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
    Check,
    Judgment,
    Other,
    Severity,
    Subject,
    World,
    case,
    fails,
    other,
    passes,
)
from ringwall.posture.checks.aws.controls import PERIMETER
from ringwall.posture.permissions.networks import Addresses

CHECK = Check(
    judges="aws-ec2-vpc-peering-connection",
    severity=Severity.LOW,
    reads=("listed", "aws-ec2-route-table.listed"),
    controls=(
        "cis-aws-3.0 5.5 partial",
        "cis-aws-5.0 5.6 partial",
        "cis-aws-6.0 6.6 partial",
        *PERIMETER,
        "pci-dss-4 1.4.1 supporting",
    ),
    known_as=("prowler:vpc_peering_routing_tables_with_least_privilege",),
)


def _peers(table: Subject) -> list[object]:
    return [one.get("VpcPeeringConnectionId") for one in table.read("listed").get("Routes") or ()]


def judge(it: Subject, world: World) -> Judgment:
    """Whether all of the other network is routed, by one route or by several."""
    listed = it.read("listed")
    identifier = listed.get("VpcPeeringConnectionId")
    both = [listed.get("AccepterVpcInfo") or {}, listed.get("RequesterVpcInfo") or {}]
    for table in world.where("aws-ec2-route-table", _peers, identifier):
        told = table.read("listed")
        routed = Addresses.of(
            one["DestinationCidrBlock"]
            for one in told.get("Routes") or ()
            if one.get("VpcPeeringConnectionId") == identifier and one.get("DestinationCidrBlock")
        )
        for side in both:
            cidr = str(side.get("CidrBlock") or "")
            is_other = bool(cidr) and side.get("VpcId") != told.get("VpcId")
            if is_other and routed.v4.covers(Addresses.of([cidr]).v4):
                return fails(f"{table.label} routes all of {cidr} to {it.label}")
    return passes("no table routes the whole of the other network")


def _routes(*cidrs: str) -> Other:
    return other(
        "aws-ec2-route-table",
        listed={
            "VpcId": "vpc-1",
            "Routes": [
                {"DestinationCidrBlock": one, "VpcPeeringConnectionId": "pcx-1"} for one in cidrs
            ],
        },
    )


PEERING = {
    "VpcPeeringConnectionId": "pcx-1",
    "RequesterVpcInfo": {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"},
    "AccepterVpcInfo": {"VpcId": "vpc-2", "CidrBlock": "10.1.0.0/16"},
}
CASES = (
    case("a part", PASS, _routes("10.1.4.0/24"), listed=PEERING),
    case("all of it", FAIL, _routes("10.1.0.0/16"), listed=PEERING),
    case("more than all of it", FAIL, _routes("10.0.0.0/8"), listed=PEERING),
    case("by halves", FAIL, _routes("10.1.0.0/17", "10.1.128.0/17"), listed=PEERING),
    case("its own, which is no way out", PASS, _routes("10.0.0.0/16"), listed=PEERING),
    case("no route", PASS, listed=PEERING),
)
