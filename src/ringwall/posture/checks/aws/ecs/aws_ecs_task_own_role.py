"""Programs in ECS do not have the role that starts them.

Why: that one pulls images and reads every secret of the task; a program that has it reads them all
again, for whoever broke into it.
Fix: give the program a task role of its own, with what it needs alone.
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
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-ecs-task-definition",
    severity=Severity.LOW,
    reads=("definition",),
    controls=LEAST_PRIVILEGE,
    known_as=("checkov:CKV_AWS_249",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """Where both roles are named."""
    told = it.read("definition")
    if not told.get("executionRoleArn"):
        return None
    if not told.get("taskRoleArn"):
        return passes("its programs have no role")
    if told["taskRoleArn"] == told["executionRoleArn"]:
        return fails(f"programs of {it.label} have the role that starts them")
    return passes("its programs have a role of their own")


CASES = (
    case("two roles", PASS, definition={"taskRoleArn": "a", "executionRoleArn": "b"}),
    case("the same", FAIL, definition={"taskRoleArn": "a", "executionRoleArn": "a"}),
    case("none for the program", PASS, definition={"executionRoleArn": "a"}),
    case("none that starts it", NOT_JUDGED, definition={"taskRoleArn": "a"}),
    case("denied", UNKNOWN, definition=DENIED),
)
