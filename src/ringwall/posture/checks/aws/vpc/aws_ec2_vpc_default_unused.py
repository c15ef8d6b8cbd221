"""Nothing lives in default networks.

Why: each of their subnets is public as it comes, and whatever is started there is on the internet.
Fix: move it to a network that was planned, then delete the default one.
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-ec2-vpc",
    severity=Severity.LOW,
    reads=("listed", "aws-ec2-network-interface.listed"),
    controls=HARDENED,
    known_as=("checkov:CKV_AWS_148",),
)


def _inside(interface: Subject) -> list[object]:
    return [interface.read("listed").get("VpcId")]


def judge(it: Subject, world: World) -> Judgment | None:
    """A default network without anything in it harms nobody."""
    listed = it.read("listed")
    if not listed.get("IsDefault"):
        return None
    several = world.where("aws-ec2-network-interface", _inside, listed.get("VpcId"))
    if several:
        return fails(f"{len(several)} network interfaces are in the default network {it.label}")
    return passes("it is a default network, and empty")


CASES = (
    case("empty", PASS, listed={"VpcId": "vpc-1", "IsDefault": True}),
    case(
        "used",
        FAIL,
        other("aws-ec2-network-interface", listed={"VpcId": "vpc-1"}),
        listed={"VpcId": "vpc-1", "IsDefault": True},
    ),
    case("planned", NOT_JUDGED, listed={"VpcId": "vpc-1", "IsDefault": False}),
)
