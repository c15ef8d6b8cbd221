"""Containers of ECS log somewhere.

Why: what happened in them is gone with them.
Fix: name a log driver such as `awslogs` for each container.
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
from ringwall.posture.checks.aws.controls import LOGGED
from ringwall.posture.checks.aws.ecs.containers import containers_of

CHECK = Check(
    judges="aws-ecs-task-definition",
    severity=Severity.MEDIUM,
    reads=("definition",),
    controls=LOGGED,
    known_as=(
        "prowler:ecs_task_definitions_logging_enabled",
        "securityhub:ECS.9",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Of each container."""
    found = [
        one["name"]
        for one in containers_of(it)
        if (one.get("logConfiguration") or {}).get("logDriver") in {None, "none"}
    ]
    if found:
        return fails(f"{', '.join(found)} of {it.label} log nowhere")
    return passes("all its containers have a log driver")


CASES = (
    case(
        "logged",
        PASS,
        definition={
            "containerDefinitions": [{"name": "web", "logConfiguration": {"logDriver": "awslogs"}}]
        },
    ),
    case("not", FAIL, definition={"containerDefinitions": [{"name": "web"}]}),
)
