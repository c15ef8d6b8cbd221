"""Networks with private subnets reach S3 by an endpoint.

Why: otherwise it goes by the internet, or a NAT, where no policy says whose buckets may be reached.
Fix: add a gateway endpoint for S3, which costs nothing, with a policy.
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
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-ec2-vpc",
    severity=Severity.INFORMATIONAL,
    reads=("listed", "aws-ec2-vpc-endpoint.listed", "aws-ec2-network-interface.listed"),
    controls=PERIMETER,
)


def _inside(interface: Subject) -> list[object]:
    return [interface.read("listed").get("VpcId")]


def _storage(endpoint: Subject) -> list[object]:
    listed = endpoint.read("listed")
    return [listed.get("VpcId")] if str(listed.get("ServiceName", "")).endswith(".s3") else []


def judge(it: Subject, world: World) -> Judgment | None:
    """An empty network needs none."""
    network = it.read("listed").get("VpcId")
    if world.where("aws-ec2-vpc-endpoint", _storage, network):
        return passes("it has an endpoint for S3")
    if not world.where("aws-ec2-network-interface", _inside, network):
        return None
    return fails(f"{it.label} has no endpoint for S3")


NIC = other("aws-ec2-network-interface", listed={"VpcId": "vpc-1"})
CASES = (
    case(
        "one",
        PASS,
        NIC,
        other(
            "aws-ec2-vpc-endpoint",
            listed={"VpcId": "vpc-1", "ServiceName": "com.amazonaws.eu-west-1.s3"},
        ),
        listed={"VpcId": "vpc-1"},
    ),
    case("none", FAIL, NIC, listed={"VpcId": "vpc-1"}),
    case("empty", NOT_JUDGED, listed={"VpcId": "vpc-1"}),
)
