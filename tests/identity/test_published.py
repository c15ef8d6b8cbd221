"""What is revoked, in two files: nothing is ever in neither, while the edge takes the large one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ringwall.identity.published import Revoked, keep_revoked, parted, revoked

START = datetime(2026, 1, 1, tzinfo=UTC)
VALUES = st.frozensets(st.integers(0, 12).map(lambda n: f"s{n:02}"), max_size=12)


def by_subject(values: frozenset[str]) -> dict[str, tuple[str, ...]]:
    return {"session": tuple(sorted(values)), "user": ()}


def everything(parts: Revoked) -> set[str]:
    return {*parts.settled.get("session", ()), *parts.recent.get("session", ())}


@given(steps=st.lists(st.tuples(VALUES, st.floats(0.1, 40.0)), max_size=20))
def test_the_edge_always_knows_all_that_is_revoked(
    steps: list[tuple[frozenset[str], float]],
) -> None:
    parts, now = Revoked(), START
    large: list[tuple[datetime, Any]] = [(now - timedelta(hours=1), {})]
    for values, seconds in steps:
        now += timedelta(seconds=seconds)
        parts = parted(by_subject(values), parts, now, small=3)
        if parts.settled != large[-1][1]:
            large.append((now, parts.settled))
        # The edge may still have whichever large file it was given in the last seconds.
        since = now - timedelta(seconds=15)
        taken = [one for at, one in large if at < since][-1:]
        possible = [*taken, *(one for at, one in large if at >= since)]
        for one in possible:
            known = {*one.get("session", ()), *parts.recent.get("session", ())}
            assert values <= known
        assert values <= everything(parts)


@given(before=VALUES, values=VALUES)
def test_what_is_over_or_lifted_leaves_in_time(
    before: frozenset[str], values: frozenset[str]
) -> None:
    parts = parted(by_subject(before), Revoked(), START, small=3)
    for turn in range(1, 4):
        parts = parted(by_subject(values), parts, START + timedelta(seconds=20 * turn), small=3)
    assert everything(parts) == set(values)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert revoked(tmp_path) == Revoked()
    values = by_subject(frozenset({"s1", "s2", "s3", "s4", "s5"}))
    assert keep_revoked(tmp_path, values, START)
    assert everything(revoked(tmp_path)) == {"s1", "s2", "s3", "s4", "s5"}
    assert not keep_revoked(tmp_path, values, START + timedelta(seconds=1))
