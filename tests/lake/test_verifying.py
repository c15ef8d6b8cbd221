"""Whoever changes, removes, inserts or reorders what was accepted is found, at the first event."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.lake.logs import LogScene, append, edge_line, own_line

from ringwall.lake.columns import TYPES
from ringwall.lake.subjects import Subjects
from ringwall.lake.tables import connect, events_of
from ringwall.lake.verifying import Wrong


@pytest.fixture
def scene(tmp_path: Path) -> LogScene:
    made = LogScene(tmp_path)
    append(made.places.edge[0], *map(edge_line, range(30)))
    append(made.places.activity, own_line("a"), own_line("b"))
    made.collect(flush=True)
    made.require_true(32)
    return made


def rewrite(scene: LogScene, query: str) -> None:
    """Put what a query makes of all rows (``t``) into the place of the table's."""
    events = events_of(scene.places)
    table = events.table()
    assert table is not None
    with events.reach(connect()) as database:
        database.execute(
            f"CREATE TABLE t AS SELECT * FROM read_parquet({table.file_uris()!r},"
            " hive_partitioning=true, hive_types={'day': DATE, 'class_uid': INTEGER})"
        )
        write_deltalake(
            table,
            database.sql(query),
            mode="overwrite",
            partition_by=["day", "class_uid"],
        )


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("query", "index", "wrong"),
    [
        ("SELECT * FROM t WHERE index <> 17", 17, Wrong.REMOVED),
        ("SELECT * FROM t WHERE index < 25", 25, Wrong.REMOVED),
        ("SELECT * FROM t UNION ALL SELECT * FROM t WHERE index = 4", 4, Wrong.INSERTED),
        (
            "SELECT * FROM t UNION ALL SELECT * REPLACE (99 AS index) FROM t WHERE index = 4",
            32,
            Wrong.REMOVED,
        ),
        (
            "SELECT * FROM t UNION ALL SELECT * REPLACE (32 AS index) FROM t WHERE index = 4",
            32,
            Wrong.INSERTED,
        ),
        (
            (
                "SELECT * REPLACE (CASE index WHEN 5 THEN 9 WHEN 9 THEN 5 ELSE index END AS index)"
                " FROM t"
            ),
            5,
            Wrong.REORDERED,
        ),
        (
            (
                "SELECT * REPLACE (CASE WHEN index = 11 THEN replace(raw, '200', '500') ELSE raw"
                " END AS raw) FROM t"
            ),
            11,
            Wrong.CHANGED,
        ),
        (
            (
                "SELECT * REPLACE (CASE WHEN index = 12 THEN replace(personal, '10.1.', '10.2.')"
                " ELSE personal END AS personal) FROM t"
            ),
            12,
            Wrong.CHANGED,
        ),
        (
            (
                "SELECT * REPLACE (CASE WHEN index = 12 THEN NULL ELSE personal END AS personal)"
                " FROM t"
            ),
            12,
            Wrong.CHANGED,
        ),
        (
            (
                "SELECT * REPLACE (CASE WHEN index = 13 THEN received + INTERVAL 1 MICROSECOND"
                " ELSE received END AS received) FROM t"
            ),
            13,
            Wrong.CHANGED,
        ),
        (
            (
                "SELECT * REPLACE (CASE WHEN index = 14 THEN 'service/shop' ELSE source END"
                " AS source) FROM t"
            ),
            14,
            Wrong.CHANGED,
        ),
    ],
)
def test_the_first_event_that_is_wrong_is_named(
    scene: LogScene, query: str, index: int, wrong: Wrong
) -> None:
    rewrite(scene, query)
    fault = scene.check().fault
    assert fault is not None
    assert (fault.index, fault.wrong) == (index, wrong)


_VALUES: dict[str, str] = {
    "INTEGER": "coalesce({0}, 0) + 1",
    "BIGINT": "coalesce({0}, 0) + 1",
    "VARCHAR": "coalesce({0}, '') || 'x'",
    "TIMESTAMP WITH TIME ZONE": "{0} + INTERVAL 1 SECOND",
    "DATE": "CAST({0} + 1 AS DATE)",
}


@pytest.mark.parametrize("column", [one for one in TYPES if one != "index"])
def test_no_column_can_be_changed_unseen(scene: LogScene, column: str) -> None:
    changed = _VALUES[TYPES[column]].format(f'"{column}"')
    rewrite(
        scene,
        f'SELECT * REPLACE (CASE WHEN index = 3 THEN {changed} ELSE "{column}" END AS "{column}")'
        " FROM t",
    )
    fault = scene.check().fault
    assert fault is not None
    assert fault.index == 3


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_byte_of_a_raw_form_counts(scene: LogScene, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, 31))
    ((raw,),) = scene.rows("raw", f"index = {index}")
    place = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda one: one != raw[place]))
    before = DeltaTable(str(scene.places.events)).version()
    wrong = (raw[:place] + other + raw[place + 1 :]).replace("'", "''")
    if "\0" in wrong:
        return
    rewrite(
        scene,
        f"SELECT * REPLACE (CASE WHEN index = {index} THEN '{wrong}' ELSE raw END AS raw) FROM t",
    )
    fault = scene.check().fault
    DeltaTable(str(scene.places.events)).restore(before)
    assert fault is not None
    assert fault.index == index


def test_without_the_key_of_a_person_their_parts_cannot_be_vouched_for(scene: LogScene) -> None:
    subjects = Subjects(scene.places.subjects, writes=True)
    subjects.destroy("u3")
    subjects.close()
    fault = scene.check().fault
    assert fault is not None
    assert "the key of u3 is not there" in fault.why


def _damage(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def test_a_damaged_file_of_the_table_is_no_silence(scene: LogScene) -> None:
    files: list[Any] = sorted(scene.places.events.rglob("*.parquet"))
    _damage(files[0], lambda content: content[:-100])
    with pytest.raises(Exception, match=r"(?i)parquet|magic|footer"):
        scene.check()
