"""Groups behind load balancers ask these how machines fare.

Why: a machine that runs, and answers nobody, is kept otherwise.
Fix: set the health check type to `ELB`.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
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
        "prowler:autoscaling_group_elb_health_check_enabled",
        "securityhub:AutoScaling.1",
    ),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Where a load balancer is before it."""
    listed = it.read("listed")
    if not listed.get("LoadBalancerNames") and not listed.get("TargetGroupARNs"):
        return None
    if "ELB" in str(listed.get("HealthCheckType", "EC2")):
        return passes("it asks its load balancer")
    return fails(f"{it.label} asks only whether a machine runs")


CASES = (
    case("asked", PASS, listed={"TargetGroupARNs": ["t"], "HealthCheckType": "ELB"}),
    case("not", FAIL, listed={"TargetGroupARNs": ["t"], "HealthCheckType": "EC2"}),
    case("none before it", NOT_JUDGED, listed={"HealthCheckType": "EC2"}),
)
