"""Feeds read whole or not at all, and the database that is made of them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.sources.feeds import Outcome, read_due, told
from ringwall.gateway.sources.lists import ListError
from ringwall.gateway.sources.looking import list_of
from ringwall.gateway.sources.shelf import Shelf

NOW = datetime(2026, 11, 26, 17, tzinfo=UTC)


def _whole(firsts: Iterable[int]) -> Iterator[str]:
    """Whole /8 in the widest networks that a feed may have."""
    return (f"{n}.{second}.0.0/10" for n in firsts for second in (0, 64, 128, 192))


class Scene:
    """A folder with one feed, and what the edge would find of it."""

    def __init__(self, folder: Path, **more: Any) -> None:
        self.root, self.state, self.now = folder, folder / "state", NOW
        feed = {"name": "own", "file": "own.txt"}
        self.availability = Availability.model_validate({"sources": {"feeds": [feed], **more}})
        self.shelf = Shelf(self.state)

    def write(self, *lines: str) -> None:
        (self.root / "own.txt").write_text("\n".join(lines))

    def read(self, *, accept: bool = False) -> Outcome:
        self.now += timedelta(minutes=1)
        only = "own" if accept else None
        (found,) = read_due(
            self.availability,
            root=self.root,
            state=self.state,
            now=self.now,
            accept=accept,
            only=only,
        )
        return found

    def list_of(self, address: str) -> str | None:
        return list_of(self.shelf.database, ip_address(address))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path, block=["198.51.100.0/24"], allow=["203.0.113.64/26", "198.51.100.1/32"])


def test_who_is_allowed_is_on_no_other_list(scene: Scene) -> None:
    scene.write("203.0.113.0/24", "2001:db8::/32")
    assert scene.read() == Outcome("own", changed=True)
    assert scene.list_of("203.0.113.1") == scene.list_of("2001:db8::7") == "own"
    assert scene.list_of("198.51.100.2") == "block"
    assert scene.list_of("203.0.113.65") == scene.list_of("198.51.100.1") == "allow"
    assert scene.list_of("192.0.2.1") is None
    assert scene.shelf.cut() == {"own": 1, "block": 1}


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["203.0.113.0/24", "nonsense"], "own.txt, line 2: 'nonsense' is no network"),
        (["0.0.0.0/0"], "own.txt, line 1: '0.0.0.0/0' is too much of everybody"),
        ([*_whole(range(1, 15))], "5.5 % of IPv4"),
        ([], "names no network at all"),
        ([f"192.0.{n >> 8}.{n & 255}" for n in range(300)], "has 300 networks, and had 2"),
        (["11.0.0.0/9"], "at the least a network of a list is a /10"),
        ([*_whole([11])], "has 0.39% of IPv4, and had 0.00%"),
        (["2a02::/19", "2a03::/19"], "of IPv6 that is given out, and had 0.0"),
    ],
)
def test_what_is_refused_leaves_the_list_of_before(
    scene: Scene, lines: list[str], why: str
) -> None:
    scene.write("203.0.113.0/24", "2001:db8::/32")
    scene.read()
    before = scene.shelf.kept("own")
    scene.write(*lines)
    for _ in range(2):  # and it goes on being told
        assert why in scene.read().refused
        assert why in scene.shelf.kept("own").refused
        assert scene.list_of("203.0.113.1") == "own"
    after = scene.shelf.kept("own")
    assert (after.count, after.read, after.digest) == (before.count, before.read, before.digest)
    scene.write("192.0.2.0/24")
    assert scene.read() == Outcome("own", changed=True)
    assert scene.shelf.kept("own").refused == ""
    assert (scene.list_of("203.0.113.1"), scene.list_of("192.0.2.1")) == (None, "own")


def test_a_list_that_grew_is_taken_when_somebody_says_so(scene: Scene) -> None:
    scene.write("203.0.113.0/24")
    scene.read()
    scene.write(*(f"192.0.{n >> 8}.{n & 255}" for n in range(300)))
    assert "--accept" in scene.read().refused
    assert scene.read(accept=True) == Outcome("own", changed=True)
    assert scene.list_of("192.0.1.1") == "own"


def test_a_file_that_is_gone_leaves_the_list_and_is_told(scene: Scene) -> None:
    scene.write("203.0.113.0/24")
    scene.read()
    (scene.root / "own.txt").unlink()
    found = scene.read()
    assert "own.txt cannot be read" in found.refused
    assert "the list of before stays" in next(told((found,)))
    assert scene.list_of("203.0.113.1") == "own"


def test_what_is_damaged_of_a_list_is_told_and_read_anew(scene: Scene) -> None:
    scene.write("203.0.113.0/24", "192.0.2.0/24")
    scene.read()
    for damage in ("203.0.113.0/24\n", "\0"):
        (scene.state / "sources/feeds/own.networks").write_text(damage)
        with pytest.raises(ListError, match=r"own\.networks is not what was read"):
            scene.shelf.networks("own")
        assert scene.read() == Outcome("own", changed=True)
        assert len(scene.shelf.networks("own")) == 2
        assert scene.list_of("192.0.2.1") == "own"


def test_nothing_is_made_anew_while_nothing_is_other(scene: Scene) -> None:
    scene.write("203.0.113.0/24")
    scene.read()
    made = scene.shelf.database.stat()
    assert scene.read() == Outcome("own")
    assert scene.shelf.database.stat().st_ino == made.st_ino
    scene.availability = Scene(scene.root, allow=["203.0.113.1/32"]).availability
    scene.read()
    assert scene.list_of("203.0.113.1") == "allow"


def test_feeds_that_are_too_much_together_leave_what_was(tmp_path: Path) -> None:
    feeds = [{"name": f"f{n}", "file": f"f{n}.txt"} for n in range(2)]
    availability = Availability.model_validate({"sources": {"feeds": feeds}})
    (tmp_path / "f0.txt").write_text("203.0.113.0/24")
    (tmp_path / "f1.txt").write_text("192.0.2.0/24")
    state = tmp_path / "state"
    read_due(availability, root=tmp_path, state=state, now=NOW)
    (tmp_path / "f0.txt").write_text("\n".join(_whole(range(1, 12))))
    (tmp_path / "f1.txt").write_text("\n".join(_whole(range(20, 24))))
    with pytest.raises(ListError, match=r"what all feeds name together has 5\.9 % of IPv4"):
        read_due(availability, root=tmp_path, state=state, now=NOW, accept=True)
    assert list_of(Shelf(state).database, ip_address("203.0.113.1")) == "f0"
    assert list_of(Shelf(state).database, ip_address("1.2.3.4")) is None


@pytest.mark.parametrize(
    ("sources", "why"),
    [
        ({"block": ["10.0.0.0/7"]}, "too much of everybody"),
        ({"allow": ["::/0"]}, "everybody would be allowed"),
        ({"feeds": [{"name": "x"}]}, "either a file or a url"),
        ({"feeds": [{"name": "x", "url": "http://lists.example/"}]}, "https://"),
        ({"feeds": [{"name": "allow", "file": "x"}]}, "may not be called allow"),
        ({"feeds": [{"name": "x", "file": "x"}, {"name": "x", "file": "y"}]}, "two feeds"),
        ({"feeds": [{"name": "x", "file": "../x"}]}, "beside or below"),
    ],
)
def test_what_cannot_be_meant_is_refused(sources: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Availability.model_validate({"sources": sources})
