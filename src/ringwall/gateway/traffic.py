"""What the edge saw in the last days: which routes are used, and what is asked for in vain.

Who asks chooses hosts and paths. So of what leads nowhere only that is told of which is asked for
often, so many at most, and only what is a host or the beginning of a path. The log is asked by a
process of its own: DuckDB keeps 50 MB of what it once took.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ringwall.lake.bucket import passed_on
from ringwall.lake.places import Places
from ringwall.lake.so_far import upto
from ringwall.lake.spools import EDGE_SPOOLS
from ringwall.runtime.apart import ask_apart

if TYPE_CHECKING:
    from ringwall.lake.service import Log

K = TypeVar("K", str, tuple[str, str])

DAYS: Final = 7
OFTEN: Final = 20
"""Requests from which on something that leads nowhere is told of."""
MOST: Final = 50
"""Hosts, and paths, that are told of."""
_MOST_ROUTES: Final = 10_000
_MOST_HOSTS: Final = 20
"""Declared hosts of which it is asked which paths lead nowhere."""
_NOWHERE: Final = "-route:*"
_AT_MOST_S: Final = 900.0
_HOST: Final = re.compile(r"([a-z0-9-]{1,63}\.)*[a-z0-9-]{1,63}")
_BEGINNING: Final = re.compile(r"/[A-Za-z0-9._~-]{0,60}")
_PORT: Final = re.compile(r":\d+$")


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests of the last :data:`DAYS`: by route, by host that is none of ours, by path."""

    routes: Mapping[str, int]
    hosts: Mapping[str, int]
    paths: Mapping[tuple[str, str], int]
    """By host and the first part of the path."""


def seen_apart(places: Places, declared: Iterable[str], *, now: datetime) -> Traffic:
    """What :func:`seen_in` says of a log, by a process of its own; where there is anything."""
    marks = upto(places).marks
    if not any(name in marks for name in EDGE_SPOOLS):
        return Traffic({}, {}, {})  # the edge has told of no request yet
    told = ask_apart(
        "ringwall.gateway.traffic:answer",
        {
            "state": str(places.state),
            "run": str(places.run),
            "declared": list(declared),
            "now": now.isoformat(),
        },
        within=_AT_MOST_S,
        environment=passed_on(places.log),
    )
    paths = {(host, path): count for host, path, count in told["paths"]}
    return Traffic(told["routes"], told["hosts"], paths)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Be asked by it."""
    from ringwall.lake.service import Log  # noqa: PLC0415 - tens of megabytes

    places = Places(Path(asked["state"]), Path(asked["run"]))
    at = datetime.fromisoformat(asked["now"])
    seen = seen_in(Log(places), asked["declared"], now=at)
    paths = [(host, path, count) for (host, path), count in seen.paths.items()]
    return {"routes": dict(seen.routes), "hosts": dict(seen.hosts), "paths": paths}


def seen_in(log: "Log", declared: Iterable[str], *, now: datetime | None = None) -> Traffic:
    """Ask the log; ``declared`` are the edge's hosts."""
    from ringwall.lake.search.fields import BY_NAME  # noqa: PLC0415 - tens of megabytes
    from ringwall.lake.search.language import parse  # noqa: PLC0415 - as above

    at, known = now or datetime.now(UTC), tuple(declared)

    def top(text: str, field: str, most: int) -> list[tuple[str, int]]:
        query = parse(f"source:edge {text} last {DAYS}d", now=at)
        found = log.top(query, BY_NAME[field], limit=most)
        return [(str(value), count) for value, count in found if value is not None]

    hosts: dict[str, int] = {}
    for host, count in top(_NOWHERE, "host", 10 * MOST):
        name = host_of(host)
        if name and not is_declared(name, known):
            hosts[name] = hosts.get(name, 0) + count
    paths: dict[tuple[str, str], int] = {}
    for host in known[:_MOST_HOSTS]:
        for path, count in top(f"{_NOWHERE} host:{host}", "path", 10 * MOST):
            begins = _BEGINNING.match(path)
            if begins is not None:
                paths[host, begins[0]] = paths.get((host, begins[0]), 0) + count
    return Traffic(dict(top("", "route", _MOST_ROUTES)), often(hosts), often(paths))


def often(counts: Mapping[K, int]) -> dict[K, int]:
    """Those that are asked for often, the most often first."""
    ordered = sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
    return dict([one for one in ordered if one[1] >= OFTEN][:MOST])


def host_of(authority: str) -> str:
    """The host that a request named, without its port; empty where it is none."""
    name = _PORT.sub("", authority.lower())
    return name if len(name) <= 253 and _HOST.fullmatch(name) else ""


def is_declared(host: str, declared: Iterable[str]) -> bool:
    """Whether the edge answers for this host."""
    return any(host == one or (one[:2] == "*." and host.endswith(one[1:])) for one in declared)
