"""Rows of many components at once, in SQL that SQLite and PostgreSQL both read.

Django's own objects would take ten times as long. Whoever calls holds the transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar

from django.db import connection

T = TypeVar("T")

_CACHE_KB: Final = 131_072
"""What it takes of memory at the most, and only where there is so much to write."""

AT_A_TIME: Final = 1000
"""Components of one transaction: the others who write wait no longer than for these."""

THING: Final = (
    "id", "uid", "kind", "label", "account", "region", "tags", "words", "declared", "teller_id",
    "first", "since", "gone",
    "owner", "layer", "service_model", "environment", "classification", "criticality", "exposure",
    "reach",
)  # fmt: skip
"""The columns of a component."""
SAYING: Final = ("scope_id", "thing_id", "digest", "aspects", "untold")
LINK: Final = ("id", "scope_id", "kind", "origin", "target", "since", "why")
STEP: Final = ("thing_id", "at", "what", "aspect", "before", "after", "source")

_KEYS: Final = {
    "inventory_thing": ("id",),
    "inventory_saying": ("scope_id", "thing_id"),
    "inventory_link": ("id",),
}


def chunks(items: Iterable[T], size: int = AT_A_TIME) -> Iterator[list[T]]:
    """The items, so many at a time."""
    rest = iter(items)
    while part := list(islice(rest, size)):
        yield part


def make_room() -> None:
    """Have SQLite keep pages in memory: with its 2 MB it writes each many times within a change."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size=-{_CACHE_KB}")


def moment(at: datetime) -> Any:
    """A time as this database has it."""
    return connection.ops.adapt_datetimefield_value(at)


def select(sql: str, ids: Sequence[int], *before: Any) -> list[tuple[Any, ...]]:
    """Rows of a query that ends with ``IN`` and these numbers."""
    if not ids:
        return []
    places = ",".join(["%s"] * len(ids))
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} IN ({places})", [*before, *ids])
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def put(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows; those that are there already have these values from now on."""
    keys = _KEYS.get(table, ())
    sets = ",".join(f"{name}=excluded.{name}" for name in columns if name not in keys)
    _insert(table, columns, rows, f" ON CONFLICT ({','.join(keys)}) DO UPDATE SET {sets}")


def add(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows; those that are there already stay as they are."""
    _insert(table, columns, rows, " ON CONFLICT DO NOTHING" if table in _KEYS else "")


def _insert(
    table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], conflict: str
) -> None:
    if not rows:
        return
    row = f"({','.join(['%s'] * len(columns))})"
    # PostgreSQL takes at most 65,535 values in a statement; SQLite likes few of them best.
    most = 50 if connection.vendor == "sqlite" else 1500
    with connection.cursor() as cursor:
        for part in chunks(rows, most):
            places = ",".join([row] * len(part))
            sql = f"INSERT INTO {table} ({','.join(columns)}) VALUES {places}{conflict}"  # noqa: S608 - names are our own
            cursor.execute(sql, [value for one in part for value in one])


def delete(sql: str, ids: Sequence[int], *before: Any) -> None:
    """Run a statement that ends with ``IN`` and these numbers."""
    if ids:
        places = ",".join(["%s"] * len(ids))
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} IN ({places})", [*before, *ids])
