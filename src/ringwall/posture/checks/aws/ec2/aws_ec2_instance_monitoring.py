"""Instances are watched by the minute.

Why: with figures of five minutes, an alarm comes late, and a short attack is not seen.
Fix: turn detailed monitoring on for what matters.
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
    judges="aws-ec2-instance",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=WATCHED,
    known_as=("prowler:ec2_instance_detailed_monitoring_enabled", "checkov:CKV_AWS_126"),
)


def judge(it: Subject, world: World) -> Judgment:
    """``pending`` is on its way to on."""
    state = (it.read("listed").get("Monitoring") or {}).get("State", "disabled")
    if state in {"enabled", "pending"}:
        return passes("detailed monitoring is on")
    return fails(f"detailed monitoring of {it.label} is off")


CASES = (
    case("on", PASS, listed={"Monitoring": {"State": "enabled"}}),
    case("off", FAIL, listed={"Monitoring": {"State": "disabled"}}),
)
