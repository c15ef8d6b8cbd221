"""A component as the inventory shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ringwall.core.components import Component, Exposure, Found
from ringwall.inventory.categorising import component_of
from ringwall.inventory.reaching import Reach

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a component. Without ``first`` it is only named by others."""

    found: Found
    categories: Mapping[str, str]
    """By name; empty is what nobody says: an owner, an exposure."""
    reach: Reach
    first: datetime | None
    since: datetime | None
    gone: datetime | None

    @property
    def id(self) -> str:
        """Its id, ``<kind>/<name>``."""
        return self.found.id

    @property
    def exposure(self) -> str:
        """Who reaches it: what was found out, else what is said, else ``unknown``."""
        if self.reach is Reach.INTERNET:
            return Exposure.INTERNET.value
        return self.categories["exposure"] or (
            Exposure.INTERNAL.value if self.reach in {Reach.NONE, Reach.BEHIND} else UNKNOWN
        )

    @property
    def component(self) -> Component:
        """As other modules judge by it."""
        return component_of(
            self.found,
            self.categories,
            is_reached=self.reach is Reach.INTERNET,
            is_behind=self.reach is Reach.BEHIND,
        )

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "id": self.id,
            "kind": self.found.kind,
            "name": self.found.name,
            "label": self.found.label,
            "account": self.found.account,
            "region": self.found.region,
            "tags": dict(self.found.tags),
            **self.categories,
            "exposure": self.exposure,
            "reach": self.reach.value,
            "first": self.first and self.first.isoformat(),
            "since": self.since and self.since.isoformat(),
            "gone": self.gone and self.gone.isoformat(),
            "told": self.first is not None,
        }


@dataclass(frozen=True, slots=True)
class Told:
    """What one source says of a component: its aspects, as JSON data, and when it said so last."""

    source: str
    scope: str
    at: datetime | None
    aspects: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A relation of a component: ``is_forward`` where it begins there, ``why`` is through what."""

    kind: str
    other: str
    is_forward: bool
    source: str
    since: datetime
    why: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a component's history. ``before`` and ``after`` are JSON, or ids."""

    at: datetime
    what: str
    aspect: str
    before: str
    after: str
    source: str

    def to_json(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "at": self.at.isoformat(),
            "what": self.what,
            "aspect": self.aspect,
            "before": self.before,
            "after": self.after,
            "source": self.source,
        }


def whole(
    one: Standing, said: Iterable[Told], neighbours: Iterable[Neighbour], events: Iterable[Event]
) -> dict[str, Any]:
    """All there is of a component, as JSON data."""
    return {
        **one.to_json(),
        "told_by": [
            {
                "source": told.source,
                "scope": told.scope,
                "at": told.at and told.at.isoformat(),
                "aspects": dict(told.aspects),
            }
            for told in said
        ],
        "relations": [
            {
                "kind": each.kind,
                "other": each.other,
                "is_forward": each.is_forward,
                "source": each.source,
                "since": each.since.isoformat(),
                "why": each.why,
            }
            for each in neighbours
        ],
        "history": [event.to_json() for event in events],
    }
