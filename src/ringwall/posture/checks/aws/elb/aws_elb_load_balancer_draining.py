"""Classic load balancers let requests end.

Why: what is under way when a machine is taken out is cut off.
Fix: turn connection draining on.
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
        "prowler:elb_connection_draining_enabled",
        "securityhub:ELB.7",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if (it.read("attributes", {}).get("ConnectionDraining") or {}).get("Enabled") is True:
        return passes("connection draining is on")
    return fails(f"{it.label} cuts off what is under way")


CASES = (
    case("on", PASS, attributes={"ConnectionDraining": {"Enabled": True}}),
    case("off", FAIL, attributes={"ConnectionDraining": {"Enabled": False}}),
    case("denied", UNKNOWN, attributes=DENIED),
)
