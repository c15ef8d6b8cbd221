"""Instances do not use their network's default security group.

Why: everything that nobody thought about is in it, too, and what is in it reaches all the rest.
Fix: give it a group that lets in what it needs.
"""

from ringwall.posture.checking import (
    FAIL,
    PASS,
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
)


def judge(it: Subject, world: World) -> Judgment:
    """No group but that of the network can have this name."""
    listed = it.read("listed")
    groups = list(listed.get("SecurityGroups") or ())
    for one in listed.get("NetworkInterfaces") or ():
        groups += one.get("Groups") or ()
    if any(one.get("GroupName") == "default" for one in groups):
        return fails(f"{it.label} is in the default security group of its network")
    return passes("it has security groups of its own")


CASES = (
    case("its own", PASS, listed={"SecurityGroups": [{"GroupName": "web"}]}),
    case("a name that begins so", PASS, listed={"SecurityGroups": [{"GroupName": "default-2"}]}),
    case("the default", FAIL, listed={"SecurityGroups": [{"GroupName": "default"}]}),
    case(
        "by its second interface",
        FAIL,
        listed={
            "SecurityGroups": [{"GroupName": "web"}],
            "NetworkInterfaces": [{"Groups": [{"GroupName": "default"}]}],
        },
    ),
)
