"""What is done with the table while the collector collects: at once, or aside where it is far away.

In a folder everything is done between two turns. A bucket may be slow or down: what has to do with
it is done by a thread of its own then (:mod:`.aside`), so that events are accepted and proven in
time whatever becomes of it; the journal has them until they are in the table.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol, TypeVar

from ringwall.lake.aside import Aside
from ringwall.lake.bucket import Bucket, place_of
from ringwall.lake.bucket_table import BucketTable
from ringwall.lake.collecting import Collector
from ringwall.lake.journal import Batch
from ringwall.lake.places import Places
from ringwall.lake.sources.accepted import Accepted
from ringwall.lake.subjects import Subjects
from ringwall.lake.tables import Events

T = TypeVar("T")

STORE: Final = "put rows into the table"
_DURABLE: Final = "have the tree's hashes durable"
_AT_A_TIME: Final = 500_000
"""Rows that go into a bucket at once, about: after a while without it there may be many more."""
_RESTS_S: Final = 10.0
"""After a bucket failed it is tried again so much later."""
_ENDS_WITHIN_S: Final = 5.0


class Attempt(Protocol):
    """Does something, and tells what fails for want of something; ``None`` then."""

    def __call__(self, what: str, do: Callable[[], T]) -> T | None:
        """What it came to."""


def table_of(places: Places, bucket: Bucket | None, origin: str) -> Events:
    """The table where it lies, or is to lie in; nothing far away is asked yet."""
    if bucket is None and place_of(places.log) is None:
        return Events(places.events)
    return BucketTable(places, bucket, origin)


class Storing:
    """The collector's work on its table. All of it is called in the collector's thread."""

    def __init__(self, table: Events, collector: Collector, attempt: Attempt) -> None:
        self._table, self._collector, self._attempt = table, collector, attempt
        self._aside = Aside() if isinstance(table, BucketTable) else None
        self._rests = 0.0

    @property
    def is_aside(self) -> bool:
        """Whether it goes on beside the collector's turns."""
        return self._aside is not None

    def serve(self) -> None:
        """Do what is asked by what goes on aside."""
        if self._aside is not None:
            self._aside.serve()

    def store(self) -> None:
        """Put what waits into the table, or begin to."""
        if self._aside is None:
            self._attempt(STORE, self._collector.flush)
        elif time.monotonic() >= self._rests:
            self._begin()

    def flush(self) -> None:
        """Put all that waits into the table, and wait for it."""
        batches = self._collector.to_store()
        if batches:
            self.wait(lambda: self._put(batches))

    def upkeep(self, what: str, do: Callable[[], object]) -> None:
        """Do something to the table, or begin to."""
        if self._aside is None:
            self._attempt(what, do)
        else:
            self._aside.begin(what, lambda: self._attempt(what, lambda: self._told(do)))

    def wait(self, do: Callable[[], T]) -> T:
        """What something done to the table comes to; no events are read meanwhile."""
        return do() if self._aside is None else self._aside.wait(lambda: self._told(do))

    def accept(self, events: Sequence[Accepted]) -> None:
        """Have events accepted by what is done to the table, wherever that is."""
        self._there(lambda: self._collector.accept(events))

    def keys(self, subjects: Subjects) -> "KeysThere":
        """The keys of persons, for the same."""
        return KeysThere(subjects, self._there)

    def end(self) -> None:
        """Put into the table what can be in a moment; the journal keeps the rest."""
        if self._aside is None:
            self._attempt(STORE, self._collector.flush)
            return
        self._begin()
        self._aside.end(_ENDS_WITHIN_S)

    def abandon(self) -> None:
        """Begin nothing more."""
        if self._aside is not None:
            self._aside.end(0.0)

    def _begin(self) -> None:
        if self._aside is None or self._aside.is_under_way(STORE):
            return
        batches = self._attempt(_DURABLE, self._collector.to_store)
        if batches:
            chosen = _some(batches)
            self._aside.begin(STORE, lambda: self._attempt(STORE, lambda: self._put(chosen)))

    def _put(self, batches: Sequence[Batch]) -> None:
        try:
            self._table.append(batches)
        except Exception:
            self._rests = time.monotonic() + _RESTS_S
            raise
        self._there(lambda: self._collector.was_stored(batches[-1].end))

    def _told(self, do: Callable[[], T]) -> T:
        with self._table.told():
            return do()

    def _there(self, do: Callable[[], T]) -> T:
        return do() if self._aside is None else self._aside.there(do)


class KeysThere:
    """Keys that are asked for in the collector's thread."""

    def __init__(self, subjects: Subjects, there: Callable[[Callable[[], Any]], Any]) -> None:
        self._subjects, self._there = subjects, there

    def key(self, subject: str) -> bytes | None:
        """See :meth:`Subjects.key`."""
        found: bytes | None = self._there(lambda: self._subjects.key(subject))
        return found

    def destroy(self, subject: str) -> bool:
        """See :meth:`Subjects.destroy`."""
        return bool(self._there(lambda: self._subjects.destroy(subject)))


def _some(batches: Sequence[Batch]) -> Sequence[Batch]:
    """The first of them, with about as many events as go into a bucket at once."""
    count = 0
    for number, one in enumerate(batches, 1):
        count += one.count
        if count >= _AT_A_TIME:
            return batches[:number]
    return batches
