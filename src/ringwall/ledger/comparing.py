"""Which entry was changed, removed, inserted or moved: what is kept, against the tree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What was done to an entry."""

    CHANGED = "changed"
    """It says something else than what stands in the tree."""
    REMOVED = "removed"
    """It is not there any more."""
    INSERTED = "inserted"
    """It was never in the tree, or there is no place for it."""
    MOVED = "moved"
    """It is another entry of the tree, in a place that is not its own."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first entry that is not as it was. ``belongs_at`` is where a moved one stood."""

    index: int
    kind: Kind
    belongs_at: int | None = None


def first_difference(
    wanted: Sequence[bytes], found: Iterable[tuple[int, bytes]], *, first: int = 0
) -> Difference | None:
    """The first of the entries ``found`` that is not what the tree has; ``None``: all are.

    ``wanted`` are the tree's leaf hashes from index ``first`` on, as many as there should be
    entries. ``found`` are index and leaf hash of the entries that are there, by index. What a
    difference is called looks at the entry after it too: where all later ones are one place too
    early, one was removed, where they are one too late, one was inserted.
    """
    entries = list(found)
    for place, leaf in enumerate(wanted):
        index = first + place
        if place >= len(entries) or entries[place][0] > index:
            return Difference(index, Kind.REMOVED)
        if entries[place][0] < index:
            return Difference(entries[place][0], Kind.INSERTED)
        if entries[place][1] != leaf:
            return _named(wanted, entries, place, first)
    if len(entries) > len(wanted):
        return Difference(entries[len(wanted)][0], Kind.INSERTED)
    return None


def _named(
    wanted: Sequence[bytes], entries: Sequence[tuple[int, bytes]], place: int, first: int
) -> Difference:
    index, leaf = first + place, entries[place][1]
    following = entries[place + 1][1] if place + 1 < len(entries) else None
    wanted_next = wanted[place + 1 : place + 3]
    is_known = leaf in wanted
    if not is_known:
        is_inserted = following == wanted[place]
        return Difference(index, Kind.INSERTED if is_inserted else Kind.CHANGED)
    shifted = [leaf] if following is None else [leaf, following]
    if list(wanted_next) == shifted:
        return Difference(index, Kind.REMOVED)
    return Difference(index, Kind.MOVED, first + wanted.index(leaf))
