"""Classic load balancers spread over zones evenly.

Why: a zone with few machines gets as much as one with many.
Fix: turn cross-zone load balancing on.
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
from ringwall.posture.checks.aws.controls import RESILIENT

CHECK = Check(
    judges="aws-elb-load-balancer",
    severity=Severity.INFORMATIONAL,
    reads=("attributes",),
    controls=RESILIENT,
    known_as=(
        "prowler:elb_cross_zone_load_balancing_enabled",
        "securityhub:ELB.9",
        "checkov:CKV_AWS_138",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if (it.read("attributes", {}).get("CrossZoneLoadBalancing") or {}).get("Enabled") is True:
        return passes("cross-zone load balancing is on")
    return fails(f"{it.label} spreads by zones")


CASES = (
    case("on", PASS, attributes={"CrossZoneLoadBalancing": {"Enabled": True}}),
    case("off", FAIL, attributes={"CrossZoneLoadBalancing": {"Enabled": False}}),
    case("denied", UNKNOWN, attributes=DENIED),
)
