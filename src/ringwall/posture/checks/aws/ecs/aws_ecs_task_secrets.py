"""Tasks of ECS have no secrets in their environment.

Why: whoever may describe the task definition reads them, also those of old versions.
Fix: withdraw it, keep it in Secrets Manager, and name it under `secrets`.
"""

from collections.abc import Mapping
from typing import Any

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
from ringwall.posture.checks.aws.controls import SECRETS
from ringwall.posture.checks.aws.ecs.containers import containers_of
from ringwall.posture.checks.secrets import is_secret

CHECK = Check(
    judges="aws-ecs-task-definition",
    severity=Severity.HIGH,
    reads=("definition",),
    controls=SECRETS,
    known_as=(
        "prowler:ecs_task_definitions_no_environment_secrets",
        "securityhub:ECS.8",
    ),
)


def _what(variable: Mapping[str, Any]) -> str:
    return is_secret(str(variable.get("name")), str(variable.get("value") or ""))


def judge(it: Subject, world: World) -> Judgment:
    """Names and kinds are told, never values."""
    several = (
        (container["name"], one)
        for container in containers_of(it)
        for one in container.get("environment") or ()
    )
    found = [
        f"{one['name']} of {name} ({_what(one)})"
        for name, one in certain(several, lambda each: _what(each[1]))
    ]
    if found:
        return fails(f"{', '.join(found[:5])} in {it.label}")
    return passes("nothing in its environment looks like a secret")


def _with(name: str, value: str) -> dict[str, object]:
    return {
        "containerDefinitions": [{"name": "web", "environment": [{"name": name, "value": value}]}]
    }


CASES = (
    case("harmless", PASS, definition=_with("LOG_LEVEL", "debug")),
    case(
        "a reference", PASS, definition=_with("DB_SECRET", "arn:aws:secretsmanager:eu-west-1:1:x")
    ),
    case("a password", FAIL, definition=_with("DB_PASSWORD", "hunter2secret")),
    case(
        "in an address", FAIL, definition=_with("DATABASE_URL", "postgres://app:s3cretpw@db/shop")
    ),
    case("denied", UNKNOWN, definition=DENIED),
)
