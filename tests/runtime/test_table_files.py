"""Tables of earlier versions are moved to where the web process may write, whole or not at all."""

import sqlite3
from contextlib import closing
from pathlib import Path

from ringwall.runtime.table_files import RECORDS, are_home, bring_home, table_file


def with_rows(path: Path, rows: int) -> sqlite3.Connection:
    tables = sqlite3.connect(path)
    tables.execute("PRAGMA journal_mode=WAL")
    tables.execute("CREATE TABLE t (n INTEGER)")
    tables.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(rows)])
    tables.commit()
    return tables


def test_a_new_installation_has_them_in_their_folder(tmp_path: Path) -> None:
    bring_home(tmp_path)
    assert are_home(tmp_path)
    assert table_file(tmp_path, RECORDS) == tmp_path / "tables" / RECORDS


def test_what_waits_in_the_wal_of_a_killed_one_is_moved_too(tmp_path: Path) -> None:
    with_rows(tmp_path / "whole", 3).close()
    made = with_rows(tmp_path / "old", 100)
    for more in ("", "-wal"):  # as a kill leaves them
        (tmp_path / f"{RECORDS}{more}").write_bytes((tmp_path / f"old{more}").read_bytes())
    made.close()
    assert table_file(tmp_path, RECORDS) == tmp_path / RECORDS
    bring_home(tmp_path)
    assert [one.name for one in tmp_path.glob(f"{RECORDS}*")] == []
    with closing(sqlite3.connect(table_file(tmp_path, RECORDS))) as tables:
        assert tables.execute("SELECT count(*) FROM t").fetchone() == (100,)


def test_what_somebody_uses_stays_and_is_found_where_it_is(tmp_path: Path) -> None:
    with closing(with_rows(tmp_path / RECORDS, 2)) as used:
        bring_home(tmp_path)
        assert not are_home(tmp_path)
        assert table_file(tmp_path, RECORDS) == tmp_path / RECORDS
        used.execute("INSERT INTO t VALUES (3)")
        used.commit()
    bring_home(tmp_path)
    assert are_home(tmp_path)


def test_what_is_no_database_stays(tmp_path: Path) -> None:
    (tmp_path / RECORDS).write_bytes(b"none" * 1000)
    bring_home(tmp_path)
    assert (tmp_path / RECORDS).read_bytes() == b"none" * 1000
