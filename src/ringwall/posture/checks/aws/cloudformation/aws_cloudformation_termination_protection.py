"""Stacks cannot be deleted by mistake.

Why: one call deletes all that a stack made.
Fix: turn termination protection of the stack on.
"""

from ringwall.posture.checking import (
    DENIED,
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.controls import KEPT

CHECK = Check(
    judges="aws-cloudformation-stack",
    severity=Severity.LOW,
    reads=("listed",),
    controls=KEPT,
    known_as=("prowler:cloudformation_stacks_termination_protection_enabled",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By its setting; stacks within another one have that one's."""
    listed = it.read("listed")
    if listed.get("ParentId") or str(listed.get("StackStatus")).startswith("DELETE_"):
        return None
    if listed.get("EnableTerminationProtection") is True:
        return passes("termination protection is on")
    return fails(f"{it.label} can be deleted by one call")


CASES = (
    case("on", PASS, listed={"EnableTerminationProtection": True}),
    case("off", FAIL, listed={"EnableTerminationProtection": False}),
    case("never set", FAIL, listed={}),
    case("within another", NOT_JUDGED, listed={"ParentId": "arn:aws:cloudformation:r:1:stack/a"}),
    case("on its way out", NOT_JUDGED, listed={"StackStatus": "DELETE_IN_PROGRESS"}),
    case("denied", UNKNOWN, listed=DENIED),
)
