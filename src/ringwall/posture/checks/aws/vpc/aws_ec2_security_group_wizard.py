"""Security groups were not made by the launch wizard.

Why: it opens SSH or RDP to everybody unless told otherwise, and its names say nothing.
Fix: make a group with a name and with the rules that are needed.
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
from ringwall.posture.checks.aws.controls import TIDY

CHECK = Check(
    judges="aws-ec2-security-group",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=TIDY,
    known_as=("prowler:ec2_securitygroup_from_launch_wizard",),
)


def judge(it: Subject, world: World) -> Judgment:
    """By the name that the wizard gives."""
    if str(it.read("listed").get("GroupName", "")).startswith("launch-wizard-"):
        return fails(f"the launch wizard made {it.label}")
    return passes("its name is not the wizard's")


CASES = (
    case("named", PASS, listed={"GroupName": "web"}),
    case("by the wizard", FAIL, listed={"GroupName": "launch-wizard-3"}),
)
