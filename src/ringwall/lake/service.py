"""The front door for whoever reads the log: the command line, the REST API, the pages.

A :class:`Log` opens nothing before it is asked and leaves nothing open after. DuckDB and Delta are
tens of megabytes, so what is here is imported by who needs it when they do.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Final, TypeVar

import duckdb

from ringwall.lake.bundling import bundle_of
from ringwall.lake.entry_bundles import entry_bundle
from ringwall.lake.judging import Judged, judge
from ringwall.lake.places import Places
from ringwall.lake.reaching import again, parts_of
from ringwall.lake.search.connecting import MEMORY_MB, SECONDS, THREADS, bounded, connect
from ringwall.lake.search.fields import BY_COLUMN, Field
from ringwall.lake.search.language import Query
from ringwall.lake.search.reading import SHOWN, WHOLE, Page, Row, Search
from ringwall.lake.search.tree import OneOf, Span
from ringwall.lake.tables import events_of

T = TypeVar("T")

_MOST_DIGITS: Final = 18
"""Of the id of an event; longer ones are no numbers that the table can have."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one question may take: seconds, megabytes, threads."""

    seconds: float = SECONDS
    memory_mb: int = MEMORY_MB
    threads: int = THREADS


FOR_WEB: Final = Bounds(seconds=10.0, memory_mb=384, threads=2)
"""In a process that answers others meanwhile; the edge gives up after thirty seconds."""
AT_ONCE: Final = 3
"""Questions that one process works on; each has memory of its own."""
_WAITS_S: Final = 0.5

_rooms = BoundedSemaphore(AT_ONCE)


class BusyError(Exception):
    """As many questions are under way as may be: ask again in a moment."""


@contextmanager
def room() -> Iterator[None]:
    """Be one of the few who ask in this process; :class:`BusyError` when there are enough."""
    if not _rooms.acquire(timeout=_WAITS_S):
        msg = f"{AT_ONCE} searches are under way already"
        raise BusyError(msg)
    try:
        yield
    finally:
        _rooms.release()


class Log:
    """The log of an installation.

    Everything may raise :class:`~ringwall.lake.search.connecting.TookTooLongError`.
    """

    def __init__(self, places: Places, bounds: Bounds = Bounds()) -> None:
        self.places = places
        self._bounds = bounds

    def do(self, ask: Callable[[Search], T]) -> T:
        """What ``ask`` gets from a search, asked again where files changed meanwhile."""

        def once() -> T:
            with self._connected() as connection:
                search = Search(connection, parts_of(self.places), seconds=self._bounds.seconds)
                return ask(search)

        return again(once)

    def page(
        self, query: Query, *, limit: int, cursor: str = "", columns: Sequence[str] = SHOWN
    ) -> Page:
        """See :meth:`Search.page`."""
        return self.do(
            lambda search: search.page(query, limit=limit, cursor=cursor, columns=columns)
        )

    def count(self, query: Query) -> int:
        """See :meth:`Search.count`."""
        return self.do(lambda search: search.count(query))

    def top(self, query: Query, field: Field, *, limit: int) -> list[tuple[object, int]]:
        """See :meth:`Search.top`."""
        return self.do(lambda search: search.top(query, field, limit=limit))

    def histogram(self, query: Query, interval: int) -> list[tuple[int, int]]:
        """See :meth:`Search.histogram`."""
        return self.do(lambda search: search.histogram(query, interval))

    def event(self, name: str) -> Row | None:
        """One event with all there is, by its number or by its own uid; ``None``: there is none."""
        index = index_of(name)
        if index is not None:
            return self.do(lambda search: search.show(index))
        query = Query(name, OneOf(BY_COLUMN["uid"], (name,), Span(0, 0)))
        return next(iter(self.page(query, limit=1, columns=WHOLE).rows), None)

    def proof(self, index: int, *, personal: bool = True) -> bytes:
        """The bundle of an event; ``LookupError`` and ``ValueError`` as :func:`bundle_of`."""

        def once() -> bytes:
            with self._connected() as database, bounded(database, self._bounds.seconds):
                bundle = bundle_of(self.places, index, personal=personal, database=database)
                return bundle.to_bytes()

        return again(once)

    def judged(self, index: int) -> Judged:
        """Whether an event is the one that was accepted, and what was looked at."""

        def once() -> Judged:
            with self._connected() as database, bounded(database, self._bounds.seconds):
                return judge(self.places, index, database=database)

        return again(once)

    def entries(self, index: int, width: int) -> bytes:
        """Entries as mirrors read them; ``LookupError`` where one of them is not there."""

        def once() -> bytes:
            with self._connected() as database, bounded(database, self._bounds.seconds):
                return entry_bundle(self.places, index, width, database=database)

        return again(once)

    def _connected(self) -> duckdb.DuckDBPyConnection:
        found = connect(threads=self._bounds.threads, memory_mb=self._bounds.memory_mb)
        return events_of(self.places).reach(found)


def index_of(name: str) -> int | None:
    """The number that a text is; ``None`` where it is none."""
    is_number = name.isascii() and name.isdigit() and len(name) <= _MOST_DIGITS
    return int(name) if is_number else None
