"""Pages of a search, read from parts of a table as they lie."""

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.lake.search import made

from ringwall.lake.search.connecting import TookTooLongError, bounded, connect
from ringwall.lake.search.cursors import CursorError, Position, position
from ringwall.lake.search.fields import BY_NAME, field_named
from ringwall.lake.search.language import Query, parse
from ringwall.lake.search.matching import matches
from ringwall.lake.search.parts import Part, of_files, of_table
from ringwall.lake.search.pruning import Reach
from ringwall.lake.search.reading import Search


def query(text: str) -> Query:
    return parse(text, now=made.NOW)


ROWS = [
    made.row(
        number,
        time=made.NOW - timedelta(minutes=37 * (number // 2)),  # two at the same time
        kind="edge/1" if number % 2 else "ocsf/1",
        class_uid=3002 if number % 5 == 0 else 4002,
        actor_user_uid=("ada", "eve", None)[number % 3],
        status_code=(200, 403, 404, 500)[number % 4],
        path=f"/Orders/{number}",
        raw=f'{{"number":{number},"roles":"clerk"}}',
    )
    for number in range(300)
]


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    """Older days as files below folders, the newest rows in a table of the connection."""
    folder = tmp_path_factory.mktemp("events")
    found = connect()
    fresh = sorted(ROWS, key=lambda one: one["time"])[-40:]
    old = [one for one in ROWS if one not in fresh]
    made.create(found, old)
    found.execute(f"COPY (FROM rows) TO '{folder}' (FORMAT parquet, PARTITION_BY (day, class_uid))")
    made.create(found, fresh)
    asked: list[Reach] = []

    def parts(within: Reach) -> Iterable[Part]:
        asked.append(within)
        yield of_table("rows")
        for of_day in sorted(folder.iterdir()):
            files = [str(one) for one in of_day.rglob("*.parquet")]
            yield of_files(date.fromisoformat(of_day.name.removeprefix("day=")), files)

    yield Search(found, parts)
    found.close()


QUERIES = (
    "",
    "user:ada",
    "-user:ada",
    "status:>=400 -status:404",
    "class:3002",
    "orders/1",
    "id:7",
    "last 2h",
    "since yesterday",
    "user:eve OR status:500",
    "raw:clerk",
    "raw.number:7",
    "raw.number:>100 last 3d",
    "clerk",
    "until 2026-11-19",
    "class:dns",
    "between 2026-11-19 and 2026-11-19",
    "-clerk",
    "time:2026-11-18",
    "user:nobody",
)


@pytest.mark.parametrize("text", QUERIES)
def test_pages_hold_every_row_once_the_newest_first(searched: Search, text: str) -> None:
    asked = query(text)
    expected = sorted(
        (one for one in ROWS if matches(asked.tree, one)),
        key=lambda one: (one["time"], one["index"]),
        reverse=True,
    )
    rows: list[dict[str, Any]] = []
    cursor = ""
    while True:
        page = searched.page(asked, limit=23, cursor=cursor)
        rows += page.rows
        cursor = page.cursor
        if not cursor:
            break
        assert len(page.rows) == 23
    assert [one["index"] for one in rows] == [one["index"] for one in expected]
    for got, wanted in zip(rows, expected, strict=True):
        assert {name: wanted[name] for name in got} == got
    assert searched.count(asked) == len(expected)
    spans = searched.histogram(asked, 3_600_000_000)
    assert sum(count for _, count in spans) == len(expected)
    assert [start for start, _ in spans] == sorted({start for start, _ in spans})
    tops = dict(searched.top(asked, BY_NAME["user"]))
    assert sum(tops.values()) == len(expected)


def test_top_values_are_told_of_columns_and_of_the_raw_form(searched: Search) -> None:
    everything = query("")
    assert searched.top(everything, BY_NAME["status"], limit=2) == [(200, 75), (403, 75)]
    roles = field_named("raw.roles")
    assert roles is not None
    assert searched.top(everything, roles) == [("clerk", 300)]


def test_one_event_is_shown_whole(searched: Search) -> None:
    found = searched.show(7)
    assert found is not None
    assert found["raw"] == '{"number":7,"roles":"clerk"}'
    assert found["time"] == ROWS[7]["time"]
    assert found["time"].tzinfo is UTC
    assert searched.show(300) is None


def test_rows_come_as_they_are_found(searched: Search) -> None:
    rows = tuple(searched.rows(query("clerk user:ada"), limit=3))
    assert rows == searched.page(query("clerk user:ada"), limit=3).rows
    assert len(rows) == 3


def test_a_limit_is_one() -> None:
    with connect() as found:
        search = Search(found, lambda _: ())
        for limit in (0, -1, 10**9):
            with pytest.raises(ValueError, match="from 1 to"):
                search.page(query(""), limit=limit)
        assert search.page(query("")).rows == ()
        assert search.count(query("user:ada")) == 0


def test_a_cursor_is_of_its_query_and_of_nothing_else(searched: Search) -> None:
    cursor = searched.page(query("user:ada"), limit=1).cursor
    with pytest.raises(CursorError, match="another query"):
        searched.page(query("user:eve"), cursor=cursor)
    random.seed(1)
    refused = [
        "x",
        "!",
        "=",
        "AAAA",
        "WzEsMl0",
        "é",
        cursor + "x" * 300,
        cursor[:-4],
        "W1tbW1tb" * 20,
    ]
    refused += ["".join(random.choices("abcXYZ019-_=", k=20)) for _ in range(200)]
    for wrong in refused:
        with pytest.raises(CursorError):
            position(wrong, "user:ada")
    there = Position(-5, 3)
    assert position(there.written("a"), "a") == there


def test_what_takes_too_long_is_ended() -> None:
    with connect() as found:
        began = datetime.now(UTC)
        with pytest.raises(TookTooLongError, match=r"more than 0\.2 seconds"), bounded(found, 0.2):
            found.execute(
                "SELECT count(*) FROM range(1000000) a, range(1000000) b "
                "WHERE a.range % 7 = b.range % 11"
            ).fetchall()
        assert datetime.now(UTC) - began < timedelta(seconds=20)
        assert found.execute("SELECT 1").fetchall() == [(1,)], "the connection is of use again"


def test_memory_has_a_bound(tmp_path: Path) -> None:
    with connect(memory_mb=50) as found, pytest.raises(duckdb.OutOfMemoryException):
        found.execute("SELECT list(range) FROM range(100000000)").fetchall()
