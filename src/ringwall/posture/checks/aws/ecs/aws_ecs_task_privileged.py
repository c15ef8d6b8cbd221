"""Containers of ECS are not privileged.

Why: who breaks out of such a one has the machine, and every other container on it.
Fix: switch `privileged` off, and add the single capabilities that are needed.
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
from ringwall.posture.checks.aws.certain import certain
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE
from ringwall.posture.checks.aws.ecs.containers import containers_of

CHECK = Check(
    judges="aws-ecs-task-definition",
    severity=Severity.HIGH,
    reads=("definition",),
    controls=LEAST_PRIVILEGE,
    known_as=(
        "prowler:ecs_task_definitions_no_privileged_containers",
        "securityhub:ECS.4",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Of each container."""
    found = [
        one["name"]
        for one in certain(containers_of(it), lambda each: each.get("privileged") is True)
    ]
    if found:
        return fails(f"{', '.join(found)} of {it.label} are privileged")
    return passes("none of its containers is privileged")


CASES = (
    case("none", PASS, definition={"containerDefinitions": [{"name": "web"}]}),
    case(
        "one of two",
        FAIL,
        definition={"containerDefinitions": [{"name": "web"}, {"name": "x", "privileged": True}]},
    ),
    case("denied", UNKNOWN, definition=DENIED),
)
