"""SQL over the log of an installation: which views there are, and of what they are made."""

from pathlib import Path
from typing import Final

import duckdb

from ringwall.lake.columns import TYPES
from ringwall.lake.places import Places
from ringwall.lake.reaching import fresh_rows
from ringwall.lake.search.connecting import MEMORY_MB, SECONDS
from ringwall.lake.search.sql import Answer, files_view, locked
from ringwall.lake.snapshot import snapshot
from ringwall.lake.tables import Events

_NAMES: Final = ", ".join(f'"{name}"' for name in TYPES)
_QUARANTINE: Final = (
    "SELECT index, time, received, json_extract_string(raw, '$.unmapped.of') AS \"of\", "
    "json_extract_string(raw, '$.unmapped.reason') AS reason, "
    "CAST(json_extract_string(raw, '$.unmapped.size') AS BIGINT) AS size, "
    "json_extract_string(raw, '$.unmapped.sha256') AS sha256, "
    "json_extract_string(raw, '$.raw_data') AS base64 "
    "FROM events WHERE source = 'quarantine'"
)


def ask_sql(
    places: Places,
    statement: str,
    *,
    limit: int,
    seconds: float = SECONDS,
    memory_mb: int = MEMORY_MB,
) -> Answer:
    """What a statement gets; :class:`StatementError` says why it is refused.

    ``events`` has all events, ``quarantine`` what was put aside, with the reason.
    """
    found = snapshot(Events(places.events), places.journal)
    files = [one.uri for one in found.files]
    views = {"events": _events(files), "quarantine": _QUARANTINE}

    def prepare(database: duckdb.DuckDBPyConnection) -> None:
        database.execute(f"CREATE TABLE fresh AS {fresh_rows(found)}")

    listed = [str(Path(one)) for one in files]
    with locked(views, listed, prepare=prepare, memory_mb=memory_mb) as asked:
        return asked.ask(statement, limit=limit, seconds=seconds)


def _events(files: list[str]) -> str:
    fresh = f"SELECT {_NAMES} FROM fresh"
    if not files:
        return fresh
    return f"SELECT {_NAMES} FROM ({files_view(files)}) UNION ALL {fresh}"
