"""Reasons that say the same of several places, as one.

A region that is closed denies each call in words of its own: what people want to read is one line,
not as many as there are calls and regions.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_REGION: Final = r"\b[a-z]{2}(?:-[a-z]+){1,2}-\d+\b"
_VARYING: Final = re.compile(
    rf"{_REGION}"
    r"|\b[a-z][a-z0-9-]*:[A-Z]\w+\b"
    r"|(?<=calling the )\w+(?= operation)"
    r"|(?<=on resource: )\S+"
    r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"
)
"""What differs between denials of the same policy: region, action, operation, resource, request."""
_OF_REGION: Final = re.compile(rf" of {_REGION}(?= is not known\b)")
_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Untold:
    """Something that was not told: what it is, the region or nothing, why, and how many times."""

    name: str
    region: str
    why: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for several that were not told; ``*`` stands in ``why`` for what differs."""

    names: tuple[str, ...]
    regions: tuple[str, ...]
    why: str
    count: int

    @property
    def where(self) -> str:
        """``in eu-west-1``, or in how many regions; nothing where none is named."""
        if len(self.regions) > _NAMED:
            return f"in {len(self.regions)} regions, {self.regions[0]} to {self.regions[-1]}"
        return f"in {', '.join(self.regions)}" if self.regions else ""

    def what(self, more: str) -> str:
        """The first names, and how many more there are of what ``more`` calls them."""
        if len(self.names) > _NAMED + 1:
            return f"{', '.join(self.names[:_NAMED])} and {len(self.names) - _NAMED:,} more {more}"
        return ", ".join(self.names)


def cause(why: str, label: str) -> str:
    """Why something is not known, without the component's own name: many are so for one cause."""
    return why.replace(f" of {label} is not known: ", " is not known: ", 1)


def reasons_of(several: Iterable[Untold]) -> list[Reason]:
    """One for all that are alike in the same regions, the first told first; sorted within."""
    found: dict[str, dict[str, list[Untold]]] = {}
    for one in several:
        found.setdefault(general(one.why), {}).setdefault(one.name, []).append(one)
    return [reason for why, by_name in found.items() for reason in _reasons(why, by_name)]


def once(several: Iterable[str]) -> str:
    """All these reasons in one text, each that is like another once."""
    found = reasons_of(Untold("", "", why) for why in several)
    return "; ".join(
        one.why if one.count == 1 else f"{one.why} ({one.count:,} times)" for one in found
    )


def general(why: str) -> str:
    """A reason without what it says of one region, call, resource or request."""
    return _VARYING.sub("*", _OF_REGION.sub("", why))


def _reasons(why: str, by_name: Mapping[str, Sequence[Untold]]) -> Iterator[Reason]:
    """One for those that were not told in the same regions."""
    groups: dict[frozenset[str], list[str]] = {}
    for name, several in by_name.items():
        groups.setdefault(frozenset(one.region for one in several), []).append(name)
    for regions, names in groups.items():
        alike = [one for name in names for one in by_name[name]]
        said = {one.why for one in alike}
        yield Reason(
            names=tuple(sorted(names)),
            regions=tuple(sorted(filter(None, regions))),
            why=said.pop() if len(said) == 1 else why,
            count=sum(one.count for one in alike),
        )
