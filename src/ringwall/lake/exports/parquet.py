"""Rows of a search as one Parquet file, with the columns of the table."""

import secrets
from pathlib import Path

import duckdb

from ringwall.lake.search.connecting import bounded
from ringwall.lake.search.language import Query
from ringwall.lake.search.parts import Parts
from ringwall.lake.search.pruning import reach
from ringwall.lake.search.reading import asked_of


def write_parquet(
    connection: duckdb.DuckDBPyConnection,
    parts: Parts,
    query: Query,
    path: Path,
    *,
    limit: int,
    seconds: float = 600.0,
) -> int:
    """Write at most ``limit`` rows in order of time to ``path``, whole or not at all.

    Returns how many there were, 0 without a file. What stood at ``path`` is replaced.
    """
    within = reach(query.tree)
    found = [] if within.is_empty else list(parts(within))
    if not found:
        return 0
    table, values = asked_of(found, query.tree)
    temporary = path.with_name(f".new-{secrets.token_hex(8)}.parquet")
    # The target is no value that can be bound.
    target = str(temporary).replace("'", "''")
    sql = (
        f"COPY (SELECT * FROM {table} ORDER BY time, index LIMIT {limit:d}) TO '{target}' "  # noqa: S608 - all else is bound
        "(FORMAT parquet, COMPRESSION zstd)"
    )
    try:
        with bounded(connection, seconds):
            ((count,),) = connection.execute(sql, values).fetchall()
        temporary.chmod(0o600)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return int(count)
