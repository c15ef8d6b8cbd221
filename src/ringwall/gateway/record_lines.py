"""One line of the access record: a request, as the edge told of it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from ringwall.gateway.envoy.access_log import LONGEST_HOST, LONGEST_PATH
from ringwall.runtime.spool.segments import LONGEST_LINE


class PastRequest(NamedTuple):
    """One request. ``at`` is in seconds since 1970, ``address`` empty where it was erased.

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


def began(record: Path) -> datetime | None:
    """When the first request of a file was, as far as its first line says so."""
    with record.open("rb") as file:
        row = read_line(file.readline(LONGEST_LINE))
    return None if row is None else datetime.fromtimestamp(row.at, UTC)


class _Line(msgspec.Struct):
    """What is told of a request; what stands first has to be there."""

    time: str
    request_id: str | None
    method: str | None
    host: str | None
    path: str | None
    status: int
    details: str | None
    route: str | None = None
    service: str | None = None
    user: str | None = None
    session: str | None = None
    tenant: str | None = None
    program: str | None = None
    policy: str | None = None
    policies: str | None = None
    client: str | None = None
    roles: str | msgspec.UnsetType | None = msgspec.UNSET
    scopes: str | None = None
    strength: str | None = None
    proven: Any = None


def read_line(line: bytes | str, address: str | None = None) -> PastRequest | None:
    """One line of the record; ``None`` where it is none.

    In the log the address of whom the edge knew is kept apart from the line.
    """
    try:
        said = _decode(line)
        at = datetime.fromisoformat(said.time)
    except (ValueError, RecursionError):
        return None
    if at.tzinfo is None:
        return None
    roles = said.roles
    return PastRequest(
        at.timestamp(),
        said.request_id or "",
        said.method or "",
        said.host or "",
        said.path or "",
        said.status,
        said.details or "",
        said.route,
        said.service,
        said.user,
        said.session,
        said.tenant,
        said.program,
        said.policy,
        said.policies,
        said.client or address or "",
        roles is not msgspec.UNSET,
        None if roles is msgspec.UNSET else roles,
        said.scopes,
        said.strength,
        _whole(said.proven),
    )


_decode: Final = msgspec.json.Decoder(_Line).decode


def _whole(text: object) -> int | None:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else None
