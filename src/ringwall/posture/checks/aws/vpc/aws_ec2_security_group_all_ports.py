"""Security groups do not open every port to the internet.

Why: whatever is started on the machine, by whomever, is on the internet at once.
Fix: name the ports that are for everybody.
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
from ringwall.posture.checks.aws.controls import FROM_UNTRUSTED, PERIMETER
from ringwall.posture.checks.aws.scenes import rule
from ringwall.posture.checks.aws.vpc.ports import READS, by_rules, cases_of, is_unused, opened
from ringwall.posture.permissions.networks import Intervals

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.HIGH,
    reads=READS,
    controls=(
        "cis-aws-3.0 5.2 partial",
        "cis-aws-3.0 5.3 partial",
        "cis-aws-5.0 5.3 partial",
        "cis-aws-5.0 5.4 partial",
        "cis-aws-6.0 6.3 partial",
        "cis-aws-6.0 6.4 partial",
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
    known_as=("prowler:ec2_securitygroup_allow_ingress_from_internet_to_all_ports",),
)


def judge(it: Subject, world: World) -> Judgment:
    """A thousand ports in one go are as good as all."""
    its = opened(world, it)
    widest = _widest(its.certain)
    if widest < 1000 and its.unknown is not None and _widest(its.possible) >= 1000:
        raise its.unknown
    if widest < 1000:
        return passes(f"at most {widest} ports in one go are open to the internet")
    told = f"{it.label} opens {widest:,} ports in one go to the internet"
    told += by_rules(it, world, its.certain)
    if is_unused(world, it):
        return fails(f"{told}; nothing has this group now", Severity.LOW)
    return fails(told)


def _widest(ports: Intervals) -> int:
    return max((last - first + 1 for first, last in ports.parts), default=0)


SINGLE = {"the world", "by version 6", "nothing has it", "two halves of the world"}
CASES = (
    *(one for one in cases_of(1024) if one.told not in SINGLE),
    case(
        "all ports, from two halves of the world",
        FAIL,
        listed={
            "GroupId": "sg-1",
            "IpPermissions": [
                rule("tcp", 0, 65535, ["0.0.0.0/1"]),
                rule("-1", -1, -1, ["128.0.0.0/1"]),
            ],
        },
    ),
    case(
        "one port",
        PASS,
        listed={"GroupId": "sg-1", "IpPermissions": [rule("tcp", 443, 443, ["0.0.0.0/0"])]},
    ),
)
