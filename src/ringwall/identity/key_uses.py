"""When and from where keys were used last: read from the edge's own record of requests.

The edge verifies keys without asking anybody, so its record is what tells of their use. It is read
from the log, on from where the last reading ended, where there are keys and the edge has recorded
anything since. That is done by a process of its own: DuckDB keeps 50 MB of what it once took.
"""

import ipaddress
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db.models import Q

from ringwall.identity.models import ApiKey
from ringwall.lake.bucket import passed_on
from ringwall.lake.places import Places
from ringwall.lake.so_far import Upto, upto
from ringwall.lake.spools import EDGE_SPOOLS
from ringwall.runtime.apart import ask_apart
from ringwall.runtime.private_files import private_folder, write_private

_MARK: Final = "identity/key-uses.json"
_AT_MOST_S: Final = 3600.0
"""Where nothing is known of an earlier reading, all of the log is read."""


@dataclass(frozen=True, slots=True)
class Use:
    """A request with a key."""

    key: str
    at: datetime
    address: str | None


Told = tuple[str, datetime, str | None]
"""The id of a key, when it was used last, and from where."""
Reader = Callable[[Places, int], tuple[list[Told], int]]
"""Gives the last use of each key that was used from an event on, and the event after the last."""


def uses_apart(places: Places, begin: int) -> tuple[list[Told], int]:
    """What :func:`ringwall.lake.key_uses.latest_uses` does, by a process of its own."""
    told = ask_apart(
        "ringwall.lake.key_uses:answer",
        {"state": str(places.state), "run": str(places.run), "begin": begin},
        within=_AT_MOST_S,
        environment=passed_on(places.log),
    )
    found = [(key, datetime.fromisoformat(at), address) for key, at, address in told["uses"]]
    return found, told["next"]


def follow(state: Path, run: Path, read: Reader = uses_apart) -> int:
    """Read what is new in the log, and note it; how many keys were in use.

    What the collector has not read yet is noted once it has.
    """
    places, before = Places(state, run), _mark(state)
    until = upto(places)
    edge, end = _edge(until), until.end
    found: list[Told] = []
    if ApiKey.objects.exists() and (edge != before["edge"] or before["next"] > end):
        found, end = read(places, before["next"])
    note({key: Use(key, at, _address(address)) for key, at, address in found})
    # Only then: what is read twice after a crash says the same again.
    after = {"next": end, "edge": edge}
    if after != before:
        private_folder((state / _MARK).parent)
        write_private(state / _MARK, json.dumps(after).encode())
    return len(found)


def _edge(until: Upto) -> list[str]:
    """How far the record of the edge is in the log; the same again where it told nothing since."""
    marks = [until.marks.get(name) for name in EDGE_SPOOLS]
    return ["" if mark is None else f"{mark.first} {mark.offset}" for mark in marks]


def _address(value: object) -> str | None:
    try:
        return str(ipaddress.ip_address(str(value)))
    except ValueError:
        return None


def note(uses: dict[str, Use]) -> None:
    """Write uses down, never an older one over a newer."""
    for use in uses.values():
        earlier = Q(last_use=None) | Q(last_use__lt=use.at)
        rows = ApiKey.objects.filter(earlier, pk=use.key)
        rows.update(last_use=use.at, last_address=use.address)


def _mark(state: Path) -> dict[str, Any]:
    """The first event that was not looked at; without it the whole log is read again."""
    try:
        told = json.loads((state / _MARK).read_bytes())
        return {"next": max(0, int(told["next"])), "edge": told.get("edge")}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return {"next": 0, "edge": None}
