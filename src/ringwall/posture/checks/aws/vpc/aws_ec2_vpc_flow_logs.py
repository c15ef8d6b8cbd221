"""Networks log who talks to whom.

Why: after a break-in nobody can say otherwise where it came from, and what went out.
Fix: turn flow logs on for the VPC, for rejected and accepted traffic.
"""

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.controls import INTRUSIONS, LOGGED

CHECK = Check(
    judges="aws-ec2-vpc",
    severity=Severity.MEDIUM,
    reads=("listed", "aws-ec2-flow-log.listed", "aws-ec2-subnet.listed"),
    controls=(
        "cis-aws-3.0 3.7 full",
        "cis-aws-5.0 3.7 full",
        "cis-aws-6.0 4.7 full",
        "nist-csf-2.0 DE.CM-01 partial",
        *LOGGED,
        *INTRUSIONS,
    ),
    known_as=("prowler:vpc_flow_logs_enabled", "securityhub:EC2.6", "checkov:CKV2_AWS_11"),
)


def _logged(log: Subject) -> list[object]:
    listed = log.read("listed")
    works = listed.get("FlowLogStatus", "ACTIVE") == "ACTIVE"
    works = works and listed.get("DeliverLogsStatus") != "FAILED"
    if not works or listed.get("TrafficType", "ALL") == "ACCEPT":
        return []
    return [listed.get("ResourceId")]


def _inside(subnet: Subject) -> list[object]:
    return [subnet.read("listed").get("VpcId")]


def judge(it: Subject, world: World) -> Judgment:
    """A log that is not delivered is none; logs of all its subnets are as good as one of it."""
    network = it.read("listed").get("VpcId")
    if world.where("aws-ec2-flow-log", _logged, network):
        return passes("a flow log of it is active")
    subnets = world.where("aws-ec2-subnet", _inside, network)
    logged = [
        one
        for one in subnets
        if world.where("aws-ec2-flow-log", _logged, one.read("listed").get("SubnetId"))
    ]
    if subnets and len(logged) == len(subnets):
        return passes("a flow log of each of its subnets is active")
    if not subnets:
        return fails(f"{it.label}, which is empty, has no working flow log", Severity.LOW)
    return fails(f"{it.label} has no working flow log of what is rejected")


def _log(of: str, **more: str) -> dict[str, str]:
    return {"ResourceId": of, "FlowLogStatus": "ACTIVE", "TrafficType": "ALL"} | more


LAN = other("aws-ec2-subnet", "subnet-1", listed={"VpcId": "vpc-1", "SubnetId": "subnet-1"})
CASES = (
    case("on", PASS, other("aws-ec2-flow-log", listed=_log("vpc-1")), listed={"VpcId": "vpc-1"}),
    case(
        "of all subnets",
        PASS,
        LAN,
        other("aws-ec2-flow-log", listed=_log("subnet-1")),
        listed={"VpcId": "vpc-1"},
    ),
    case(
        "of another network",
        FAIL,
        LAN,
        other("aws-ec2-flow-log", listed=_log("vpc-2")),
        listed={"VpcId": "vpc-1"},
    ),
    case(
        "not delivered",
        FAIL,
        LAN,
        other("aws-ec2-flow-log", listed=_log("vpc-1", DeliverLogsStatus="FAILED")),
        listed={"VpcId": "vpc-1"},
    ),
    case(
        "of what is accepted",
        FAIL,
        LAN,
        other("aws-ec2-flow-log", listed=_log("vpc-1", TrafficType="ACCEPT")),
        listed={"VpcId": "vpc-1"},
    ),
    case(
        "denied",
        UNKNOWN,
        other("aws-ec2-flow-log", listed=DENIED),
        listed={"VpcId": "vpc-1"},
    ),
)
