"""Groups of machines are launched from templates.

Why: launch configurations are of the past, and get nothing new: no metadata defaults, no versions.
Fix: make a launch template, and give it to the group.
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
from ringwall.posture.checks.aws.controls import HARDENED

CHECK = Check(
    judges="aws-autoscaling-group",
    severity=Severity.LOW,
    reads=("listed",),
    controls=HARDENED,
    known_as=(
        "prowler:autoscaling_group_using_ec2_launch_template",
        "securityhub:AutoScaling.9",
        "checkov:CKV_AWS_315",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """By its setting."""
    listed = it.read("listed")
    if listed.get("LaunchConfigurationName"):
        return fails(
            f"{it.label} launches by the configuration {listed['LaunchConfigurationName']}"
        )
    return passes("it launches from a template")


CASES = (
    case("a template", PASS, listed={"LaunchTemplate": {"LaunchTemplateId": "lt-1"}}),
    case("a configuration", FAIL, listed={"LaunchConfigurationName": "old"}),
)
