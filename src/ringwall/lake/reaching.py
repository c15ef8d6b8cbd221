"""What a search reads: the files of the days that it can find anything in, and the journal."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import duckdb

from ringwall.lake.bucket import BucketError, names_what_is_gone, sentence_in
from ringwall.lake.columns import TYPES, columns_of, of_journal
from ringwall.lake.places import Places
from ringwall.lake.search.parts import Part, Parts, first_of, last_of, of_files
from ringwall.lake.search.pruning import Reach
from ringwall.lake.snapshot import Snapshot, snapshot
from ringwall.lake.tables import events_of

T = TypeVar("T")

_TRIES: Final = 5
_NAMES: Final = ", ".join(f'"{name}"' for name in TYPES)


def parts_of(places: Places) -> Parts:
    """The parts of an installation's log, as they are each time they are asked for."""

    def found(within: Reach) -> Iterable[Part]:
        return _parts(snapshot(events_of(places), places.journal), within)

    return found


def fresh_rows(found: Snapshot) -> str:
    """A select (SQL) of what the journal has beyond the table."""
    rows = of_journal(list(found.batches))
    return f"SELECT {_NAMES} FROM ({columns_of(rows)}) WHERE index >= {found.end}"


def again(do: Callable[[], T]) -> T:
    """Do it, and once more where files went meanwhile, as they do when rows go into the table."""
    for _ in range(_TRIES - 1):
        try:
            with as_meant():
                return do()
        except (duckdb.IOException, FileNotFoundError):
            continue
    with as_meant():
        return do()


@contextmanager
def as_meant() -> Iterator[None]:
    """Tell what was wrong with a bucket as it was, of which DuckDB makes an error of its own."""
    try:
        yield
    except duckdb.Error as error:
        said = sentence_in(error)
        if said is not None:
            raise BucketError(said) from error
        gone = names_what_is_gone(error)
        if gone is not None:
            raise FileNotFoundError(gone) from error
        raise


def _parts(found: Snapshot, within: Reach) -> Iterable[Part]:
    for day in found.days:
        if within.low is not None and last_of(day) < within.low:
            continue
        if within.high is not None and first_of(day) > within.high:
            continue
        files = [
            one.uri
            for one in found.files
            if one.day == day and (within.classes is None or one.class_uid in within.classes)
        ]
        if files:
            yield of_files(day, files)
    if found.batches:
        yield Part(None, f"({fresh_rows(found)})")
