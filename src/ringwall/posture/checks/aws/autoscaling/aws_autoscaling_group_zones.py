"""Groups of machines are in several zones.

Why: with its one zone all of them are gone.
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
    judges="aws-autoscaling-group",
    severity=Severity.LOW,
    reads=("listed",),
    controls=RESILIENT,
    known_as=(
        "prowler:autoscaling_group_multiple_az",
        "securityhub:AutoScaling.2",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    zones = it.read("listed").get("AvailabilityZones") or ()
    if len(zones) > 1:
        return passes(f"it is in {len(zones)} zones")
    return fails(f"{it.label} is in one zone")


CASES = (
    case("two", PASS, listed={"AvailabilityZones": ["a", "b"]}),
    case("one", FAIL, listed={"AvailabilityZones": ["a"]}),
)
