"""Requests that were: what the edge has recorded of them, in the order they ended.

Read from the log, and what the collector has not put there yet from the spools of the record.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ringwall.gateway.record_lines import PastRequest, read_line
from ringwall.lake.in_order import by_name, first_ended, recorded
from ringwall.lake.places import Places
from ringwall.lake.so_far import Upto, upto
from ringwall.lake.spools import EDGE_SPOOLS
from ringwall.runtime.spool.following import lines_on

_NAMED: Final = 5


@dataclass(slots=True)
class Reading:
    """How far reading came. ``unreadable`` lines were counted, of which a few are ``named``.

    ``first`` and ``last`` are the times of requests, in seconds since 1970.
    """

    rows: int = 0
    unreadable: int = 0
    named: list[str] = field(default_factory=list)
    first: float | None = None
    last: float | None = None

    def miss(self, where: str) -> None:
        """Count something that cannot be read."""
        self.unreadable += 1
        if len(self.named) < _NAMED:
            self.named.append(where)


def past_requests(
    places: Places, *, since: datetime, reading: Reading | None = None
) -> Iterator[PastRequest]:
    """What was recorded of requests since a time; ``reading`` tells what came of it.

    Lines that are none are passed over, and counted: whoever judges by the rest has to say so.
    """
    found = reading if reading is not None else Reading()
    start, until = since.timestamp(), upto(places)
    for row in _rows(places, until, since, found):
        if row.at >= start:
            found.rows += 1
            if found.first is None or row.at < found.first:
                found.first = row.at
            if found.last is None or row.at > found.last:
                found.last = row.at
            yield row


def _rows(places: Places, until: Upto, since: datetime, reading: Reading) -> Iterator[PastRequest]:
    """Those in the log, then those that the collector has not read yet."""
    for one in recorded(places, until, since=since):
        if not one.is_request:
            if _is_of_the_edge(one.raw):
                reading.miss(f"event {one.leaf}")
        elif (row := read_line(one.raw, one.address)) is None:
            reading.miss(f"event {one.leaf}")
        else:
            yield row
    for name, at, line in _unread(places, until):
        row = read_line(line)
        if row is None:
            reading.miss(f"{name} at byte {at}")
        else:
            yield row


def _unread(places: Places, until: Upto) -> Iterator[tuple[str, int, bytes]]:
    for spool, current in zip(EDGE_SPOOLS, places.edge, strict=True):
        yield from lines_on(current, until.marks.get(spool))


def _is_of_the_edge(raw: str) -> bool:
    """Whether what was put aside was a line of the edge's."""
    told: Any = json.loads(raw)
    return bool(told["unmapped"]["of"] == "edge")


def request_of(places: Places, name: str, *, since: datetime) -> PastRequest | None:
    """The request that was answered with an id, if it is recorded since a time.

    The edge makes ids, and no two alike, so that the first line that has one is it.
    """
    until, start = upto(places), since.timestamp()
    found = by_name(places, until, name, since=since)
    if found is not None:
        row = read_line(found.raw, found.address)
        return row if row is not None and row.at >= start else None
    needle = json.dumps(name).encode()
    for _, _, line in _unread(places, until):
        if needle in line:
            row = read_line(line)
            if row is not None and row.id == name and row.at >= start:
                return row
    return None


def first_of(places: Places) -> tuple[datetime | None, datetime | None]:
    """When the oldest requests ended that are kept: of those whom the edge knew, and of others.

    ``None`` where there is none. Lines are written at the end: before that nothing is known,
    however early it had begun.
    """
    until = upto(places)
    known, others = first_ended(places, until)
    for _, _, line in _unread(places, until) if known is None or others is None else ():
        row = read_line(line)
        if row is None:
            continue
        ended = datetime.fromtimestamp(row.at, UTC) + _lasted(line)
        if row.user is None:
            others = others or ended
        else:
            known = known or ended
    return known, others


def _lasted(line: bytes) -> timedelta:
    """How long the request of a line took; nothing where that is not said."""
    told: object = json.loads(line).get("ms")
    return timedelta(milliseconds=told) if isinstance(told, int | float) else timedelta(0)
