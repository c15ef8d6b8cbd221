"""When to renew and how worried to be."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.certificates.expiry import Judgment, days_left, due, due_at, judge, valid

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(frozen=True)
class Life:
    not_before: datetime
    not_after: datetime
    source: str = "local"


def life(days: float, *, left: float, source: str = "local") -> Life:
    end = NOW + timedelta(days=left)
    return Life(end - timedelta(days=days), end, source)


@pytest.mark.parametrize(("left", "expected"), [(31, False), (30, True), (1, True), (-1, True)])
def test_a_third_of_life_left_is_due(left: float, expected: bool) -> None:
    assert due(life(90, left=left), NOW) is expected


def test_what_does_not_count_yet_is_due() -> None:
    ahead = life(90, left=91)
    assert due(ahead, NOW)
    assert not valid(ahead, NOW)


@pytest.mark.parametrize(
    ("left", "judgment"),
    [
        (60, "ok"),
        (22, "ok"),
        (21, "renew-soon"),
        (7, "expiring"),
        (1, "critical"),
        (0, "critical"),
        (-0.1, "expired"),
        (91, "not-yet-valid"),
    ],
)
def test_what_the_user_brought_warns_at_21_7_and_1_days(left: float, judgment: str) -> None:
    assert judge(life(90, left=left, source="file"), NOW) == judgment


@pytest.mark.parametrize(
    ("hours", "judgment"),
    [(24, "ok"), (8.1, "ok"), (7.9, "renew-soon"), (3.9, "expiring"), (1.9, "critical")],
)
def test_what_ringwall_renews_is_judged_by_its_own_life(hours: float, judgment: str) -> None:
    assert judge(life(1, left=hours / 24), NOW) == judgment


def test_days_left_go_below_zero() -> None:
    assert days_left(life(90, left=1.5), NOW) == 1.5
    assert days_left(life(90, left=-2), NOW) == -2


@given(
    st.floats(0.01, 5000),
    st.floats(-10000, 10000),
    st.sampled_from(["local", "acme", "file"]),
)
def test_judgments_agree_with_validity(days: float, left: float, source: str) -> None:
    credential = life(days, left=left, source=source)
    judgment = judge(credential, NOW)
    counts = judgment not in {Judgment.EXPIRED, Judgment.NOT_YET_VALID}
    assert counts == valid(credential, NOW)
    assert credential.not_before <= due_at(credential) <= credential.not_after
    if judgment is Judgment.OK and source != "file":
        assert (
            not due(credential, NOW - timedelta(seconds=1))
            or credential.not_before + (timedelta(seconds=1)) > NOW
        )
