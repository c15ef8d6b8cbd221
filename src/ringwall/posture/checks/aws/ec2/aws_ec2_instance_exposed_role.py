"""Instances that the internet reaches have no role to lose.

Why: whoever takes the instance over has all that its role may do.
Fix: put a load balancer before it, or take rights from the role until the instance has what it
needs.
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
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE, PERIMETER
from ringwall.posture.checks.aws.exposure import READS, instance_reach
from ringwall.posture.checks.aws.scenes import (
    LIST_GROUP,
    OPEN_REGION,
    SPARED_REGION,
    SUBNET,
    WORLD_TABLE,
    group,
    interface,
    prefix_list,
)

CHECK = Check(
    judges="aws-ec2-instance",
    severity=Severity.MEDIUM,
    reads=("listed", *READS),
    controls=(*PERIMETER, *LEAST_PRIVILEGE),
    known_as=("prowler:ec2_instance_internet_facing_with_instance_profile",),
)


def judge(it: Subject, world: World) -> Judgment:
    """Reached is what answers at any port; an address alone is no way in."""
    profile = it.read("listed").get("IamInstanceProfile")
    if not profile:
        return passes("it has no role")
    if instance_reach(world, it).parts:
        return fails(f"the internet reaches {it.label}, which has {profile['Arn']}")
    return passes("the internet does not reach it")


ROLE = {"IamInstanceProfile": {"Arn": "arn:aws:iam::111122223333:instance-profile/web"}}
WEB = group([("tcp", 443, 443, ["0.0.0.0/0"])])
CASES = (
    case("no role", PASS, WEB, WORLD_TABLE, SUBNET, listed=interface()),
    case("both", FAIL, WEB, WORLD_TABLE, SUBNET, OPEN_REGION, listed=interface() | ROLE),
    case("a role alone", PASS, WEB, listed=interface(address="") | ROLE),
    case(
        "an address, but nothing is open",
        PASS,
        group([("tcp", 443, 443, ["10.0.0.0/8"])]),
        WORLD_TABLE,
        SUBNET,
        listed=interface() | ROLE,
    ),
    case(
        "a list of prefixes",
        FAIL,
        LIST_GROUP,
        prefix_list("0.0.0.0/0"),
        WORLD_TABLE,
        SUBNET,
        SPARED_REGION,
        listed=interface() | ROLE,
    ),
)
