"""Functions in networks run in two zones or more.

Why: a function whose subnets are all in one zone stands still with that.
Fix: add a subnet of another zone to the function.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
    PASS,
    UNKNOWN,
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
    judges="aws-lambda-function",
    severity=Severity.LOW,
    reads=(
        "listed",
        "aws-ec2-subnet.listed",
    ),
    controls=RESILIENT,
    known_as=(
        "prowler:awslambda_function_vpc_multi_az",
        "securityhub:Lambda.5",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Of those in networks."""
    subnets = (it.read("listed").get("VpcConfig") or {}).get("SubnetIds") or []
    if not subnets:
        return None
    zones = {
        str(one.read("listed").get("AvailabilityZone"))
        for name in subnets
        for one in world.where("aws-ec2-subnet", _id, name)
    }
    if len(zones) > 1:
        return passes(f"it runs in {', '.join(sorted(zones))}")
    return fails(f"it runs in {', '.join(zones) or 'no zone that is known'} alone")


def _id(subnet: Subject) -> list[str]:
    return [str(subnet.read("listed").get("SubnetId"))]


def _subnet(number: int, zone: str) -> Other:
    told = {"SubnetId": f"subnet-{number}", "AvailabilityZone": zone}
    return other("aws-ec2-subnet", f"arn:aws:ec2:eu-west-1:1:subnet/subnet-{number}", listed=told)


BOTH = {"VpcConfig": {"SubnetIds": ["subnet-1", "subnet-2"]}}
CASES = (
    case("two", PASS, _subnet(1, "a"), _subnet(2, "b"), listed=BOTH),
    case("one, twice", FAIL, _subnet(1, "a"), _subnet(2, "a"), listed=BOTH),
    case("in no network", NOT_JUDGED, listed={}),
    case("may not be read", UNKNOWN, listed=DENIED),
)
