"""A record of Python's logging as a line of JSON."""

import json
import logging
import traceback
import uuid
from datetime import UTC, datetime
from typing import Any, Final

_LONGEST: Final = 16 * 1024
"""Characters of a text that are sent; the rest is cut off and that is told."""
_LARGEST: Final = 128 * 1024
"""Octets of a line: of a larger one only what every record has is sent."""
_OF_EVERY_RECORD: Final = frozenset(
    (*vars(logging.makeLogRecord({})), "message", "asctime", "taskName")
)


def encoded(record: logging.LogRecord) -> bytes:
    """The line that a record is sent as. Never raises for what its values are."""
    told: dict[str, Any] = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
        "level": record.levelname,
        "logger": record.name,
        "event_uid": uuid.uuid4().hex,
        "message": _cut(_message(record)),
        "code": f"{record.pathname}:{record.lineno}",
        "process": record.process,
        "thread": record.threadName,
    }
    if record.exc_info and record.exc_info[0] is not None:
        trace = "".join(traceback.format_exception(*record.exc_info))
        told["exception"] = _cut(trace).splitlines()
    if record.stack_info:
        told["stack"] = _cut(record.stack_info).splitlines()
    more = {
        name: _cut(value) if isinstance(value, str) else value
        for name, value in vars(record).items()
        if name not in _OF_EVERY_RECORD and name not in told
    }
    line = _dumped({**told, **more})
    if len(line) > _LARGEST:
        line = _dumped({**told, "left_out": [_cut(name) for name in more][:100]})
    return line.encode() + b"\n"


def _dumped(told: dict[str, Any]) -> str:
    try:
        return json.dumps(told, default=_text, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return json.dumps({str(name): _plain(value) for name, value in told.items()})


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception as error:  # noqa: BLE001 - it is told all the same
        return f"{record.msg!s} (arguments do not fit: {type(error).__name__})"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} (and {len(text) - _LONGEST} more)"


def _text(value: object) -> str:
    try:
        return _cut(str(value))
    except Exception as error:  # noqa: BLE001 - what cannot be told is named
        return f"<{type(value).__name__}: {type(error).__name__}>"


def _plain(value: Any) -> Any:
    """A value that JSON has for certain."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, list):
        return [_text(one) for one in value]
    return _text(value)


def loss(count: int) -> bytes:
    """The line that tells of events there was no room for."""
    told = {
        "time": datetime.now(UTC).isoformat(timespec="microseconds"),
        "level": "ERROR",
        "logger": __name__,
        "event_uid": uuid.uuid4().hex,
        "message": f"{count} events were lost: there was no room for them",
        "lost": count,
    }
    return json.dumps(told).encode() + b"\n"
