"""Networks have subnets in several zones.

Why: a zone fails as a whole; what is in no other one is gone until it is back.
Fix: add subnets in a second zone, and spread what runs over both.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-ec2-vpc",
    severity=Severity.LOW,
    reads=("listed", "aws-ec2-subnet.listed"),
    controls=RESILIENT,
    known_as=("prowler:vpc_subnet_different_az",),
)


def _inside(subnet: Subject) -> list[object]:
    return [subnet.read("listed").get("VpcId")]


def judge(it: Subject, world: World) -> Judgment | None:
    """A network without subnets holds nothing."""
    subnets = world.where("aws-ec2-subnet", _inside, it.read("listed").get("VpcId"))
    if not subnets:
        return None
    zones = {one.read("listed").get("AvailabilityZone") for one in subnets}
    if len(zones) > 1:
        return passes(f"its subnets are in {len(zones)} zones")
    return fails(f"all subnets of {it.label} are in {', '.join(map(str, zones))}")


def _subnet(name: str, zone: str) -> Other:
    return other("aws-ec2-subnet", name, listed={"VpcId": "vpc-1", "AvailabilityZone": zone})


CASES = (
    case("two", PASS, _subnet("a", "1a"), _subnet("b", "1b"), listed={"VpcId": "vpc-1"}),
    case("one", FAIL, _subnet("a", "1a"), _subnet("b", "1a"), listed={"VpcId": "vpc-1"}),
    case("a single subnet", FAIL, _subnet("a", "1a"), listed={"VpcId": "vpc-1"}),
    case("empty", NOT_JUDGED, listed={"VpcId": "vpc-1"}),
)
