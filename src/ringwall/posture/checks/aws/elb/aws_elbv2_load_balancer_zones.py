"""Load balancers are in several zones.

Why: with its one zone the way in is gone.
Fix: add subnets in a second zone.
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-elbv2-load-balancer",
    severity=Severity.LOW,
    reads=("listed",),
    controls=RESILIENT,
    known_as=(
        "prowler:elbv2_is_in_multiple_az",
        "securityhub:ELB.13",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    zones = {one.get("ZoneName") for one in it.read("listed").get("AvailabilityZones") or ()}
    if len(zones) > 1:
        return passes(f"it is in {len(zones)} zones")
    return fails(f"{it.label} is in one zone")


CASES = (
    case("two", PASS, listed={"AvailabilityZones": [{"ZoneName": "a"}, {"ZoneName": "b"}]}),
    case("one", FAIL, listed={"AvailabilityZones": [{"ZoneName": "a"}]}),
)
