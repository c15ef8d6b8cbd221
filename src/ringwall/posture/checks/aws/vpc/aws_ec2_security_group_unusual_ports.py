"""Security groups open only the web's ports to the internet.

Why: whatever else is open is easily forgotten, and seldom made for the internet.
Fix: close what is not needed, or put it behind a load balancer; accept what is meant to be open.
"""

from ringwall.posture.checking import (
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
from ringwall.posture.checks.aws.services import CLOSED
from ringwall.posture.checks.aws.vpc.ports import READS, by_rules, cases_of, is_unused, opened
from ringwall.posture.permissions.networks import Intervals

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.MEDIUM,
    reads=READS,
    controls=(
        *PERIMETER,
        *FROM_UNTRUSTED,
    ),
    known_as=(
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_any_port",
        "securityhub:EC2.18",
    ),
)
WEB = Intervals.of([(80, 80), (443, 443)])
JUDGED_ELSEWHERE = Intervals.of((one, one) for one in CLOSED)


def judge(it: Subject, world: World) -> Judgment:
    """What checks of their own look at, such as SSH, is not told twice."""
    its = opened(world, it)
    left, more = its.certain - WEB, its.possible - WEB - JUDGED_ELSEWHERE
    if its.unknown is not None and more.parts and not (left - JUDGED_ELSEWHERE).parts:
        raise its.unknown
    if left.parts and not (left - JUDGED_ELSEWHERE).parts:
        return passes("only ports are open that other checks judge")
    if not left.parts:
        return passes("nothing but the web's ports is open to the internet")
    told = ", ".join(
        f"{low}" if low == high else f"{low} to {high}" for low, high in left.parts[:5]
    )
    told += " to the internet" + by_rules(it, world, left)
    if is_unused(world, it):
        return fails(f"{it.label} opens {told}; nothing has this group now", Severity.LOW)
    return fails(f"{it.label} opens {told}")


CASES = (
    *cases_of(8081),
    case(
        "HTTP 3",
        PASS,
        listed={"GroupId": "sg-1", "IpPermissions": [rule("udp", 443, 443, ["0.0.0.0/0"])]},
    ),
    case(
        "SSH, which another check tells",
        PASS,
        listed={"GroupId": "sg-1", "IpPermissions": [rule("tcp", 22, 22, ["0.0.0.0/0"])]},
    ),
)
