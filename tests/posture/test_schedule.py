"""When accounts are read again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.posture.scans import Scans
from ringwall.posture.schedule import Scanned, is_due, is_overdue, next_at

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
EVERY = timedelta(hours=6)
HOUR = timedelta(hours=1)


def read(ago: timedelta, **more: object) -> Scanned:
    return Scanned(account="111122223333", read=NOW - ago, **more)  # type: ignore[arg-type]


def test_what_was_never_read_is_due_and_overdue() -> None:
    for last in (None, Scanned()):
        assert is_due(last, EVERY, NOW)
        assert is_overdue(last, EVERY, NOW)


def test_it_is_read_again_after_its_time_and_overdue_after_twice_that() -> None:
    assert not is_due(read(5 * HOUR), EVERY, NOW)
    assert is_due(read(6 * HOUR), EVERY, NOW)
    assert not is_overdue(read(12 * HOUR), EVERY, NOW)
    assert is_overdue(read(13 * HOUR), EVERY, NOW)


def test_after_failures_it_waits_longer_each_time_and_never_longer_than_its_time() -> None:
    waits = [
        next_at(Scanned(failed=times, tried=NOW), EVERY) for times in (1, 2, 3, 4, 5, 6, 7, 100)
    ]
    minutes = [(one - NOW).total_seconds() / 60 for one in waits if one is not None]
    assert minutes == [15, 30, 60, 120, 240, 360, 360, 360]


def test_a_clock_that_went_back_does_not_keep_it_from_being_read() -> None:
    assert is_due(read(-HOUR), EVERY, NOW)
    assert is_due(Scanned(failed=1, tried=NOW + 100 * HOUR), EVERY, NOW)
    assert is_overdue(read(-HOUR), EVERY, NOW)


@given(st.integers(-(10**6), 10**6), st.integers(0, 40), st.integers(900, 30 * 86400))
def test_whatever_is_not_due_now_is_due_within_its_time(ago: int, failed: int, every: int) -> None:
    moment = NOW - timedelta(seconds=ago)
    last = Scanned(read=moment, failed=failed, tried=moment if failed else None)
    span = timedelta(seconds=every)
    assert is_due(last, span, NOW) or is_due(last, span, NOW + span)


def test_what_was_noted_is_known_to_the_next_process(tmp_path: Path) -> None:
    scans = Scans(tmp_path)
    scans.was_read("production", account="111122223333", at=NOW, gaps=3)
    scans.failed("sandbox", "it is away", at=NOW)
    scans.failed("production", "x" * 9000, at=NOW + HOUR)
    scans.failed("production", "away, too", at=NOW + 2 * HOUR)
    assert Scans(tmp_path).all() == {
        "production": read(timedelta(), gaps=3, failed=2, tried=NOW + 2 * HOUR, why="away, too"),
        "sandbox": Scanned(failed=1, tried=NOW, why="it is away"),
    }
    scans.was_read("production", account="111122223333", at=NOW + 3 * HOUR, gaps=0)
    assert scans.all()["production"] == read(-3 * HOUR)


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"a": {}}', '{"a": 1}', "\0"])
def test_what_is_damaged_is_read_anew(tmp_path: Path, broken: str) -> None:
    scans = Scans(tmp_path)
    scans.failed("a", "away", at=NOW)
    (tmp_path / "posture" / "scans.json").write_text(broken)
    assert scans.all() == {}
    scans.failed("a", "away", at=NOW)
    assert set(scans.all()) == {"a"}
