"""Containers of ECS do not run as root.

Why: what is wrong with the program is root's then, and breaking out is easier.
Fix: name a user in the task definition, or in the image and here.
"""

from ringwall.posture.checking import (
    FAIL,
    NOT_JUDGED,
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
from ringwall.posture.checks.aws.ecs.containers import containers_of

CHECK = Check(
    judges="aws-ecs-task-definition",
    severity=Severity.LOW,
    reads=("definition",),
    controls=LEAST_PRIVILEGE,
    known_as=("securityhub:ECS.20",),
)


def judge(it: Subject, world: World) -> Judgment | None:
    """By the task definition; what an image says is not read. Windows has no such user."""
    if str(
        (it.read("definition").get("runtimePlatform") or {}).get("operatingSystemFamily", "")
    ).startswith("WINDOWS"):
        return None
    found = [
        one["name"]
        for one in containers_of(it)
        if str(one.get("user") or "root").split(":")[0] in {"root", "0"}
    ]
    if found:
        return fails(
            f"{', '.join(found)} of {it.label} run as root, unless their images say otherwise"
        )
    return passes("all its containers have a user")


CASES = (
    case(
        "a user", PASS, definition={"containerDefinitions": [{"name": "web", "user": "1000:1000"}]}
    ),
    case(
        "root by number",
        FAIL,
        definition={"containerDefinitions": [{"name": "web", "user": "0:1000"}]},
    ),
    case("nothing is said", FAIL, definition={"containerDefinitions": [{"name": "web"}]}),
    case(
        "Windows",
        NOT_JUDGED,
        definition={"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}},
    ),
)
