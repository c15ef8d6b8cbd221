"""Lists as they were read last, and the database that is made of them, in the state folder.

Of each feed two files are kept: ``sources/feeds/NAME.networks`` has its networks, and NAME.json
what is known of it. Whatever becomes of the place it is read from, what was read stays.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.availability.sources import OWN, Sources
from ringwall.gateway.envoy.lists import Databases
from ringwall.gateway.envoy.networks_db import networks_db
from ringwall.gateway.sources.here import of_this_machine
from ringwall.gateway.sources.lists import (
    AT_MOST_PART,
    ListError,
    Merged,
    collapsed,
    cut_out,
    merged,
    pair_of_network,
    require_sane,
    text_of,
)
from ringwall.gateway.sources.numbers import packed, unpacked
from ringwall.gateway.sources.places import Place
from ringwall.gateway.sources.running import Running, running
from ringwall.gateway.sources.shares import Pair, Shares
from ringwall.runtime.private_files import locked, private_folder, write_private

DATABASE: Final = "sources/networks.mmdb"
_LISTS: Final = "sources/lists.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a feed; times are in UTC, ISO 8601, empty where there is none yet.

    ``refused`` says why what was found at ``seen`` is not used; empty where it is.
    """

    count: int = 0
    read: str = ""
    """When what is in force was read."""
    seen: str = ""
    """When it was last looked for."""
    refused: str = ""
    digest: str = ""
    """Of what is in force."""
    mark: str = ""
    """What would be other if there was something new: an ETag, or a file's time and size."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """What part of everybody is in force."""


class Shelf:
    """The lists of one installation."""

    def __init__(self, state: Path) -> None:
        self._folder = state / "sources"
        self._feeds = self._folder / "feeds"
        self.database = state / DATABASE
        self._lists = state / _LISTS

    def kept(self, name: str) -> Kept:
        """What is known of a feed; nothing of one that was never looked for."""
        found = _json(self._feeds / f"{name}.json")
        try:
            return Kept(**found)
        except TypeError:
            return Kept()

    def networks(self, name: str) -> list[Pair]:
        """The networks of a feed as they were read last; none before. ``ListError`` of damage."""
        if not self.kept(name).digest:
            return []
        content = self._content(name)
        if content is None:
            msg = f"{self._feeds / name}.networks is not what was read: it is damaged"
            raise ListError(msg)
        return unpacked(content)

    def is_whole(self, name: str) -> bool:
        """Whether what was read of a feed is still there as it was; also if nothing was yet."""
        return not self.kept(name).digest or self._content(name) is not None

    def _content(self, name: str) -> bytes | None:
        """What is kept of a feed, if it is what was read."""
        try:
            content = (self._feeds / f"{name}.networks").read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == self.kept(name).digest else None

    @contextmanager
    def reading(self, name: str) -> Iterator[None]:
        """A lock for as long as a feed is read from a file and kept."""
        private_folder(self._feeds)
        with locked(self._feeds / f".{name}.lock"):
            yield

    def keep(
        self, name: str, networks: Sequence[Pair], *, shares: Shares, now: datetime, mark: str
    ) -> None:
        """Keep what was read."""
        content = packed(networks)
        private_folder(self._feeds)
        write_private(self._feeds / f"{name}.networks", content)
        moment, digest = now.isoformat(), hashlib.sha256(content).hexdigest()
        self._know(name, Kept(len(networks), moment, moment, "", digest, mark, shares.all))

    def saw(self, name: str, *, now: datetime, refused: str = "", mark: str | None = None) -> None:
        """Keep that it was looked for, and found unchanged or not to be used."""
        known = self.kept(name)
        mark = known.mark if mark is None else mark
        self._know(name, replace(known, seen=now.isoformat(), refused=refused, mark=mark))

    def brought(self, name: str, *, now: datetime, mark: str) -> None:
        """Keep that a database was copied."""
        moment = now.isoformat()
        self._know(name, Kept(read=moment, seen=moment, mark=mark))

    def place(self, place: Place) -> Path:
        """Where the copy of a database lies."""
        return self._folder / f"{place}.mmdb"

    def databases(self, sources: Sources) -> Databases:
        """Every file that Envoy looks addresses up in."""
        places = {place: str(self.place(place)) for place in sources.databases}
        return Databases(str(self.database), places)

    def rebuild(self, availability: Availability, *, now: datetime) -> bool:
        """Make the database of all lists, if any of them is other than before; whether it was.

        ``ListError`` where the feeds together are for a good part of everybody: what was made
        before stays.
        """
        private_folder(self._folder)
        with locked(self._folder / ".lock"):
            key = self._key(availability, now)
            if self.database.exists() and _json(self._lists).get("key") == key:
                return False
            found = self._merged(availability, now)
            content = networks_db(found.entries, made=max(1, int(now.timestamp())))
            write_private(self.database, content)
            told = {
                "key": key,
                "made": now.isoformat(),
                "counts": dict(found.counts),
                "cut": dict(found.cut),
            }
            write_private(self._lists, json.dumps(told, sort_keys=True).encode())
        return True

    def cut(self) -> dict[str, int]:
        """Of how many networks of each list something was left out for who is spared."""
        found = _json(self._lists).get("cut", {})
        return found if isinstance(found, dict) else {}

    @property
    def running(self) -> tuple[Running, ...]:
        """Who runs Ringwall and is signed in, and is spared by feeds."""
        return running(self._folder.parent)

    def _merged(self, availability: Availability, now: datetime) -> Merged:
        sources = availability.sources
        feeds = {one.name: self.networks(one.name) for one in sources.feeds}
        self._require_sane_together(feeds)
        cut: dict[str, int] = {}
        here = collapsed(pair_of_network(one.network) for one in self.running)
        if here:
            for name, networks in feeds.items():
                feeds[name], cut[name] = cut_out(networks, here)
        own = {OWN: sources.block, **{one.name: one.networks for one in sources.listed(now)}}
        lists = {name: [*map(pair_of_network, some)] for name, some in own.items()}
        found = merged({**lists, **feeds}, spared=_spared(availability))
        for name, count in cut.items():
            found.cut[name] += count
        return found

    def _require_sane_together(self, feeds: Mapping[str, Sequence[Pair]]) -> None:
        """The parts of all feeds, and only if those are too much what they have together."""
        known = [self.kept(name).shares for name, networks in feeds.items() if networks]
        if all(known):
            whom = {one for some in known for one in some}
            if all(sum(some.get(one, 0.0) for some in known) <= AT_MOST_PART for one in whom):
                return
        require_sane(
            "what all feeds name together",
            collapsed(one for some in feeds.values() for one in some),
        )

    def _key(self, availability: Availability, now: datetime) -> str:
        sources = availability.sources
        parts = [
            *(str(one) for one in sources.block),
            *(text_of(one) for one in _spared(availability)),
            *(f"{one.name} {self.kept(one.name).digest}" for one in sources.feeds),
            *(
                f"{one.name} {' '.join(map(str, one.networks))}"
                for one in sources.listed(now)
                if one.networks
            ),
            *(f"running {one.network}" for one in self.running),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def _know(self, name: str, kept: Kept) -> None:
        private_folder(self._feeds)
        write_private(self._feeds / f"{name}.json", json.dumps(asdict(kept)).encode())


def empty_databases(state: Path) -> None:
    """Databases that nobody is in, for a configuration that is only judged."""
    shelf = Shelf(state)
    for path in (shelf.database, *map(shelf.place, Place)):
        private_folder(path.parent)
        write_private(path, networks_db((), made=1))


def _spared(availability: Availability) -> Iterable[Pair]:
    own = (ip_network(one) for one in of_this_machine())
    networks = (*availability.exempt.networks, *availability.sources.allow, *own)
    return collapsed(pair_of_network(one) for one in networks)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
