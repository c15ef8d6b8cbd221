"""How far the log goes, by its journal alone: to be asked often, by whoever loads no database."""

from collections.abc import Mapping
from dataclasses import dataclass

from ringwall.lake.journal import Journal
from ringwall.lake.places import Places
from ringwall.runtime.spool.following import Mark


@dataclass(frozen=True, slots=True)
class Upto:
    """A point of the log: it has the events before ``end``, which are all lines up to ``marks``."""

    end: int
    marks: Mapping[str, Mark]


def upto(places: Places) -> Upto:
    """How far the log goes now, durably."""
    batches = Journal(places.journal).listed()
    return Upto(batches[-1].end, batches[-1].marks) if batches else Upto(0, {})
