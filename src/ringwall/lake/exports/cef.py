"""ArcSight's Common Event Format, version 0 (CEF:0, revision 26)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from ringwall.lake.exports.formats import Row
from ringwall.lake.search.showing import class_name
from ringwall.runtime.processes.logs.lines import neutral

_SEVERITIES: Final = {0: 0, 1: 1, 2: 3, 3: 5, 4: 7, 5: 9, 6: 10, 99: 0}
"""By OCSF's ``severity_id``, the severity from 0 to 10."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_OUTCOMES: Final = {1: "success", 2: "failure"}
_ACTIONS: Final = {1: "allowed", 2: "denied"}
_KEYS: Final = (
    ("suid", "actor_user_uid"),
    ("suser", "actor_user_name"),
    ("duid", "user_uid"),
    ("duser", "user_name"),
    ("dhost", "host"),
    ("destinationServiceName", "dst_service"),
    ("requestMethod", "method"),
    ("request", "path"),
    ("reason", "status_detail"),
    ("in", "bytes_in"),
    ("out", "bytes_out"),
    ("msg", "message"),
)
_LABELLED: Final = (
    ("cs1", "Tenant", "tenant_uid"),
    ("cs2", "Policy", "policy_uid"),
    ("cs3", "Route", "route"),
    ("cs4", "Session", "actor_session_uid"),
    ("cs5", "Application", "actor_app_uid"),
    ("cs6", "Resource", "resource_uid"),
    ("cn1", "Status", "status_code"),
    ("cn2", "Milliseconds", "duration_ms"),
)


class Cef:
    """Each event as one line of CEF; ``version`` is Ringwall's own."""

    media_type: Final = "text/plain; charset=utf-8"
    extension: Final = "cef"

    def __init__(self, version: str) -> None:
        self._version = version

    def head(self) -> bytes:
        """Nothing."""
        return b""

    def line(self, row: Row) -> bytes:
        """One event; a ``|`` in the head, a ``=`` after it and line ends are escaped."""
        head = (
            "CEF:0",
            "Ringwall",
            "Ringwall",
            self._version,
            row.get("type_uid") or row.get("class_uid") or 0,
            row.get("operation") or class_name(row.get("class_uid")),
            _SEVERITIES.get(row.get("severity_id") or 0, 0),
        )
        said = " ".join(f"{key}={_value(value)}" for key, value in _pairs(row))
        return f"{'|'.join(map(_head, head))}|{said}\n".encode()


def _pairs(row: Row) -> Iterator[tuple[str, Any]]:
    yield "externalId", row.get("index")
    if isinstance(row.get("time"), datetime):
        yield (
            "rt",
            (row["time"] - _EPOCH).total_seconds().__floor__() * 1000
            + (row["time"].microsecond // 1000),
        )
    address = row.get("src_ip")
    if address and ":" in address:
        yield "c6a2", address
        yield "c6a2Label", "Source IPv6 Address"
    elif address:
        yield "src", address
    for key, column in _KEYS:
        if row.get(column) is not None:
            yield key, row[column]
    for key, label, column in _LABELLED:
        if row.get(column) is not None:
            yield key, row[column]
            yield f"{key}Label", label
    if row.get("status_id") in _OUTCOMES:
        yield "outcome", _OUTCOMES[row["status_id"]]
    if row.get("action_id") in _ACTIONS:
        yield "act", _ACTIONS[row["action_id"]]


def _head(value: object) -> str:
    return neutral(str(value)).replace("\t", " ").replace("\\", "\\\\").replace("|", "\\|")


def _value(value: object) -> str:
    lines = str(value).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    shown = (neutral(one).replace("\t", " ") for one in lines)
    return "\\n".join(one.replace("\\", "\\\\").replace("=", "\\=") for one in shown)
