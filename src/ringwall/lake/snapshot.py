"""All events as they are at one moment: files of the table, and what the journal has beyond."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from deltalake import DeltaTable

from ringwall.lake.columns import TYPES, columns_of, of_journal
from ringwall.lake.journal import Journal
from ringwall.lake.tables import Events

_NAMES: Final = ", ".join(f'"{name}"' for name in TYPES)


@dataclass(frozen=True, slots=True)
class File:
    """One file of the table, and the partition that it is."""

    uri: str
    day: date
    class_uid: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What there was: ``files`` hold the events before ``end``, ``batches`` those from there on."""

    files: tuple[File, ...]
    batches: tuple[str, ...]
    end: int

    @property
    def days(self) -> list[date]:
        """The days of which the table has events, the newest first."""
        return sorted({one.day for one in self.files}, reverse=True)

    def relation(
        self, days: Sequence[date] | None = None, classes: Sequence[int] | None = None
    ) -> str:
        """A select (SQL) of all columns; of the table only these days and classes."""
        chosen = [
            one.uri
            for one in self.files
            if (days is None or one.day in days) and (classes is None or one.class_uid in classes)
        ]
        parts = []
        if chosen:
            names = ", ".join("'" + uri.replace("'", "''") + "'" for uri in chosen)
            parts.append(
                f"SELECT {_NAMES} FROM read_parquet([{names}], hive_partitioning=true,"
                " hive_types={'day': DATE, 'class_uid': INTEGER})"
            )
        rows = of_journal(list(self.batches))
        parts.append(f"SELECT {_NAMES} FROM ({columns_of(f'{rows}')}) WHERE index >= {self.end}")
        return " UNION ALL ".join(parts)


def snapshot(events: Events, journal: Path) -> Snapshot:
    """What there is now.

    A batch goes into the table before it leaves the journal, and here the journal is listed first,
    so that no event is missed; a file that is gone when it is read asks for another snapshot.
    """
    batches = [batch for batch in Journal(journal).batches() if batch.count]
    table = events.table()
    if table is None:
        return Snapshot((), tuple(str(one.path) for one in batches), 0)
    end = events.end_of(table)
    return Snapshot(
        tuple(files_of(table)),
        tuple(str(one.path) for one in batches if one.end > end),
        end,
    )


def files_of(table: DeltaTable) -> list[File]:
    """The files that a table consists of now."""
    return [_file(uri) for uri in table.file_uris()]


def _file(uri: str) -> File:
    parts = dict(part.split("=", 1) for part in uri.split("/") if "=" in part)
    class_uid = unquote(parts["class_uid"])
    return File(uri, date.fromisoformat(parts["day"]), int(class_uid))
