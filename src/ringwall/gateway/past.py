"""Requests that were: what the edge has recorded of them, in the order they ended.

Read from the record's spool; when there is a store of events, it takes this reader's place.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

from ringwall.gateway.envoy.access_log import LONGEST_HOST, LONGEST_PATH
from ringwall.runtime.spool.segments import LONGEST_LINE, DamagedError, lines, opened

_NAMED: Final = 5


class PastRequest(NamedTuple):
    """One line of the record. ``at`` is in seconds since 1970.

    ``has_facts`` says that the record tells ``roles``, ``scopes``, ``strength`` and ``proven``
    (seconds since 1970); older lines do not, which is not the same as that there were none.
    """

    at: float
    id: str
    method: str
    host: str
    path: str
    status: int
    details: str
    route: str | None
    service: str | None
    user: str | None
    session: str | None
    tenant: str | None
    program: str | None
    policy: str | None
    policies: str | None
    address: str
    has_facts: bool
    roles: str | None
    scopes: str | None
    strength: str | None
    proven: int | None

    @property
    def is_cut(self) -> bool:
        """Whether its path or host may be no more than a beginning: nobody knows what was asked.

        Lines of before these were cut are longer, and whole.
        """
        return len(self.path) == LONGEST_PATH or len(self.host) == LONGEST_HOST


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
    record: Path, *, since: datetime, reading: Reading | None = None
) -> Iterator[PastRequest]:
    """What was recorded at ``record`` of requests since a time; ``reading`` tells what came of it.

    Lines that are none are passed over, and counted: whoever judges by the rest has to say so.
    """
    found = reading if reading is not None else Reading()
    start = since.timestamp()
    for one in opened(record, since=since):
        number = 0
        try:
            for line in lines(one):
                number += 1
                row = read_line(line)
                if row is None:
                    found.miss(f"{one.name}:{number}")
                elif row.at >= start:
                    found.rows += 1
                    if found.first is None or row.at < found.first:
                        found.first = row.at
                    if found.last is None or row.at > found.last:
                        found.last = row.at
                    yield row
        except DamagedError as error:
            found.miss(str(error))


def all_requests(
    records: Iterable[Path], *, since: datetime, reading: Reading
) -> Iterator[PastRequest]:
    """The same of several records, one after the other."""
    for record in records:
        yield from past_requests(record, since=since, reading=reading)


def request_of(records: Iterable[Path], name: str, *, since: datetime) -> PastRequest | None:
    """The request that was answered with an id, if it is recorded since a time.

    The edge makes ids, and no two alike, so that the first line that has one is it.
    """
    needle = json.dumps(name).encode()
    for record in records:
        for one in opened(record, since=since):
            try:
                for line in lines(one):
                    if needle in line:
                        row = read_line(line)
                        if row is not None and row.id == name:
                            return row
            except DamagedError:
                continue  # what can be read of it was looked at
    return None


def first_of(record: Path) -> datetime | None:
    """When the oldest request ended that is kept; ``None`` where there is none.

    Lines are written at the end: before that nothing is known, however early it had begun.
    """
    for one in opened(record, since=None):
        try:
            for line in lines(one):
                row = read_line(line)
                if row is not None:
                    return datetime.fromtimestamp(row.at, UTC) + _lasted(line)
        except DamagedError:
            continue
    return None


def _lasted(line: bytes) -> timedelta:
    """How long the request of a line took; nothing where that is not said."""
    told: object = json.loads(line).get("ms")
    return timedelta(milliseconds=told) if isinstance(told, int | float) else timedelta(0)


def began(record: Path) -> datetime | None:
    """When the first request of a file was, as far as its first line says so."""
    with record.open("rb") as file:
        row = read_line(file.readline(LONGEST_LINE))
    return None if row is None else datetime.fromtimestamp(row.at, UTC)


def read_line(line: bytes) -> PastRequest | None:
    """One line of the record; ``None`` where it is none."""
    try:
        said: Any = _decode(line.decode())
        get = said.get
        at = datetime.fromisoformat(said["time"])
        if at.tzinfo is None:
            return None
        row = PastRequest(
            at.timestamp(),
            said["request_id"] or "",
            said["method"] or "",
            said["host"] or "",
            said["path"] or "",
            said["status"],
            said["details"] or "",
            get("route"),
            get("service"),
            get("user"),
            get("session"),
            get("tenant"),
            get("program"),
            get("policy"),
            get("policies"),
            get("client") or "",
            "roles" in said,
            get("roles"),
            get("scopes"),
            get("strength"),
            _whole(get("proven")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):
        return None
    if type(row.status) is not int or {*map(type, row[1:5]), type(row.details)} != _TEXT:
        return None
    return row if {*map(type, row[7:16]), *map(type, row[17:20])} <= _TEXT_OR_NONE else None


_decode: Final = json.JSONDecoder().decode
_TEXT: Final[frozenset[type]] = frozenset({str})
_TEXT_OR_NONE: Final[frozenset[type]] = frozenset({str, type(None)})


def _whole(text: object) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else None
