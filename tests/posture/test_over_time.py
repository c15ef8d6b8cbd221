"""Frameworks over time, several accounts together; and two scans side by side."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from tests.posture import kept

from ringwall.console.posture_drawn import HEIGHT, WIDTH, drawn, percent
from ringwall.core.verdicts import Outcome
from ringwall.posture.differing import Counted, differences
from ringwall.posture.frameworks.history import Point, lines_of
from ringwall.posture.frameworks.looking_back import LookingBack
from ringwall.posture.frameworks.remembering import History
from ringwall.posture.over_time import MOST, RECENT, Course, courses, thinned
from ringwall.posture.past import Past
from ringwall.posture.summing import Summary

POINT = Point(
    at=kept.NOON,
    account=kept.ACCOUNT,
    framework="soc2",
    version="1",
    checks=10,
    partial=False,
    controls=5,
    failing=1,
    unknown=1,
    passing=1,
    not_judged=1,
    failed=5,
    unsure=5,
    passed=10,
)
FAIL, PASS, UNKNOWN = Outcome.FAIL, Outcome.PASS, Outcome.UNKNOWN


def after(hours: float, account: str = kept.ACCOUNT, **more: int) -> Point:
    at = kept.NOON + timedelta(hours=hours)
    return replace(POINT, at=at, account=account, **more)  # type: ignore[arg-type]


def course(*points: Point) -> Course:
    (one,) = courses(points).values()
    return one


def test_accounts_count_together_each_as_it_was_scanned_last() -> None:
    found = course(
        after(0), after(1, kept.OTHER, passed=90), after(2, passed=90, checks=12)
    ).moments
    assert [one.accounts for one in found] == [1, 2, 2]
    assert [one.share for one in found] == [0.5, 100 / 120, 180 / 200]
    assert [one.checks for one in found] == [10, 10, 12]


def test_the_most_checks_that_look_are_told_also_where_they_become_fewer() -> None:
    found = course(after(0, checks=20), after(1, kept.OTHER), after(2, checks=5)).moments
    assert [one.checks for one in found] == [20, 20, 10]


def test_accounts_that_were_scanned_at_one_time_are_one_moment() -> None:
    (one,) = course(after(0), after(0, kept.OTHER, failed=0, unsure=0, passed=0)).moments
    assert (one.accounts, one.passed, one.failed) == (2, 10, 5)


def test_what_could_not_be_read_counts_until_it_was() -> None:
    partial = replace(after(0, kept.OTHER), partial=True)
    read = after(2, kept.OTHER)
    found = course(partial, after(1), read).moments
    assert [one.partial for one in found] == [True, True, False]


def test_however_many_scans_there_were_few_moments_stay_over_the_whole_time() -> None:
    points = [after(hours, passed=hours) for hours in range(5000)]
    found = course(*points)
    assert found.scans == 5000
    assert [*found.recent] == points[-RECENT:]
    assert MOST <= len(found.moments) <= 2 * MOST
    assert found.moments[-1].at == points[-1].at
    few = thinned(found.moments, 200)
    assert len(few) <= 200
    gaps = [(b.at - a.at).total_seconds() / 3600 for a, b in pairwise(few)]
    assert max(gaps) < 3 * 5000 / 200, "no stretch of the time is left out"
    assert few[-1] == found.moments[-1]


def test_a_line_is_drawn_where_something_was_judged() -> None:
    nothing = after(1, failed=0, unsure=0, passed=0)
    told = drawn(course(after(0), nothing, after(2), after(4, failed=0, unsure=0)).moments, "SOC 2")
    assert told is not None
    half = HEIGHT / 2
    assert told["line"] == f"M0.0 {half} M300.0 {half} L{WIDTH} 0.0"
    assert sum(float(one["width"]) for one in told["marks"]) == pytest.approx(WIDTH)
    assert "nothing was judged" in told["marks"][1]["title"]
    assert told["says"].startswith("SOC 2: 2026-11-20 12:00 UTC: 50.0 % pass, 10 checks looked;")
    assert drawn([], "SOC 2") is None
    single = drawn(course(after(0)).moments, "SOC 2")
    assert single is not None
    assert len(single["dots"]) == 1, "one scan is no line"


def test_only_all_of_it_is_a_hundred_percent() -> None:
    given = (None, 0.0, 0.004, 0.994, 0.9999, 1.0)
    assert [percent(one).replace("\N{NO-BREAK SPACE}", "") for one in given] == [
        *("", "0%", "0%", "99%", "99%", "100%")
    ]


def test_history_is_read_for_what_is_asked(tmp_path: Path) -> None:
    both = [replace(one, framework=name) for one in (after(0), after(9)) for name in ("a", "b")]
    History(tmp_path).add([*both, after(1, kept.OTHER), after(2), after(3)])
    back = LookingBack(tmp_path)
    assert list(back.points()) == History(tmp_path).all()
    assert list(back.points(account=kept.ACCOUNT, framework="a")) == both[::2]
    assert [one.framework for one in back.last(1)] == ["soc2", "soc2", "a", "b"]
    assert [one.at for one in back.last(2) if one.account == kept.ACCOUNT][:2] == [
        *(kept.NOON, kept.NOON)
    ]
    assert back.accounts() == [kept.ACCOUNT, kept.OTHER]
    path = tmp_path / "posture" / "history.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at": "now"}\n')
    with pytest.raises(ValueError, match=r"history\.jsonl:8: .*delete the line"):
        back.last(2)


def test_of_a_long_history_a_picture_has_the_last_of_each_day(tmp_path: Path) -> None:
    path = tmp_path / "posture" / "history.jsonl"
    path.parent.mkdir()
    several = [
        after(hours, account) for hours in range(0, 4900, 6) for account in ("1" * 12, "2" * 12)
    ]
    path.write_bytes(b"".join(lines_of(several)))
    back = LookingBack(tmp_path)
    assert list(back.pictured()) == several, "it is short"
    path.write_bytes(b"".join(line for one in several for line in [*lines_of([one])] * 16))
    assert path.stat().st_size > 4 << 20
    found = list(back.pictured(account="1" * 12))
    days = [one.at.date() for one in found]
    assert len(days) == len(set(days)) > 200
    assert days == sorted(days)
    assert found[-1].at == several[-1].at
    assert {one.at.hour for one in found[:-1]} == {18}


def test_owners_are_told_apart(tmp_path: Path) -> None:
    odd = 'ada "the first", "owner":"bo'
    several = [
        replace(after(hours, account), owner=owner, framework=framework)
        for hours in (24, 0)
        for account in (kept.ACCOUNT, "code shop")
        for owner in ("bo", odd)
        for framework in ("a", "b")
    ]
    for account in (kept.ACCOUNT, "code shop"):
        path = tmp_path / "posture" / "history" / f"{account.replace(' ', '.')}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(lines_of(one for one in several if one.account == account)))
    back = LookingBack(tmp_path)
    assert back.owners() == sorted(["bo", odd])
    found = list(back.points(owner="bo", framework="a"))
    assert {(one.owner, one.framework) for one in found} == {("bo", "a")}
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert len(found) == 4
    (one, _) = back.points(owner=odd, framework="b", account="code shop")
    assert (one.owner, one.account) == (odd, "code shop")
    assert list(back.points(owner="eve")) == []


def counted(unread: frozenset[str] = frozenset(), **counts: dict[Outcome, int]) -> Counted:
    return Counted(at=kept.NOON, partial=False, checks="x", counts=counts, unread=unread)


def test_what_got_worse_comes_first_and_what_is_the_same_is_left_out() -> None:
    before = counted(a={PASS: 3}, b={FAIL: 2}, c={PASS: 1, FAIL: 0}, d={PASS: 1})
    now = counted(frozenset({"d"}), a={PASS: 1, FAIL: 2}, b={PASS: 2}, c={PASS: 1}, e={UNKNOWN: 1})
    found = {one.check: one for one in differences(before, now)}
    assert [*found] == ["a", "e", "d", "b"]
    assert (found["a"].worse, found["b"].worse) == (2, -2)
    assert found["d"].could_look == (True, False)
    assert found["e"].before is None
    assert differences(before, before) == []


def summary(hours: float, **counts: dict[Outcome, int]) -> Summary:
    return Summary(
        account=kept.ACCOUNT,
        read=kept.NOON + timedelta(hours=hours),
        gaps=0,
        counts=counts,
        unread=frozenset({"x"}),
        empty=frozenset(),
        unlisted=(),
    )


def test_scans_are_kept_all_of_a_week_then_one_a_day(tmp_path: Path) -> None:
    past = Past(tmp_path)
    for hours in range(0, 24 * 12, 6):
        past.add(summary(hours, a={PASS: hours + 1}), checks="d")
    times = past.scans(kept.ACCOUNT)
    assert times == sorted(times)
    older = [at for at in times if times[-1] - at > timedelta(days=7)]
    assert len(older) == len({at.date() for at in older}) == 6
    assert len(times) - len(older) == 7 * 4 + 1
    found = past.get(kept.ACCOUNT, times[0])
    assert found is not None
    assert (found.counts, found.unread, found.checks) == (
        {"a": {PASS: 7}},
        frozenset({"x"}),
        "d",
    )
    assert found.partial, "a check could not look"
    assert past.get(kept.ACCOUNT, kept.NOON) is None
    assert past.scans(kept.OTHER) == []


def test_after_a_clock_that_was_ahead_the_last_scan_is_that_of_now(tmp_path: Path) -> None:
    past = Past(tmp_path)
    for hours in (-24, 24, 25, 0):
        past.add(summary(hours, a={PASS: hours + 100}), checks="d")
    times = past.scans(kept.ACCOUNT)
    assert times == sorted(times)
    assert (times[0], times[-1]) == (kept.NOON - timedelta(hours=24), kept.NOON)
    scans = [past.get(kept.ACCOUNT, at) for at in times]
    assert [one.counts["a"][PASS] for one in scans if one is not None] == [76, 124, 125, 100]
    assert [one.at for one in scans if one is not None] == times


def test_a_line_that_is_damaged_is_no_scan(tmp_path: Path) -> None:
    past = Past(tmp_path)
    past.add(summary(0), checks="d")
    (path,) = (tmp_path / "posture" / "accounts").iterdir()
    whole = path.read_bytes()
    path.write_bytes(b'{"at":"2026-11-19T12:00:00+00:00"}\nnonsense\n{"at":"2026-11-18"}\n' + whole)
    assert len(past.scans(kept.ACCOUNT)) == 2
    assert past.get(kept.ACCOUNT, kept.NOON - timedelta(days=1)) is None
    assert past.get(kept.ACCOUNT, kept.NOON) is not None
