"""SQL reads the log and nothing else, however it is asked."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from tests.lake.search import made

from ringwall.lake.search.connecting import TookTooLongError
from ringwall.lake.search.sql import Locked, files_view, locked
from ringwall.lake.search.statements import StatementError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("it's")
    with made.connection() as connection:
        made.create(connection, [made.row(number, path=f"/a/{number}") for number in range(50)])
        path = str(found / "events").replace("'", "''")
        connection.execute(f"COPY rows TO '{path}' (FORMAT parquet, PARTITION_BY (day, class_uid))")
    (found / "secret.txt").write_text("secret")
    return found


@pytest.fixture(scope="module")
def asked(folder: Path) -> Iterator[Locked]:
    files = [str(one) for one in (folder / "events").rglob("*.parquet")]
    views = {"events": files_view(files), "quarantine": "SELECT 1 AS index, 'odd' AS reason"}
    with locked(views, files, memory_mb=300) as found:
        yield found


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM events", ((50,),)),
        ("select path, index from events order by index limit 2;", (("/a/0", 0), ("/a/1", 1))),
        ("FROM quarantine -- all of it", ((1, "odd"),)),
        ("WITH a AS (SELECT index FROM events) SELECT max(index) FROM a", ((49,),)),
        ("SELECT min(time) FROM events", (("2026-11-20 14:00:00+00",),)),
        (
            "SELECT [1, 2], {'a': 1}, 1.5::DECIMAL(4, 2), NULL",
            (("[1, 2]", "{'a': 1}", "1.50", None),),
        ),
        (
            "SELECT e.index, q.reason FROM events e JOIN quarantine q ON e.index = q.index",
            ((1, "odd"),),
        ),
        ("SELECT json_extract_string(raw, '$.status') FROM events LIMIT 1", (("200",),)),
        ("SELECT a.unnest FROM unnest([7]) a", ((7,),)),
        ("SELECT 1 UNION ALL SELECT 2", ((1,), (2,))),
        ("SELECT 1 AS a, 2 AS a", ((1, 2),)),
        (
            "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3) FROM n",
            ((1,), (2,), (3,)),
        ),
    ],
)
def test_it_answers(asked: Locked, sql: str, rows: tuple[tuple[object, ...], ...]) -> None:
    assert asked.ask(sql).rows == rows


def test_tables_are_described(asked: Locked) -> None:
    assert ("path", "VARCHAR") in {row[:2] for row in asked.ask("DESCRIBE events").rows}
    assert asked.ask("SHOW TABLES").rows == (("events",), ("quarantine",))
    assert asked.ask("SUMMARIZE quarantine").rows


def test_there_is_a_limit_and_it_is_told(asked: Locked) -> None:
    answer = asked.ask("SELECT index FROM events", limit=10)
    assert (len(answer.rows), answer.is_cut, answer.columns) == (10, True, ("index",))
    assert not asked.ask("SELECT index FROM events", limit=50).is_cut


ATTACKS = [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "{folder}/secret.txt"',
    "SELECT * FROM read_csv('{folder}/secret.txt')",
    "SELECT * FROM read_blob('{folder}/*')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM sniff_csv('/etc/passwd')",
    "SELECT * FROM parquet_metadata('/etc/passwd')",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x",
    "WITH \"/etc/passwd\" AS (SELECT 1) SELECT * FROM '/etc/passwd'",
    "SELECT * FROM events WHERE path IN (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('events')",
    "SELECT * FROM json_execute_serialized_sql('x')",
    "SELECT * FROM arrow_scan(1, 2, 3)",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM python_map_function(1)",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM main.events",
    "SELECT * FROM memory.main.events",
    "SELECT getenv('HOME')",
    "SELECT current_setting('allowed_paths')",
    "SELECT main.getenv('HOME')",
    "SELECT write_log('x')",
    "SELECT pg_sleep(100)",
    "SELECT * FROM events; SELECT 1",
    "SELECT 1; DROP VIEW events",
    "COPY events TO '{folder}/out.csv'",
    "COPY (SELECT 1) TO '{folder}/out.csv'",
    "COPY events FROM '/etc/passwd'",
    "EXPORT DATABASE '{folder}/out'",
    "IMPORT DATABASE '/etc'",
    "ATTACH '{folder}/out.db' AS a",
    "ATTACH ':memory:' AS a",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{folder}/x.duckdb_extension'",
    "SET enable_external_access = true",
    "SET lock_configuration = false",
    "RESET ALL",
    "PRAGMA database_size",
    "CALL pragma_version()",
    "CREATE TABLE x AS SELECT 1",
    "CREATE OR REPLACE VIEW events AS SELECT 1",
    "CREATE MACRO m() AS 1",
    "CREATE SECRET s (TYPE s3)",
    "INSERT INTO events VALUES (1)",
    "DELETE FROM events",
    "UPDATE events SET path = 'x'",
    "WITH x AS (DELETE FROM events RETURNING *) SELECT * FROM x",
    "DROP VIEW events",
    "ALTER VIEW events RENAME TO x",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "EXPLAIN ANALYZE SELECT 1",
    "CHECKPOINT",
    "VACUUM",
    "USE memory",
    "BEGIN",
    "SELECT 1) AS a; COPY (SELECT 1) TO '{folder}/out.csv' --",
    "SELECT 1) AS asked(c0), read_text('/etc/passwd'",
    "PIVOT events ON path",
    "DESCRIBE '/etc/passwd'",
    "SUMMARIZE '/etc/passwd'",
    "FROM folder",
    "",
    ";",
    "-- nothing",
    "SELEC 1",
    "SELECT \ud800",
    "SELECT '\0",
]


@pytest.mark.parametrize("sql", ATTACKS)
def test_nothing_else_is_reached(asked: Locked, folder: Path, sql: str) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(StatementError) as refusal:
        asked.ask(sql.replace("{folder}", str(folder).replace("'", "''")))
    assert str(refusal.value)
    assert "root:" not in str(refusal.value)
    assert sorted(folder.rglob("*")) == before
    assert asked.ask("SELECT count(*) FROM events").rows == ((50,),), "it still answers"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT content FROM read_text('/etc/passwd')",
        "COPY (SELECT 1) TO '{folder}/out.csv'",
        "COPY (SELECT 1) TO '{file}' (FORMAT parquet)",
        "ATTACH '{folder}/out.db' AS a",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "SELECT * FROM asked",
        "SELECT getenv('HOME')",
    ],
)
def test_the_database_itself_refuses_as_well(asked: Locked, folder: Path, sql: str) -> None:
    """Even if a statement got past the judgment."""
    file = str(next((folder / "events").rglob("*.parquet"))).replace("'", "''")
    written = sql.replace("{folder}", str(folder).replace("'", "''")).replace("{file}", file)
    with pytest.raises(duckdb.Error):
        asked._connection.execute(written).fetchall()
    assert asked.ask("SELECT count(*) FROM events").rows == ((50,),)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(9999999) a, range(9999999) b WHERE a.range % 7 = b.range",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
    ],
)
def test_no_statement_goes_on_for_ever(asked: Locked, sql: str) -> None:
    began = time.monotonic()
    with pytest.raises((TookTooLongError, StatementError)):
        asked.ask(sql, seconds=0.5)
    assert time.monotonic() - began < 30
    assert asked.ask("SELECT 1").rows == ((1,),)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT list(range) FROM range(1000000000)",
        "SELECT repeat('x', 60000) FROM range(10000)",
        "SELECT * FROM events ORDER BY repeat(path, 10000000)",
    ],
)
def test_no_answer_is_without_bounds(asked: Locked, sql: str) -> None:
    with pytest.raises(StatementError, match=r"memory|MiB"):
        asked.ask(sql, limit=10_000)
    assert asked.ask("SELECT 1").rows == ((1,),)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT repeat('x', 4000000000)",
        "SELECT range(1000000000)",
        "SELECT lpad('', 2000000000, 'x')",
    ],
)
def test_a_process_of_its_own_bounds_single_values_as_well(sql: str) -> None:
    code = (
        "import sys, ringwall.lake.search.sql as s\n"
        "s.confine(memory_mb=1500)\n"
        "with s.locked({}, [], memory_mb=200) as asked:\n"
        "    try: asked.ask(sys.argv[1], seconds=90)\n"
        "    except s.StatementError as error: print(error)\n"
        "    print(asked.ask('SELECT 1').rows)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, sql], capture_output=True, text=True, timeout=100, check=False
    )
    assert ran.stdout.splitlines() == [
        "it needs more memory than it may have: ask for less",
        "((1,),)",
    ]
    assert ran.returncode == 0, ran.stderr


def test_long_values_are_cut(asked: Locked) -> None:
    ((value,),) = asked.ask("SELECT repeat('x', 1000000)").rows
    assert len(value) == 65_536


def test_no_python_variable_is_a_table(asked: Locked) -> None:
    os.environ["RINGWALL_TEST"] = "x"
    rows = [{"a": 1}]
    with pytest.raises(StatementError, match="no table 'rows'"):
        asked.ask("SELECT * FROM rows")
    assert rows
