"""How grave a line is, read from the line: Envoy's form, JSON, ``LEVEL: message``."""

import json
import re
from typing import Final

from ringwall.runtime.processes.logs.lines import neutral
from ringwall.runtime.processes.logs.records import Level, Parsed

_NAMES: Final = {
    "trace": Level.TRACE,
    "debug": Level.DEBUG,
    "info": Level.INFO,
    "notice": Level.INFO,
    "warn": Level.WARNING,
    "warning": Level.WARNING,
    "err": Level.ERROR,
    "error": Level.ERROR,
    "critical": Level.CRITICAL,
    "fatal": Level.CRITICAL,
}

_ENVOY: Final = re.compile(
    r"\[\d{4}-\d\d-\d\d [\d:.,]+\]\[\d+\]\[(\w+)\](\[[\w-]+\]) ?(.*)", re.DOTALL
)
_PREFIX: Final = re.compile(r"([A-Z]{3,8}):\s*(.*)", re.DOTALL)

_LEVEL_KEYS: Final = ("level", "levelname", "severity")
_MESSAGE_KEYS: Final = ("message", "msg", "event")


def parse(line: str) -> Parsed:
    """Read what ``line`` (of a child, without its end) says, and make it safe to show.

    A line in no known form is informative as it stands, whichever stream it came from.
    """
    if line.startswith("[") and (match := _ENVOY.fullmatch(line)):
        level = _NAMES.get(match[1].lower())
        if level is not None:
            return Parsed(level, neutral(f"{match[2]} {match[3]}"))
    if line.startswith("{") and (parsed := _parse_json(line)):
        return parsed
    if match := _PREFIX.match(line):
        level = _NAMES.get(match[1].lower())
        if level is not None:
            return Parsed(level, neutral(match[2]))
    return Parsed(Level.INFO, neutral(line))


def _parse_json(line: str) -> Parsed | None:
    try:
        document = json.loads(line)
        if not isinstance(document, dict):
            return None
        level = _take_level(document)
        message = _take_message(document)
        if level is None or message is None:
            return None
        fields = tuple(
            (neutral(key), neutral(value if isinstance(value, str) else json.dumps(value)))
            for key, value in document.items()
        )
    except (ValueError, RecursionError):
        return None
    return Parsed(level, neutral(message), fields)


def _take_level(document: dict[str, object]) -> Level | None:
    for key in _LEVEL_KEYS:
        value = document.get(key)
        if isinstance(value, str) and value.lower() in _NAMES:
            del document[key]
            return _NAMES[value.lower()]
    return None


def _take_message(document: dict[str, object]) -> str | None:
    for key in _MESSAGE_KEYS:
        value = document.get(key)
        if isinstance(value, str):
            del document[key]
            return value
    return None
