"""Databases are watched by the second.

Why: what its processes do is not seen otherwise.
Fix: turn enhanced monitoring on.
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
from ringwall.posture.checks.aws.controls import WATCHED

CHECK = Check(
    judges="aws-rds-instance",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=WATCHED,
    known_as=(
        "prowler:rds_instance_enhanced_monitoring_enabled",
        "securityhub:RDS.6",
        "checkov:CKV_AWS_118",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    if it.read("listed").get("MonitoringInterval"):
        return passes("enhanced monitoring is on")
    return fails(f"enhanced monitoring of {it.label} is off")


CASES = (
    case("on", PASS, listed={"MonitoringInterval": 60}),
    case("off", FAIL, listed={"MonitoringInterval": 0}),
    case("never set", FAIL, listed={}),
)
