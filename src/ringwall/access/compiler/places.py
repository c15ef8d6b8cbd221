"""Where a request goes, which is known before it comes; and which parts of that were looked at.

A policy often looks at little of it: its category, or just the action. So a formula once made is
good for every place that looks the same to it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ringwall.access.compiler.facts import Word
from ringwall.access.compiler.formulas import Formula
from ringwall.access.language.syntax import EntityUid

CATEGORIES: Final = ("layer", "classification", "environment", "exposure", "owner")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An action on a resource.

    ``groups`` are those of the action; ``service`` is where a route leads; ``tenant`` is the word
    that says whose the resource is, ``parameters`` those of its path, ``calls`` what a service
    declares to call.
    """

    action: EntityUid
    groups: tuple[EntityUid, ...]
    resource: EntityUid
    service: EntityUid | None = None
    categories: tuple[tuple[str, str], ...] = ()
    tenant: Word | None = None
    parameters: tuple[str, ...] = ()
    calls: tuple[EntityUid, ...] = ()

    def look(self, name: str) -> object:
        """One of its parts, or the category of that name."""
        if name in CATEGORIES:
            return dict(self.categories)[name]
        return self.resource.type if name == "type" else getattr(self, name)


class Reading:
    """A place as one evaluation sees it; ``seen`` is what it looked at, in order."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.seen: dict[str, object] = {}

    def _look(self, name: str) -> None:
        if name not in self.seen:
            self.seen[name] = self._place.look(name)

    @property
    def action(self) -> EntityUid:
        """What is asked for."""
        self._look("action")
        return self._place.action

    @property
    def groups(self) -> tuple[EntityUid, ...]:
        """The groups that the action is in."""
        self._look("groups")
        return self._place.groups

    @property
    def resource(self) -> EntityUid:
        """On what."""
        self._look("resource")
        return self._place.resource

    @property
    def type(self) -> str:
        """Its type."""
        self._look("type")
        return self._place.resource.type

    @property
    def service(self) -> EntityUid | None:
        """The service that a route leads to."""
        self._look("service")
        return self._place.service

    @property
    def tenant(self) -> Word | None:
        """The word that says whose it is."""
        self._look("tenant")
        return self._place.tenant

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters of its path."""
        self._look("parameters")
        return self._place.parameters

    @property
    def calls(self) -> tuple[EntityUid, ...]:
        """What it declares to call."""
        self._look("calls")
        return self._place.calls

    @property
    def whole(self) -> Place:
        """All of it."""
        for name in ("action", "groups", "resource", "type", "service", "tenant", "parameters"):
            self._look(name)
        for name in ("calls", *CATEGORIES):
            self._look(name)
        return self._place

    def category(self, name: str) -> str:
        """One of its categories."""
        self._look(name)
        return dict(self._place.categories)[name]


@dataclass(slots=True)
class _Branch:
    name: str
    ways: "dict[object, _Branch | Formula]" = field(default_factory=dict)


class Memory:
    """Formulas of one policy for one kind of principal, by what it looked at.

    A tree: what is looked at next depends only on what was seen before.
    """

    def __init__(self) -> None:
        self._root: _Branch | Formula | None = None

    def formula(self, place: Place, make: Callable[[Reading], Formula]) -> Formula:
        """The formula for a place, made only if none is remembered that looks the same."""
        found = self._root
        while isinstance(found, _Branch):
            found = found.ways.get(place.look(found.name))
        if found is not None:
            return found
        reading = Reading(place)
        made = make(reading)
        self._keep(reading.seen, made)
        return made

    def _keep(self, seen: Mapping[str, object], made: Formula) -> None:
        steps = list(seen.items())
        if not steps:
            self._root = made
            return
        if self._root is None:
            self._root = _Branch(steps[0][0])
        branch = self._root
        for position, (_, value) in enumerate(steps):
            if not isinstance(branch, _Branch):  # no evaluation looks further than one like it
                return
            if position + 1 == len(steps):
                branch.ways[value] = made
            else:
                branch = branch.ways.setdefault(value, _Branch(steps[position + 1][0]))
