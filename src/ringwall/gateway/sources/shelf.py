"""Lists as they were read last, and the database that is made of them, in the state folder.

Of each feed two files are kept: ``sources/feeds/NAME.txt`` has its networks, and NAME.json what is
known of it. Whatever becomes of the place it is read from, what was read stays.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
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
    ListError,
    Merged,
    collapsed,
    merged,
    pair_of,
    pair_of_network,
    require_sane,
    text_of,
)
from ringwall.gateway.sources.places import Place
from ringwall.gateway.sources.shares import Pair
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
        if not self.is_whole(name):
            msg = f"{self._feeds / name}.txt is not what was read: it is damaged"
            raise ListError(msg)
        text = (self._feeds / f"{name}.txt").read_text(encoding="ascii")
        return [pair_of(line) for line in text.splitlines()]

    def is_whole(self, name: str) -> bool:
        """Whether what was read of a feed is still there as it was; also if nothing was yet."""
        digest = self.kept(name).digest
        try:
            content = (self._feeds / f"{name}.txt").read_bytes()
        except OSError:
            return not digest
        return not digest or hashlib.sha256(content).hexdigest() == digest

    def keep(self, name: str, networks: Sequence[Pair], *, now: datetime, mark: str) -> None:
        """Keep what was read."""
        text = "".join(f"{text_of(one)}\n" for one in networks).encode()
        private_folder(self._feeds)
        write_private(self._feeds / f"{name}.txt", text)
        moment, digest = now.isoformat(), hashlib.sha256(text).hexdigest()
        self._know(name, Kept(len(networks), moment, moment, "", digest, mark))

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
            key = self._key(availability)
            if self.database.exists() and _json(self._lists).get("key") == key:
                return False
            found = self._merged(availability)
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

    def _merged(self, availability: Availability) -> Merged:
        sources = availability.sources
        lists = {one.name: self.networks(one.name) for one in sources.feeds}
        require_sane(
            "what all feeds name together", (one for some in lists.values() for one in some)
        )
        own = [pair_of(str(one)) for one in sources.block]
        return merged({OWN: own, **lists}, spared=_spared(availability))

    def _key(self, availability: Availability) -> str:
        sources = availability.sources
        parts = [
            *(str(one) for one in sources.block),
            *(text_of(one) for one in _spared(availability)),
            *(f"{one.name} {self.kept(one.name).digest}" for one in sources.feeds),
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
