"""What became of a component between two times, from its steps. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ringwall.inventory.standing import Event


class What(StrEnum):
    """How a component at the end differs from what it was at the beginning."""

    APPEARED = "appeared"
    VANISHED = "vanished"
    CHANGED = "changed"
    PASSED = "passed"
    """It came and went in between."""


@dataclass(frozen=True, slots=True)
class Drift:
    """A component that is not as it was. ``changes`` are (aspect, before, after)."""

    component: str
    what: What
    changes: tuple[tuple[str, str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As JSON data; ``before`` and ``after`` are JSON texts, or ids of relations' targets."""
        changes = [
            dict(zip(("aspect", "before", "after"), one, strict=True)) for one in self.changes
        ]
        return {"component": self.component, "what": self.what.value, "changes": changes}


def drift_of(component: str, *, is_new: bool, events: Iterable[Event]) -> Drift | None:
    """The difference that its steps come to, oldest first; ``None`` where that is none.

    ``is_new`` says that it was there for the first time between the two.
    """
    was_there = is_there = None if not is_new else False
    if is_new:
        is_there = True
    changed: dict[str, tuple[str, str]] = {}
    relations: dict[tuple[str, str], bool] = {}
    for event in events:
        if event.what in {"appeared", "vanished"}:
            if was_there is None:
                was_there = event.what == "vanished"
            is_there = event.what == "appeared"
        elif event.what == "changed":
            first, _ = changed.get(event.aspect, (event.before, ""))
            changed[event.aspect] = (first, event.after)
        else:
            key = (event.aspect, event.after or event.before)
            if relations.pop(key, None) is None:
                relations[key] = event.what == "related"
    if was_there is False:
        return Drift(component, What.APPEARED if is_there else What.PASSED)
    if is_there is False:
        return Drift(component, What.VANISHED)
    told = [(name, old, new) for name, (old, new) in sorted(changed.items()) if old != new]
    told += [
        (kind, "", other) if is_new_one else (kind, other, "")
        for (kind, other), is_new_one in sorted(relations.items())
    ]
    return Drift(component, What.CHANGED, tuple(told)) if told else None
