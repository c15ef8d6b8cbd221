"""``ringwall attack``: what was told last, and whether that is still of now."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ringwall.cli.main import build
from ringwall.gateway.attacks import picture
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.sentry.finding import Event
from ringwall.gateway.sentry.keeping import Keeping
from ringwall.gateway.sentry.recognising import Attack, Kind
from ringwall.gateway.sentry.sources import Source
from ringwall.runtime.processes.paths import run_dir_for

ATTACK = Attack(
    id="requests-1000000000",
    kind=Kind.REQUESTS,
    began=1e9,
    above=100.0,
    peak=900.0,
    peaked=1e9 + 5,
    count=4000.0,
    seen=1e9 + 9,
    ended=1e9 + 180,
)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    state = tmp_path / ".ringwall"
    state.mkdir()
    return Layout(tmp_path, state, run_dir_for(state))


@pytest.fixture
def ringwall(tmp_path: Path) -> Callable[..., Result]:
    app, runner = build(), CliRunner()

    def run(*arguments: str) -> Result:
        return runner.invoke(app, ["--config", str(tmp_path / "ringwall.yaml"), *arguments])

    return run


def told(layout: Layout, at: float) -> Keeping:
    keeping = Keeping(layout.sentry, layout.attacks)
    rates = dict.fromkeys(
        ["requests", "connections", "open", "limited", "limited_known", "denied"], 7.0
    )
    keeping.picture(
        {
            "at": at,
            "edge": True,
            "pressure": {"worker": 0.5},
            "rates": {**rates, "refused_connections": 0.0},
            "attacks": [],
        }
    )
    return keeping


def test_a_dead_sentry_is_said_to_be_and_how_old_what_is_shown_is(
    layout: Layout, ringwall: Callable[..., Result]
) -> None:
    assert "has told nothing yet" in ringwall("attack").stdout
    told(layout, time.time() - 300)
    shown = ringwall("attack").stdout
    assert "The sentry does not run: this is of 5 min ago" in shown
    assert "7 requests/s" in shown
    assert json.loads(ringwall("attack", "--json").stdout)["sentry"]["runs"] is False
    told(layout, time.time())
    shown = ringwall("attack").stdout
    assert "does not run" not in shown
    assert "No attack goes on" in shown
    assert json.loads(ringwall("attack", "--json").stdout)["sentry"]["runs"] is True


def test_a_torn_picture_is_none(layout: Layout) -> None:
    told(layout, 5.0)
    assert picture(layout, now=6.0).age == 1.0
    (layout.sentry / "now.json").write_text('{"at": ')
    assert picture(layout, now=6.0).age is None


def test_past_attacks_are_listed_and_shown(layout: Layout, ringwall: Callable[..., Result]) -> None:
    assert "no attack was recognised so far" in ringwall("attack", "list").stdout
    keeping = Keeping(layout.sentry, layout.attacks)
    keeping.event(Event(ATTACK, (Source("address", "203.0.113.7", 3.0),)), now=1e9)
    listed = ringwall("attack", "list").stdout
    assert "requests-1000000000" in listed
    assert "203.0.113.7" in listed
    shown = ringwall("attack", "show", ATTACK.id).stdout
    assert "peak 900 at 2001-09-09 01:46:45 UTC" in shown
    assert "ended 2001-09-09 01:49:40 UTC, lasted 3 min; 4,000 in all" in shown
    (found,) = json.loads(ringwall("attack", "list", "--json").stdout)
    assert found["class_uid"] == 2004
    assert ringwall("attack", "show", "nothing").exit_code != 0


def test_the_alarm_is_ordered_for_some_hosts(
    layout: Layout, ringwall: Callable[..., Result]
) -> None:
    table = {"virtual_hosts": [{"name": "shop.example"}, {"name": "*.app.example"}]}
    folder = Path(layout.xds(EDGE).path)
    folder.mkdir(parents=True)
    (folder / "alarm-edge.json").write_text(json.dumps({"resources": [table]}))
    refused = ringwall("attack", "alarm", "on", "--host", "other.example")
    assert refused.exit_code != 0
    assert not (layout.state / "posture.json").exists()
    assert ringwall("attack", "alarm", "off", "--host", "shop.example").exit_code != 0
    on = ringwall("attack", "alarm", "on", "--host", "Shop.example", "--host", "*.app.example")
    assert "at *.app.example, shop.example; other hosts as in peace" in on.stdout
    found = json.loads(ringwall("attack", "alarm", "--json").stdout)
    assert found["hosts"] == ["*.app.example", "shop.example"]
    assert "other hosts" not in ringwall("attack", "alarm", "on").stdout
    assert json.loads(ringwall("attack", "alarm", "--json").stdout)["hosts"] == "all"
