"""Containers of ECS cannot change their own files.

Why: who gets in writes his tools there, and has them stay.
Fix: set `readonlyRootFilesystem`, and mount a volume where files have to be written.
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
from ringwall.posture.checks.aws.ecs.containers import containers_of

CHECK = Check(
    judges="aws-ecs-task-definition",
    severity=Severity.LOW,
    reads=("definition",),
    controls=HARDENED,
    known_as=(
        "prowler:ecs_task_definitions_containers_readonly_access",
        "securityhub:ECS.5",
        "checkov:CKV_AWS_336",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Of each container."""
    found = [
        one["name"] for one in containers_of(it) if one.get("readonlyRootFilesystem") is not True
    ]
    if found:
        return fails(f"{', '.join(found)} of {it.label} may change their own files")
    return passes("no container may change its own files")


CASES = (
    case(
        "read only",
        PASS,
        definition={"containerDefinitions": [{"name": "web", "readonlyRootFilesystem": True}]},
    ),
    case("not said", FAIL, definition={"containerDefinitions": [{"name": "web"}]}),
)
