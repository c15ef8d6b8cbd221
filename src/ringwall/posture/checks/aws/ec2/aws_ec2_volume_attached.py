"""Volumes are attached to something.

Why: a forgotten disk keeps its data, which nobody watches, and costs money.
Fix: take a snapshot if it may be needed, and delete it.
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
    judges="aws-ec2-volume",
    severity=Severity.INFORMATIONAL,
    reads=("listed",),
    controls=TIDY,
)


def judge(it: Subject, world: World) -> Judgment:
    """By what it is attached to."""
    if it.read("listed").get("Attachments"):
        return passes("an instance has it")
    return fails(f"{it.label} is attached to nothing")


CASES = (
    case("attached", PASS, listed={"Attachments": [{"InstanceId": "i-1"}]}),
    case("not", FAIL, listed={"Attachments": []}),
)
