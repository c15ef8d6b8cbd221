"""Tasks of ECS share no names with their machine.

Why: with the machine's network or processes a container sees, and reaches, all the others.
Fix: use the network mode `awsvpc`, and no `pidMode` or `ipcMode` of `host`.
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
from ringwall.posture.checks.aws.controls import LEAST_PRIVILEGE

CHECK = Check(
    judges="aws-ecs-task-definition",
    severity=Severity.HIGH,
    reads=("definition",),
    controls=LEAST_PRIVILEGE,
    known_as=(
        "prowler:ecs_task_definitions_host_networking_mode_users",
        "prowler:ecs_task_definitions_host_namespace_not_shared",
        "securityhub:ECS.1",
        "securityhub:ECS.3",
        "securityhub:ECS.17",
        "checkov:CKV_AWS_335",
    ),
)


def judge(it: Subject, world: World) -> Judgment:
    """Network, processes, and shared memory."""
    told = it.read("definition")
    shared = [name for name in ("networkMode", "pidMode", "ipcMode") if told.get(name) == "host"]
    if shared:
        return fails(f"{', '.join(shared)} of {it.label} are the machine's")
    return passes("it shares no names with its machine")


CASES = (
    case("its own", PASS, definition={"networkMode": "awsvpc"}),
    case("the network", FAIL, definition={"networkMode": "host"}),
    case("the processes", FAIL, definition={"networkMode": "awsvpc", "pidMode": "host"}),
)
