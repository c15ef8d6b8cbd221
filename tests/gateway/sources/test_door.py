"""Whether the edge has in force what it was told, whoever told it, and whatever it is told next."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ringwall.gateway import xds
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.sources import door

FILE = "ecds-agents.json"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path, tmp_path / "state", tmp_path / "run")


@pytest.fixture
def told(layout: Layout) -> Path:
    path = Path(layout.xds(EDGE).path) / FILE
    xds.write_json(path, {"resources": [], "version_info": "1"})
    return path


def answering(monkeypatch: pytest.MonkeyPatch, *looks: Callable[[], Mapping[str, str]]) -> None:
    """An edge that answers so, one look after another, the last for ever."""
    left = [*looks]

    class Edge:
        def __init__(self, place: object) -> None:
            del place

        def stats(self, pattern: str) -> Mapping[str, str]:
            del pattern
            return left.pop(0)() if len(left) > 1 else left[0]()

    monkeypatch.setattr(door, "Admin", Edge)


def has(version: str) -> Callable[[], Mapping[str, str]]:
    return lambda: {"extension_config_discovery.http_filter.agents.version_text": version}


def taken(layout: Layout, *, changed: bool) -> bool | None:
    return door.await_taken(layout, changed=changed, within=0.3, file=FILE)


def test_what_somebody_else_told_just_now_is_waited_for(
    layout: Layout, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who follows the tables may be faster than who wrote into them."""
    assert told.exists()
    answering(monkeypatch, has("0"))
    assert taken(layout, changed=False) is False
    answering(monkeypatch, has("0"), has("0"), has("1"))
    assert taken(layout, changed=False) is True


def test_what_is_told_next_has_what_was_told_before(
    layout: Layout, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_told_more() -> Mapping[str, str]:
        xds.write_json(told, {"resources": [], "version_info": "2"})
        return has("0")()

    answering(monkeypatch, is_told_more, has("2"))
    assert taken(layout, changed=True) is True


def test_what_nobody_asks_for_is_waited_for_only_where_it_is_new(
    layout: Layout, told: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told.exists()
    answering(monkeypatch, dict)
    assert taken(layout, changed=False) is True
    assert taken(layout, changed=True) is False
