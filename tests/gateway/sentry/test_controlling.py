"""What is told the edge: who is shed first, how much is recorded, and never more than is needed."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.sentry import orders
from ringwall.gateway.sentry.controlling import LINES, Shedding, pressure, recorded, shed
from ringwall.gateway.sentry.keeping import NOW, Keeping
from ringwall.gateway.sentry.lapsing import lapse
from ringwall.gateway.sentry.orders import NO_SHARES, Class
from ringwall.gateway.sentry.telling import Telling, ready

BUSY = st.lists(st.floats(0, 1), max_size=200)
TARGET = 0.85


def played(busy: list[float]) -> list[Shedding]:
    found, all_ = Shedding(), []
    for one in busy:
        found = shed(found, one, 0.25, target=TARGET)
        all_.append(found)
    return all_


@given(BUSY)
def test_no_class_is_shed_before_all_of_the_one_before_it_is(busy: list[float]) -> None:
    for one in played(busy):
        shares = [one.shares[each] for each in Class]
        assert all(0 <= share <= 100 for share in shares)
        for first, second in pairwise(shares):
            assert second == 0 or first == 100


@given(BUSY)
def test_after_the_load_all_are_let_in_again(busy: list[float]) -> None:
    calm = [0.2] * (4 + 20 * len(Class) + 4)
    assert not played([*busy, *calm])[-1].sheds


def test_a_busy_edge_sheds_within_two_seconds_and_a_calm_one_nothing() -> None:
    assert not played([0.8] * 100)[-1].sheds
    assert played([1.0] * 4)[-1].shares[Class.ANONYMOUS_BULK] == 100
    assert played([1.0] * 8)[-1].shares[Class.ANONYMOUS] == 100
    assert played([1.0] * 6)[-1].shares[Class.PASSED] == 100  # a pass makes nobody known
    assert played([1.0] * 6)[-1].shares[Class.BULK] == 0
    assert played([1.0] * 100)[-1].shares[Class.KNOWN] == 100


def test_classes_that_are_left_out_are_never_shed() -> None:
    found = Shedding()
    for _ in range(100):
        found = shed(found, 1.0, 0.25, target=TARGET, order=(Class.ANONYMOUS,))
    assert found.shares == {**NO_SHARES, Class.ANONYMOUS: 100}


@given(st.floats(0, 1e6), st.integers(1, 100))
def test_some_lines_are_always_written_and_not_many_more_than_wanted(
    refused: float, before: int
) -> None:
    share = recorded(refused, before)
    assert 1 <= share <= 100
    assert share == 1 or refused * share / 100 <= 1.3 * LINES or refused <= LINES
    if refused <= LINES:
        assert share == 100
    assert recorded(refused, share) == share


def test_pressure_grows_with_the_connections_and_with_attacks_on_them() -> None:
    assert pressure(0.1, []) == 0.1
    assert pressure(0.1, ["requests"]) == 0.1
    assert pressure(0.1, ["slow"]) == 0.1  # few requests, for which no long poll is cut short
    assert pressure(0.7, ["slow"]) == 0.7
    assert pressure(0.1, ["slow", "connections"]) == 0.8
    assert pressure(7.0, []) == 1.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "edge"


def told(folder: Path) -> dict[str, int]:
    (resource,) = json.loads((folder / orders.RUNTIME).read_bytes())["resources"]
    layer: dict[str, int] = resource["layer"]
    return layer


def test_files_are_there_before_envoy_is_and_stay_what_was_told(folder: Path) -> None:
    ready(folder)
    nothing = {orders.LISTED: 0, **{one.key: 0 for one in Class}}
    assert told(folder) == {orders.RECORDED: 100, **nothing}
    telling = Telling(folder)
    telling.say(recorded=7, shed={**NO_SHARES, Class.BULK: 30}, pressure=0.5)
    ready(folder)
    assert told(folder)[orders.RECORDED] == 7
    assert told(folder)[Class.BULK.key] == 30
    assert (folder / orders.PRESSURE).read_text() == "0.500\n"
    assert Telling(folder) is not None
    assert told(folder)[orders.RECORDED] == 100
    assert (folder / orders.PRESSURE).read_text() == "0.000\n"


def test_what_was_told_already_is_not_written_again(folder: Path) -> None:
    telling = Telling(folder)
    telling.say(recorded=7, shed=NO_SHARES, pressure=0.5)
    before = (folder / orders.RUNTIME).stat().st_ino
    telling.say(recorded=7, shed=NO_SHARES, pressure=0.5)
    assert (folder / orders.RUNTIME).stat().st_ino == before


def test_what_a_sentry_told_that_looks_no_more_is_taken_back(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path, state=tmp_path / "state", run=tmp_path / "run")
    telling = Telling(Path(layout.xds(EDGE).path))
    folder = Path(layout.xds(EDGE).path)
    keeping = Keeping(layout.sentry, layout.attacks)
    keeping.picture({})
    drawn = (layout.sentry / NOW).stat().st_mtime
    shed = {**NO_SHARES, Class.ANONYMOUS: 100}
    telling.say(recorded=7, shed=shed, pressure=0.5)
    assert not lapse(layout, drawn + 4)
    assert not lapse(layout, drawn - 86_400)
    assert told(folder)[Class.ANONYMOUS.key] == 100
    assert lapse(layout, drawn + 6)
    assert told(folder)[Class.ANONYMOUS.key] == 0
    assert (folder / orders.PRESSURE).read_text() == "0.000\n"
    assert not lapse(layout, drawn + 7)
    telling.say(recorded=7, shed=shed, pressure=0.5)
    assert told(folder)[Class.ANONYMOUS.key] == 100, "one that looks again is believed again"
    (layout.sentry / NOW).unlink()
    assert lapse(layout, drawn)
