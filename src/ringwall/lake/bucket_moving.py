"""The table of a log moves from its folder into a bucket, whole: nothing of it is there in part.

Objects are copied first, those of Delta's own log last; then both sides are compared; then it is
written down that the table lies there (:func:`~.bucket.keep_place`), which is the moment of the
move; then the folder goes, since a person could not be erased from what nobody knows of. Until that
moment nothing has changed, and whenever this is killed it goes on.
"""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ringwall.lake.bucket import Bucket, BucketError, keep_place, place_of, require_place, told_of
from ringwall.lake.bucket_claiming import claim
from ringwall.lake.bucket_files import extra, store_of
from ringwall.lake.places import Places
from ringwall.lake.tables import Events

_DELTA: Final = "_delta_log"
_TELLS_EVERY: Final = 1000

_log = logging.getLogger(__name__)


def settle(places: Places, bucket: Bucket | None, origin: str) -> Events:
    """The table where it is to lie, moved there if it does not yet.

    ``bucket`` is what the configuration says, ``None`` for the folder. For the collector alone.
    :class:`BucketError` where it cannot be, with what to do: then all stays as it was.
    """
    place = place_of(places.log)
    if place is None and bucket is None:
        return Events(places.events)
    if place is not None:
        require_place(place, bucket)
    assert bucket is not None  # noqa: S101 - else it was refused
    claim(places.log, bucket, origin)
    events = Events(bucket.place.uri, bucket)
    if place is None:
        _move(places, bucket, events)
        keep_place(places.log, bucket.place)
    _forget_folder(places, events)
    return events


def _move(places: Places, bucket: Bucket, events: Events) -> None:
    """Copy what the folder has, and make sure of it."""
    here = Events(places.events).table()
    if here is None:
        return
    obstore, store = extra(), store_of(bucket)
    files = list(_files(places.events))
    with told_of(bucket):
        there = _sizes(obstore, store)
        for count, path in enumerate(files, 1):
            name = str(path.relative_to(places.events))
            if there.get(name) != path.stat().st_size:
                obstore.put(store, name, path)
            if count % _TELLS_EVERY == 0 or count == len(files):
                _log.info("moved %d of %d files of the table into %s", count, len(files), bucket)
        there = _sizes(obstore, store)
    missing = [
        one for one in files if there.get(str(one.relative_to(places.events))) != one.stat().st_size
    ]
    table = events.table()
    versions = None if table is None else (table.version(), Events.end_of(table))
    if missing or versions != (here.version(), Events.end_of(here)):
        msg = (
            f"log.bucket.uri: what was copied into {bucket.uri} is not what lies in "
            f"{places.events}: name an empty prefix"
        )
        raise BucketError(msg)


def _files(folder: Path) -> Iterator[Path]:
    """All files, those that say what the table consists of in their order and last."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    yield from (one for one in found if _DELTA not in one.parts)
    yield from (one for one in found if _DELTA in one.parts)


def _sizes(obstore: Any, store: Any) -> dict[str, int]:
    return {one["path"]: int(one["size"]) for page in obstore.list(store) for one in page}


def _forget_folder(places: Places, events: Events) -> None:
    """Delete the folder that the table was in; not one that has more than the bucket."""
    gone = places.events.with_name(".moved")
    if places.events.is_dir():
        here, there = Events(places.events).table(), events.table()
        kept = 0 if here is None else Events.end_of(here)
        if kept > (0 if there is None else Events.end_of(there)):
            msg = (
                f"log.bucket.uri: {places.events} has events that {events} has not: move it away, "
                "or end Ringwall and delete bucket.json beside it to have it moved again"
            )
            raise BucketError(msg)
        places.events.rename(gone)
    if gone.is_dir():
        shutil.rmtree(gone)
