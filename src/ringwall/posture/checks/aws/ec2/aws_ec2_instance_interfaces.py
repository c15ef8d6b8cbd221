"""Instances have one network interface each.

Why: one in two networks passes by whatever stands between them, and is harder to be looked over.
Fix: detach the others, unless it is there to route; accept those that are.
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
    passes,
)
from ringwall.posture.checks.aws.controls import PERIMETER

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.LOW,
    reads=("listed",),
    controls=PERIMETER,
    known_as=("prowler:ec2_instance_uses_single_eni", "securityhub:EC2.17"),
    of_clouds=True,
)
_OF_PODS = "aws-K8S-"
"""How EKS describes those that it attaches to its machines for addresses of pods."""
_OF_TASKS = {"trunk", "branch", "efa-only"}
"""Of what types those are that tasks of ECS share, and those that speak no IP."""


def judge(it: Subject, world: World) -> Judgment:
    """But those that a cluster attaches for its pods and tasks."""
    several = [
        one
        for one in it.read("listed").get("NetworkInterfaces") or ()
        if not str(one.get("Description") or "").startswith(_OF_PODS)
        and one.get("InterfaceType") not in _OF_TASKS
    ]
    if len(several) > 1:
        return fails(f"{it.label} has {len(several)} network interfaces")
    return passes("it has one network interface")


CASES = (
    case("one", PASS, listed={"NetworkInterfaces": [{"SubnetId": "subnet-1"}]}),
    case(
        "two",
        FAIL,
        listed={"NetworkInterfaces": [{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}]},
    ),
    case(
        "a machine of a cluster",
        PASS,
        listed={"NetworkInterfaces": [{}, {"Description": f"{_OF_PODS}i-0123456789abcdef0"}]},
    ),
    case(
        "a machine of tasks",
        PASS,
        listed={"NetworkInterfaces": [{"InterfaceType": "interface"}, {"InterfaceType": "trunk"}]},
    ),
    case("may not be read", UNKNOWN, listed=DENIED),
)
