"""The collector's table where a bucket is configured, or was: what it needs is reached late.

Nothing is asked of the bucket before something is to be put there, so that a bucket that is down
keeps no collector from starting: whether table and journal fit is judged before rows go in.
"""

import logging
import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Final

import duckdb
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from ringwall.lake.bucket import Bucket, BucketError, place_of
from ringwall.lake.bucket_moving import settle
from ringwall.lake.journal import Batch
from ringwall.lake.places import Places
from ringwall.lake.tables import Events

_NAMES_WITHIN_S: Final = 10.0

_log = logging.getLogger(__name__)


class BucketTable(Events):
    """See :class:`Events`. All but ``known_end`` may take as long as the store does."""

    def __init__(self, places: Places, bucket: Bucket | None, origin: str) -> None:
        super().__init__(places.events, bucket)
        self._places, self._origin = places, origin
        self._settled: Events | None = None

    @property
    def known_end(self) -> int | None:
        """Nothing that is known before it is asked."""
        return None

    @property
    def end(self) -> int:
        """See :attr:`Events.end`."""
        return self._where().end

    def table(self) -> DeltaTable | None:
        """See :meth:`Events.table`."""
        return self._where().table()

    def reach(
        self, database: duckdb.DuckDBPyConnection, only: Collection[str] | None = None
    ) -> duckdb.DuckDBPyConnection:
        """See :meth:`Events.reach`."""
        return self._where().reach(database, only)

    def names(self, most: int) -> list[tuple[bytes, str]]:
        """See :meth:`Events.names`; none of them where they do not come within some seconds.

        Without them what a source sends a second time is taken for new.
        """
        place = place_of(self._places.log)
        if place is None:  # it has not moved yet
            return Events(self._places.events).names(most)
        if self._bucket is None or self._bucket.place != place:
            return []
        found: list[list[tuple[bytes, str]]] = []
        events = Events(place.uri, self._bucket)

        def look() -> None:
            with suppress(OSError, DeltaError, duckdb.Error):
                found.append(events.names(most))

        looking = threading.Thread(target=look, name="names", daemon=True)
        looking.start()
        looking.join(_NAMES_WITHIN_S)
        if not found:
            _log.warning(
                "names of earlier events do not come from %s: what comes again is new", place.uri
            )
        return found[0] if found else []

    def recover(self, first: int) -> None:
        """See :meth:`Events.recover`: of a table that has not moved yet."""
        if place_of(self._places.log) is None:
            Events(self._places.events).recover(first)

    def sync(self) -> None:
        """See :meth:`Events.sync`."""
        self._where().sync()

    def append(self, batches: Sequence[Batch]) -> None:
        """See :meth:`Events.append`; ``BucketError`` also where journal and table do not fit."""
        events = self._where()
        end = events.end
        if batches and (batches[-1].end < end or batches[0].first > end):
            msg = (
                f"log.bucket.uri: the table in {self._bucket!r} ends before event {end}, the "
                f"journal has {batches[0].first} to {batches[-1].end - 1}: one of them was put "
                "back, or events of the table were removed; put both back as they were"
            )
            raise BucketError(msg)
        events.append(batches)

    def _where(self) -> Events:
        if self._settled is None:
            self._settled = settle(self._places, self._bucket, self._origin)
        return self._settled
