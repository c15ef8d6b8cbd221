"""The spools that the collector reads, and what becomes of their lines."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from ringwall.lake.places import Places
from ringwall.lake.sources.accepted import Accepted
from ringwall.lake.sources.edge import edge_events
from ringwall.lake.sources.lines import RINGWALL, own_events


class Reader(Protocol):
    """Makes events of lines; ``now`` is in microseconds since 1970."""

    def __call__(self, lines: Iterable[bytes], *, now: int) -> Iterator[Accepted]:
        """One event for each line, in their order."""


@dataclass(frozen=True, slots=True)
class Spool:
    """A file of lines, by the name under which the journal keeps how far it is read."""

    name: str
    current: Path
    read: Reader


EDGE_SPOOLS: Final = ("edge", "strangers")
"""The names of those that the edge writes: of whom it knows, and of strangers."""


def spools(places: Places) -> tuple[Spool, ...]:
    """All of an installation: what is rare and weighs most comes first."""
    known, strangers = places.edge
    return (
        Spool("activity", places.activity, partial(own_events, of=RINGWALL)),
        Spool("intake", places.intake, own_events),
        Spool(EDGE_SPOOLS[0], known, edge_events),
        Spool(EDGE_SPOOLS[1], strangers, edge_events),
    )
