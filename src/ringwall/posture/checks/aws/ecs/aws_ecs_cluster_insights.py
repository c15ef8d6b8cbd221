"""Clusters of ECS tell how they fare.

Why: that tasks die or starve is not seen otherwise.
Fix: turn Container Insights on.
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
from ringwall.posture.checks.aws.controls import WATCHED

CHECK = Check(
    judges="aws-ecs-cluster",
    severity=Severity.LOW,
    reads=("described",),
    controls=WATCHED,
    known_as=(
        "prowler:ecs_cluster_container_insights_enabled",
        "securityhub:ECS.12",
        "checkov:CKV_AWS_65",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    settings = it.read("described").get("settings") or ()
    if any(
        one.get("name") == "containerInsights" and one.get("value") in {"enabled", "enhanced"}
        for one in settings
    ):
        return passes("Container Insights is on")
    return fails(f"Container Insights of {it.label} is off")


CASES = (
    case("on", PASS, described={"settings": [{"name": "containerInsights", "value": "enhanced"}]}),
    case("off", FAIL, described={"settings": [{"name": "containerInsights", "value": "disabled"}]}),
    case("denied", UNKNOWN, described=DENIED),
)
