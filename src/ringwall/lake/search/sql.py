"""SQL over the log for people: read-only, over views, in a database that reaches nothing else.

A statement has to pass four fences: it is one SELECT over the views (:mod:`statements`); the
database may open the files of the views and no others; its configuration is locked; and time,
memory, rows and bytes have bounds. Each of them would do for most attacks.
"""

import resource
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from ringwall.lake.bucket import BucketError, names_what_is_gone, sentence_in
from ringwall.lake.search.compiling import quoted
from ringwall.lake.search.connecting import SECONDS, bounded, connect
from ringwall.lake.search.statements import StatementError, check_length, judge

MOST_ROWS: Final = 10_000
MOST_BYTES: Final = 64 * 1024 * 1024
"""Bytes of one answer."""
LONGEST_VALUE: Final = 65_536
"""Characters of one value; the rest is cut."""

_PLAIN: Final = frozenset(
    {"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER",
     "UBIGINT", "FLOAT", "DOUBLE"}
)  # fmt: skip

Prepare = Callable[[duckdb.DuckDBPyConnection], None]


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows; numbers and truth values as they are, all else as text, or ``None``.

    ``is_cut`` tells that there would have been more rows.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    is_cut: bool


def nothing(_: duckdb.DuckDBPyConnection) -> None:
    """Prepare nothing."""


@contextmanager
def locked(
    views: Mapping[str, str],
    files: Sequence[str],
    *,
    prepare: Prepare = nothing,
    memory_mb: int = 1024,
    threads: int = 2,
) -> Iterator["Locked"]:
    """Open a database that has these views, and reads these files and nothing else.

    ``views`` are the statements after ``CREATE VIEW name AS``, of our own making; ``prepare`` can
    put rows in tables that they read, before all is locked. ``FileNotFoundError`` where one of the
    files went meanwhile.
    """
    connection = connect(threads=threads, memory_mb=memory_mb)
    try:
        prepare(connection)
        # Else the names of Python's variables are tables.
        connection.execute("SET python_enable_replacements = false")
        listed = ", ".join(literal(one) for one in files)
        connection.execute(f"SET allowed_paths = [{listed}]")
        connection.execute("SET enable_external_access = false")
        for name, select in views.items():
            connection.execute(f"CREATE VIEW {quoted(name)} AS {select}")
        connection.execute("SET lock_configuration = true")
        yield Locked(connection, frozenset(views), files)
    except duckdb.Error as error:
        # Where a file is not there, the database takes its name for a pattern, which is refused.
        if (gone := _gone(files, error)) is not None:
            raise FileNotFoundError(gone) from error
        raise
    finally:
        connection.close()


def _gone(files: Sequence[str], error: Exception) -> str | None:
    """The first of the files that is not there any more, by an error that may come of it."""
    if not isinstance(error, duckdb.Error):
        return None
    named = names_what_is_gone(error) or ""

    def is_gone(file: str) -> bool:
        if "://" in file:
            return file.rpartition("/")[2] in named
        return not Path(file).exists()

    return next(filter(is_gone, files), None)


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def files_view(files: Sequence[str]) -> str:
    """The statement of a view over Parquet files that lie as Delta writes them."""
    listed = ", ".join(literal(one) for one in files)
    return (
        f"SELECT * FROM read_parquet([{listed}], hive_partitioning = true, union_by_name = true, "  # noqa: S608 - paths of ours
        "hive_types = {'day': DATE, 'class_uid': INTEGER})"
    )


def confine(*, memory_mb: int) -> None:
    """Bound the memory of this whole process, for good.

    DuckDB's own bound leaves out single values while they are made, such as ``repeat('x', 4e9)``:
    whoever answers strangers' statements does it in a process of its own, confined.
    """
    size = memory_mb * 1024 * 1024
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    size = size if hard == resource.RLIM_INFINITY else min(size, hard)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


class Locked:
    """Answers statements; one thread uses it at a time."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        views: frozenset[str],
        files: Sequence[str] = (),
    ) -> None:
        self._connection = connection
        self._views = views
        self._files = files

    def ask(self, sql: str, *, limit: int = 1000, seconds: float = SECONDS) -> Answer:
        """Answer one SELECT with at most ``limit`` rows.

        :class:`StatementError` tells what is wrong with it or refused,
        :class:`~ringwall.lake.search.connecting.TookTooLongError` that its time is over. That a
        file went meanwhile, which is no fault of the statement, is left to :func:`locked`.
        """
        if not 1 <= limit <= MOST_ROWS:
            raise StatementError(f"the limit is from 1 to {MOST_ROWS}, and was {limit}")
        check_length(sql)
        try:
            with bounded(self._connection, seconds):
                return self._answer(sql.strip().rstrip(";").rstrip(), limit)
        except duckdb.InterruptException:
            raise
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            raise StatementError("it needs more memory than it may have: ask for less") from error
        except (duckdb.Error, UnicodeError, RuntimeError) as error:
            if (wrong := sentence_in(error)) is not None:
                raise BucketError(wrong) from error
            if _gone(self._files, error) is not None:
                raise
            if "bad_alloc" in str(error):
                raise StatementError(
                    "it needs more memory than it may have: ask for less"
                ) from error
            raise StatementError(str(error).partition("\n\nLINE")[0].strip()) from error

    def _answer(self, sql: str, limit: int) -> Answer:
        found = self._connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()
        judge(str(found[0]) if found else "{}", self._views)
        described = self._connection.execute(f"DESCRIBE ({sql}\n)").fetchall()
        names = [str(one[0]) for one in described]
        inner = [f"c{number}" for number in range(len(names))]
        shown = ", ".join(
            one if str(kind) in _PLAIN else f"left(CAST({one} AS VARCHAR), {LONGEST_VALUE:d})"
            for one, (_, kind, *_) in zip(inner, described, strict=True)
        )
        # A comment at the statement's end would swallow the bracket.
        wrapped = f"SELECT {shown} FROM ({sql}\n) AS asked({', '.join(inner)}) LIMIT {limit + 1:d}"  # noqa: S608 - it was judged
        result = self._connection.execute(wrapped)
        rows: list[tuple[Any, ...]] = []
        size = 0
        while batch := result.fetchmany(100):
            size += sum(len(value) for row in batch for value in row if isinstance(value, str))
            if size > MOST_BYTES:
                raise StatementError(
                    f"the answer has more than {MOST_BYTES // 1024**2} MiB: ask for less of it"
                )
            rows += batch
        return Answer(tuple(names), tuple(rows[:limit]), len(rows) > limit)
