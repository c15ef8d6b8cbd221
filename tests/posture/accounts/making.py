"""Make an account: so many components of each kind, specimens in turn, and keep their labels."""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

REGION: Final = "eu-west-1"
STRANGER: Final = "999988887777"
"""An account that is not ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """That a component has a fault, or has it not though it looks so."""

    kind: str
    label: str
    """What people call the component: the end of its name."""
    fault: str
    is_wrong: bool
    specimen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many of each there are, at least; 0 leaves a kind out."""

    buckets: int = 0
    groups: int = 0
    users: int = 0
    roles: int = 0
    instances: int = 0
    volumes: int = 0
    databases: int = 0
    keys: int = 0
    trails: int = 0

    @classmethod
    def every(cls) -> "Size":
        """One of each specimen: what a test of labels needs."""
        return cls(
            buckets=1,
            groups=1,
            users=1,
            roles=1,
            instances=1,
            volumes=1,
            databases=1,
            keys=1,
            trails=1,
        )


Specimen = Callable[["Making", str], str | None]
"""Makes one component with this name; gives what people call it, where that is another."""


@dataclass(slots=True)
class Making:
    """One account while it is made. ``client`` gives boto3's client of a service."""

    client: Callable[[str], Any]
    account: str = "123456789012"
    seed: int = 7
    labels: list[Label] = field(default_factory=list)
    shared: dict[str, Any] = field(default_factory=dict)
    """What several specimens need once: a network, an image."""

    def fill(
        self, kind: str, count: int, specimens: Mapping[Specimen, Mapping[str, bool]], prefix: str
    ) -> None:
        """Make each specimen once, then more of them by chance until there are ``count``."""
        if count <= 0:
            return
        chance = random.Random(f"{self.seed} {kind}")
        each = list(specimens)
        order = each + [chance.choice(each) for _ in range(count - len(each))]
        for number, make in enumerate(order):
            name = f"{prefix}-{number:04}"
            label = make(self, name) or name
            for fault, is_wrong in specimens[make].items():
                self.labels.append(
                    Label(
                        kind=kind,
                        label=label,
                        fault=fault,
                        is_wrong=is_wrong,
                        specimen=make.__name__.strip("_"),
                    )
                )

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What is made the first time that somebody needs it."""
        if name not in self.shared:
            self.shared[name] = make()
        return self.shared[name]


def policy(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(
    action: str | Iterable[str], resource: str | list[str] = "*", **more: Any
) -> dict[str, Any]:
    """A statement that allows; ``Principal``, ``Condition`` and the like are named."""
    actions = action if isinstance(action, str) else list(action)
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def deny(action: str, resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    """A statement that denies."""
    return {**allow(action, resource, **more), "Effect": "Deny"}
