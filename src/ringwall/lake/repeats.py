"""Events that come again: whoever sends at least once sends some twice."""

from collections.abc import Iterable
from typing import Final

import orjson

from ringwall.lake.sources.accepted import OCSF

REMEMBERED: Final = 200_000
"""So many of the last names are remembered at least, and twice as many at most."""

Name = tuple[bytes, str]
"""A source, and what it calls the event (``metadata.uid``)."""


class Repeats:
    """The names of events that came last."""

    def __init__(self) -> None:
        self._new: set[Name] = set()
        self._old: set[Name] = set()

    def __contains__(self, name: Name) -> bool:
        return name in self._new or name in self._old

    def fresh(self, name: Name, among: set[Name]) -> bool:
        """Whether a name is neither known nor ``among`` others; then it is put there."""
        if name in self or name in among:
            return False
        among.add(name)
        return True

    def remember(self, name: Name) -> None:
        """Take a name; the oldest are forgotten together."""
        if len(self._new) >= REMEMBERED:
            self._old, self._new = self._new, set()
        self._new.add(name)

    def remember_names(self, names: Iterable[Name]) -> None:
        """Take several."""
        for name in names:
            self.remember(name)

    def remember_all(self, rows: Iterable[tuple[bytes, bytes, bytes]]) -> None:
        """The same for events that were accepted before: their source, kind and raw form."""
        for source, kind, raw in rows:
            if kind == OCSF:
                uid = orjson.loads(raw).get("metadata", {}).get("uid")
                if uid is not None:
                    self.remember((source, uid))
