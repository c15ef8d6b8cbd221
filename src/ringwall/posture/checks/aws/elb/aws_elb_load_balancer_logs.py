"""Classic load balancers log requests.

Why: who asked for what is written nowhere else.
Fix: turn access logs on, into a bucket.
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
from ringwall.posture.checks.aws.controls import LOGGED

CHECK = Check(
    judges="aws-elb-load-balancer",
    severity=Severity.MEDIUM,
    reads=("attributes",),
    controls=LOGGED,
    known_as=(
        "prowler:elb_logging_enabled",
        "securityhub:ELB.5",
        "checkov:CKV_AWS_92",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if (it.read("attributes", {}).get("AccessLog") or {}).get("Enabled") is True:
        return passes("access logs are on")
    return fails(f"{it.label} logs no requests")


CASES = (
    case("on", PASS, attributes={"AccessLog": {"Enabled": True}}),
    case("off", FAIL, attributes={"AccessLog": {"Enabled": False}}),
    case("denied", UNKNOWN, attributes=DENIED),
)
