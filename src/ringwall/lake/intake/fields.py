"""What fields of plain JSON and attributes of OpenTelemetry are called, and how they are read."""

import ipaddress
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

TIME: Final = ("time", "timestamp", "@timestamp", "ts", "datetime", "asctime")
MESSAGE: Final = ("message", "msg")
LEVEL: Final = ("level", "severity", "levelname", "log.level", "lvl")
LOGGER: Final = ("logger", "logger_name", "log.logger")
EVENT_UID: Final = ("event_uid", "event_id", "log.record.uid")
USER: Final = ("user", "usr")
USER_UID: Final = ("user_id", "userId", "user_uid", "user.id", "enduser.id", "sub")
USER_NAME: Final = ("username", "user_name", "user.name")
USER_EMAIL: Final = ("user_email", "email", "user.email")
SESSION: Final = ("session_id", "sessionId", "session.id", "sid")
ADDRESS: Final = (
    "ip",
    "client_ip",
    "remote_addr",
    "remote_ip",
    "src_ip",
    "client.address",
    "source.ip",
)
TENANT: Final = ("tenant_id", "tenant", "org_id", "organisation", "tenant.id")
METHOD: Final = ("method", "http_method", "request_method", "http.request.method")
URL: Final = ("path", "url", "uri", "request_path", "url.path", "url.full", "http.target")
STATUS: Final = ("status_code", "http_status", "status", "http.response.status_code")
OPERATION: Final = ("operation", "action", "event", "event_name", "event.name")
CORRELATION: Final = ("trace_id", "traceId", "trace.id", "correlation_id", "request_id")
HOST: Final = ("host", "hostname", "host.name")
DURATION: Final = ("duration_ms",)

_LONGEST_UID: Final = 256
_SEVERITIES: Final[Mapping[str, int]] = {
    "trace": 1,
    "debug": 1,
    "info": 1,
    "information": 1,
    "informational": 1,
    "notice": 2,
    "low": 2,
    "warn": 3,
    "warning": 3,
    "medium": 3,
    "err": 4,
    "error": 4,
    "high": 4,
    "crit": 5,
    "critical": 5,
    "alert": 5,
    "fatal": 6,
    "panic": 6,
    "emerg": 6,
    "emergency": 6,
}


class Fields:
    """Fields that are taken one after another; what nobody took is :attr:`rest`."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.rest = dict(fields)

    def text(self, names: Sequence[str]) -> str | None:
        """The first of ``names`` that is a text which is not empty."""
        for name in names:
            found = self.rest.get(name)
            if isinstance(found, str) and found:
                return str(self.rest.pop(name))
        return None

    def uid(self, names: Sequence[str]) -> str | None:
        """The first of ``names`` that can be an identifier: a short text, or a whole number."""
        for name in names:
            found = uid(self.rest.get(name))
            if found is not None:
                del self.rest[name]
                return found
        return None

    def number(self, names: Sequence[str]) -> int | None:
        """The first of ``names`` that is a whole number, 0 or more."""
        for name in names:
            found = self.rest.get(name)
            if type(found) is int and found >= 0:
                del self.rest[name]
                return found
        return None

    def address(self, names: Sequence[str]) -> str | None:
        """The first of ``names`` that is an IP address."""
        for name in names:
            found = self.rest.get(name)
            if isinstance(found, str) and is_address(found):
                return str(self.rest.pop(name))
        return None

    def time(self, names: Sequence[str]) -> tuple[int | None, str | None, bool]:
        """The first of ``names`` that is a time: in milliseconds, as written, whether in UTC."""
        for name in names:
            found = self.rest.get(name)
            milliseconds, is_told = read_time(found)
            if milliseconds is not None:
                del self.rest[name]
                return milliseconds, str(found), is_told
        return None, None, False


def uid(value: Any) -> str | None:
    """``value`` as an identifier, where it can be one."""
    if isinstance(value, str) and 0 < len(value) <= _LONGEST_UID:
        return value
    return str(value) if type(value) is int else None


def is_address(text: str) -> bool:
    """Whether it is an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def read_time(value: Any) -> tuple[int | None, bool]:
    """Milliseconds since 1970, and whether the zone was told.

    Of a number its size tells whether it counts seconds, or thousandths, millionths or billionths
    of them; a text is read as ISO 8601, in UTC where it names no zone.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value), True
    if not isinstance(value, str) or not 10 < len(value) < 64:
        return None, False
    try:
        found = datetime.fromisoformat(value)
        is_told = found.tzinfo is not None
        moment = found if is_told else found.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000), is_told
    except (ValueError, OverflowError):
        return None, False


def _of_number(value: float) -> int | None:
    if not math.isfinite(value) or value <= 0:
        return None
    for most, factor in ((1e11, 1e3), (1e14, 1.0), (1e17, 1e-3), (1e20, 1e-6)):
        if value < most:
            return round(value * factor)
    return None


def severity(level: Any) -> int | None:
    """OCSF's ``severity_id`` for a word, or for a number as Python's logging and pino count."""
    if isinstance(level, str):
        return _SEVERITIES.get(level.strip().lower())
    if type(level) is int and 10 <= level <= 60:
        for least, found in ((50, 5), (40, 4), (30, 3)):
            if level >= least:
                return found
        return 1
    return None
