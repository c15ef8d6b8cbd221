"""Rows as text for people: a line each, or one with all there is.

What others wrote is shown with everything escaped that a terminal or a reader's eye would obey:
control characters, escape sequences, what turns the direction of writing, line separators. Parts
are (text, style) pairs, as :func:`ringwall.runtime.output.say` takes them: colours are added where
the output is a terminal, and nowhere else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from ringwall.lake.search.classes import CLASSES
from ringwall.lake.search.fields import FIELDS, Kind
from ringwall.lake.search.values import ACTIONS, SEVERITIES, STATUSES
from ringwall.runtime.configuration.quantities import duration_text
from ringwall.runtime.processes.logs.lines import neutral

Parts = list[tuple[str, str]]
Row = Mapping[str, Any]

_LONGEST: Final = 120
"""Characters of one value in a line; longer ones are cut."""

_ACTORS: Final = ("actor_user_name", "actor_user_uid", "actor_app_uid", "src_ip", "source")
"""Who did it, by what is known of it: in the end whoever told of it."""
_SEVERITIES: Final = {number: name for name, number in reversed([*SEVERITIES.items()])}
_STATUSES: Final = {number: name for name, number in reversed([*STATUSES.items()])}
_ACTIONS: Final = {number: name for name, number in reversed([*ACTIONS.items()])}
_STYLES: Final = {3: "yellow", 4: "red", 5: "bold red", 6: "bold red"}
"""By ``severity_id``."""


@dataclass(frozen=True, slots=True)
class Cells:
    """What a list says of an event, each a text that is safe to show."""

    time: str
    severity: str
    class_name: str
    actor: str
    action: str
    target: str
    outcome: str
    style: str
    """Of the outcome: green, yellow, red or magenta."""
    index: str


def cells(row: Row, *, zone: tzinfo = UTC) -> Cells:
    """An event for a list: when, how bad, what, who, did what, to what, and how it ended."""
    outcome, style = _outcome(row)
    return Cells(
        time=_moment(row.get("time"), zone, "milliseconds"),
        severity=_named(_SEVERITIES, row.get("severity_id")),
        class_name=class_name(row.get("class_uid")),
        actor=_first(row, *_ACTORS),
        action=_done(row),
        target=_target(row),
        outcome=outcome,
        style=style,
        index=str(row.get("index")),
    )


def line(row: Row, *, zone: tzinfo = UTC) -> Parts:
    """The same in one line."""
    found = cells(row, zone=zone)
    severity = found.severity.removesuffix("rmational")[:8]
    parts: Parts = [
        (found.time, "dim"),
        (f"{severity:8}", _STYLES.get(row.get("severity_id") or 0, "dim")),
        (found.class_name, "cyan"),
        (found.actor, "bold"),
        (found.action, ""),
        (found.target, ""),
        (found.outcome, found.style),
        (f"#{found.index}", "dim"),
    ]
    shown = [(text, style) for text, style in parts if text]
    return [piece for one in shown for piece in (one, (" ", ""))][:-1]


def text(parts: Parts) -> str:
    """The same without styles."""
    return "".join(said for said, _ in parts)


def details(row: Row, *, zone: tzinfo = UTC) -> list[Parts]:
    """One event in lines: each field by the name that a query uses, its raw form last."""
    width = max(len(one.name) for one in FIELDS)
    found: list[Parts] = [
        [(f"{name:{width}}  ", "dim"), (value, "")] for name, value in named(row, zone=zone)
    ]
    for name in ("raw", "personal", "seals"):
        if row.get(name) is not None:
            found.append([(f"{name}:", "dim")])
            found += [[("  " + one, "")] for one in pretty(str(row[name]))]
    return found


def named(row: Row, *, zone: tzinfo = UTC) -> list[tuple[str, str]]:
    """Each field that an event has, by the name that a query uses, with its value."""
    return [
        (field.name, _value(field.kind, row[field.column], zone))
        for field in FIELDS
        if row.get(field.column) is not None
    ]


def as_json(row: Row) -> dict[str, Any]:
    """Plain values, times as RFC 3339 in UTC; what the event lacks is left out.

    To be written by ``json.dumps``, which escapes all that a terminal would obey.
    """
    return {
        name: _moment(value, UTC, "microseconds") if isinstance(value, datetime) else _plain(value)
        for name, value in row.items()
        if value is not None
    }


def class_name(uid: int | None) -> str:
    """What a class of OCSF is called, or its number."""
    return "unknown" if uid is None else CLASSES.get(uid, f"class {uid}")


def _plain(value: object) -> object:
    return value if isinstance(value, str | int | float | bool) else str(value)


def _safe(value: object, *, longest: int = _LONGEST) -> str:
    shown = neutral(str(value)).replace("\t", "\\t")
    return shown if len(shown) <= longest else shown[: longest - 1] + "…"


def _moment(value: object, zone: tzinfo, precision: str) -> str:
    if not isinstance(value, datetime):
        return "at an unknown time"
    return value.astimezone(zone).isoformat(timespec=precision).replace("+00:00", "Z")


def _named(names: Mapping[int, str], value: object) -> str:
    return names.get(value, str(value)) if isinstance(value, int) else "unknown"


def _first(row: Row, *columns: str) -> str:
    return next((_safe(row[one]) for one in columns if row.get(one)), "")


def _done(row: Row) -> str:
    return _first(row, "method", "operation", "message")


def _target(row: Row) -> str:
    if row.get("path"):
        return _safe(f"{row.get('host') or ''}{row['path']}")
    found = _first(row, "resource_name", "resource_uid", "user_name", "user_uid")
    if found or not row.get("operation") or row.get("status_id") == STATUSES["failure"]:
        return found
    return _first(row, "status_detail")


def _outcome(row: Row) -> tuple[str, str]:
    code = row.get("status_code")
    said = "" if code is None else str(code)
    if row.get("source") == "quarantine":
        return f"quarantined: {_safe(row.get('flags') or 'ill-formed')}", "magenta"
    if row.get("action_id") == ACTIONS["denied"]:
        by = f" by {_safe(row['policy_uid'])}" if row.get("policy_uid") else ""
        return f"{said} denied{by}".strip(), "red"
    if row.get("status_id") == STATUSES["failure"]:
        why = f": {_safe(row['status_detail'])}" if row.get("status_detail") else ""
        return f"{said} failed{why}".strip(), "yellow"
    return said or "ok", "green"


def _value(kind: Kind, value: Any, zone: tzinfo) -> str:
    match kind:
        case Kind.CLASS:
            return f"{class_name(value)} ({value})"
        case Kind.SEVERITY:
            return f"{_named(_SEVERITIES, value)} ({value})"
        case Kind.STATUS:
            return f"{_named(_STATUSES, value)} ({value})"
        case Kind.ACTION:
            return f"{_named(_ACTIONS, value)} ({value})"
        case Kind.TIME:
            return _moment(value, zone, "microseconds")
        case Kind.DURATION:
            return duration_text(value / 1000)
    return _safe(value, longest=4096)


def pretty(raw: str) -> list[str]:
    """A raw form in lines, indented where it is JSON."""
    try:
        shown = json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        shown = raw
    return [_safe(one, longest=65_536) for one in shown.split("\n")]
