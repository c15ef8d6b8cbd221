"""The containers of a task definition of ECS."""

from collections.abc import Mapping
from typing import Any

from ringwall.posture.checking import Subject


def containers_of(task: Subject) -> list[Mapping[str, Any]]:
    """Those of its newest version."""
    return list(task.read("definition").get("containerDefinitions") or ())
