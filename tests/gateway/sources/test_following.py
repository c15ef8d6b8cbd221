"""Files of lists are followed as they are saved, lists end by themselves, who runs it is spared."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.sources.test_lists import Network, networks

from ringwall.gateway import xds
from ringwall.gateway.availability.config import Availability
from ringwall.gateway.envoy import lists
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.sources import denials, filters
from ringwall.gateway.sources.against import against
from ringwall.gateway.sources.denials import Denial
from ringwall.gateway.sources.following import Following
from ringwall.gateway.sources.lists import collapsed, cut_out, pair_of_network
from ringwall.gateway.sources.looking import list_of, refused_for
from ringwall.gateway.sources.running import Running
from ringwall.gateway.sources.said import SAID, said
from ringwall.gateway.sources.shelf import Shelf

NOW = datetime(2026, 11, 26, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Scene:
    """What an edge reads, in a folder, and somebody who follows."""

    def __init__(self, folder: Path, **sources: Any) -> None:
        self.layout = Layout(folder, folder / "state", folder / "run")
        self.folder, self.state, self.now = folder, folder / "state", NOW
        self.xds = Path(self.layout.xds(EDGE).path)
        self.following = Following(self.layout)
        self.say(**sources)

    def say(self, **sources: Any) -> None:
        self.availability = Availability.model_validate({"sources": sources})
        told = self.availability.sources
        xds.write_json(self.xds / SAID, said(self.availability, by_header=False))
        for name, resource in lists.filters(told, against(told), by_header=False).items():
            xds.write_json(self.xds / f"ecds-{name}.json", {"resources": [resource]})

    def look(self, times: int = 2) -> None:
        for _ in range(times):
            self.following.look(self.now)

    def list_of(self, address: str) -> str | None:
        return list_of(Shelf(self.state).database, ip_address(address))

    @property
    def filter(self) -> str:
        return (self.xds / f"ecds-{lists.AT_CONNECTIONS}.json").read_text()


@pytest.fixture(autouse=True)
def signed_in(monkeypatch: pytest.MonkeyPatch) -> list[Running]:
    """Who runs Ringwall and is signed in."""
    found: list[Running] = []
    monkeypatch.setattr("ringwall.gateway.sources.people.running_it", lambda _: tuple(found))
    return found


def test_a_file_is_read_once_it_rests_and_again_when_it_is_another(tmp_path: Path) -> None:
    scene = Scene(tmp_path, feeds=[{"name": "own", "file": "own.txt"}])
    file = tmp_path / "own.txt"
    file.write_text("203.0.113.0/24")
    scene.look(1)
    assert scene.list_of("203.0.113.1") is None, "it may still be written to"
    scene.look(1)
    assert scene.list_of("203.0.113.1") == "own"
    with file.open("a") as written:
        written.write("\n192.0.2.")
        written.flush()
        scene.look(1)
        written.write("0/24\n")
    scene.look(1)
    assert scene.list_of("192.0.2.1") is None
    scene.look(1)
    assert scene.list_of("192.0.2.1") == "own"
    file.write_text("nonsense")
    scene.look()
    assert scene.list_of("192.0.2.1") == "own"
    assert "line 1: 'nonsense'" in Shelf(scene.state).kept("own").refused


def test_a_list_ends_by_itself_in_the_database_and_in_the_filter(tmp_path: Path) -> None:
    scene = Scene(
        tmp_path,
        fingerprints={},
        lists=[
            {
                "name": "night",
                "reason": "guesses passwords",
                "until": (NOW + MINUTE).isoformat(),
                "networks": ["203.0.113.0/24"],
                "fingerprints": ["0" * 32],
            },
            {"name": "always", "reason": "scans", "networks": ["203.0.113.0/25"]},
        ],
    )
    scene.look()
    assert scene.list_of("203.0.113.1") == scene.list_of("203.0.113.200") == "night"
    found = refused_for(
        scene.availability.sources, Shelf(scene.state), ip_address("203.0.113.1"), now=NOW
    )
    assert found is not None
    assert (found.reason, found.until) == ("guesses passwords", NOW + MINUTE)
    assert "0" * 32 in scene.filter
    scene.now = NOW + MINUTE - timedelta(milliseconds=1)
    scene.look()
    assert scene.list_of("203.0.113.200") == "night"
    scene.now = NOW + MINUTE
    scene.look()
    assert scene.list_of("203.0.113.200") is None
    assert scene.list_of("203.0.113.1") == "always"
    assert "0" * 32 not in scene.filter


def test_a_block_that_is_made_later_ends_by_itself(tmp_path: Path) -> None:
    scene = Scene(tmp_path, fingerprints={})
    scene.look()
    until = NOW + timedelta(seconds=2)
    denials.write(scene.state / filters.BLOCKED, {"1" * 32: Denial(until, "x")})
    scene.look()
    assert "1" * 32 in scene.filter
    scene.now = until
    scene.look()
    assert "1" * 32 not in scene.filter


def test_another_configuration_is_followed_at_once(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    (tmp_path / "own.txt").write_text("203.0.113.0/24")
    scene.look()
    assert scene.list_of("203.0.113.1") is None
    scene.say(feeds=[{"name": "own", "file": "own.txt"}])
    scene.look()
    assert scene.list_of("203.0.113.1") == "own"


def test_who_runs_ringwall_is_spared_by_feeds_and_by_nothing_else(
    tmp_path: Path, signed_in: list[Running]
) -> None:
    scene = Scene(
        tmp_path,
        feeds=[{"name": "own", "file": "own.txt"}],
        block=["198.51.100.0/24"],
        lists=[{"name": "mine", "reason": "x", "networks": ["192.0.2.0/24"]}],
    )
    (tmp_path / "own.txt").write_text("203.0.113.0/24\n198.51.100.0/23\n192.0.2.0/24\n")
    here = ("203.0.113.7", "198.51.100.7", "192.0.2.7")
    signed_in += (Running("ada@example.com", f"{one}/32") for one in here)
    scene.look()
    assert scene.list_of("203.0.113.7") is None
    assert scene.list_of("203.0.113.8") == "own"
    assert scene.list_of("192.0.2.7") == "mine"
    assert scene.list_of("198.51.100.7") == "block"
    assert Shelf(scene.state).cut()["own"] == 3
    signed_in.clear()
    scene.following = Following(scene.layout)  # which asks again at once, not after a second
    scene.look()
    assert scene.list_of("203.0.113.7") == "own"


@given(st.lists(networks, max_size=8), st.lists(networks, max_size=5))
def test_what_is_cut_out_is_gone_and_all_else_is_there(
    some: list[Network], spared: list[Network]
) -> None:
    pairs = collapsed(map(pair_of_network, some))
    kept = collapsed(map(pair_of_network, spared))
    left, cut = cut_out(pairs, kept)
    assert left == collapsed(left)

    def numbers(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(number, number + (1 << (128 - length)) - 1) for number, length in found]

    size = sum(end - start + 1 for start, end in numbers(pairs))
    both = sum(
        max(0, min(end, last) - max(start, first) + 1)
        for start, end in numbers(pairs)
        for first, last in numbers(kept)
    )
    assert sum(end - start + 1 for start, end in numbers(left)) == size - both
    assert not any(
        start <= last and first <= end
        for start, end in numbers(left)
        for first, last in numbers(kept)
    )
    assert cut == len({*pairs} - {*left})
