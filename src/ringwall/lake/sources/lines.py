"""Lines that Ringwall's own processes write: an event with its personal part, or why it is none.

::

    {"event":{...},"personal":{"SUBJECT":{...}}}                    what Ringwall did
    {"received":...,"source":"service/shop","event":{...},"personal":{...},"flags":[...]}
    {"received":...,"source":"service/shop","quarantine":{...},"bytes":"base64"}
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import orjson

from ringwall.lake.canonical import RefusedError, canonical, has_escape, sorted_json
from ringwall.lake.entries import LONGEST, ROOM
from ringwall.lake.sources.accepted import OCSF, Accepted, quarantined

RINGWALL: Final = "ringwall"
_OTHERS: Final = frozenset({"edge", "log", "quarantine"})
"""Sources that do not write such lines, and that nobody may take the place of."""
_CLASSES: Final = 1_000_000_000
_TIMES: Final = 4_102_444_800_000
"""Milliseconds from 1970 to 2100."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9/._-]{0,99}")
"""Of sources and flags: nothing that would have to be escaped."""


def own_events(lines: Iterable[bytes], *, now: int, of: str | None = None) -> Iterator[Accepted]:
    """The events of some lines. ``of`` is their source, where lines do not name it."""
    for line in lines:
        try:
            found = orjson.loads(line)
            yield _event(found, line, now=now, of=of)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            reason = f"it is no line of a spool: {error}"
            yield quarantined(line, of=of or "intake", reason=reason, now=now)


def _event(found: Any, line: bytes, *, now: int, of: str | None) -> Accepted:
    source = of or found["source"]
    if source in _OTHERS:
        return quarantined(line, of="intake", reason=f"{source} is no source of it", now=now)
    flags = sorted(map(str, found.get("flags") or ()))
    if not all(map(_NAME.fullmatch, (source, *flags))):
        return quarantined(line, of="intake", reason="its source has no name", now=now)
    received = int(found.get("received", 0))
    if "quarantine" in found:
        return _put_aside(found, source, now=received or now)
    event = found["event"]
    # Intake has neutralised what services send. What Ringwall tells of itself has names in it that
    # people chose, and may not be put aside for that.
    told = _neutralised if of is not None else _as_it_is
    raw, is_changed = told(event)
    parts: dict[str, bytes] = {}
    for subject, part in (found.get("personal") or {}).items():
        if part:
            parts[str(subject)], part_changed = told(part)
            is_changed = is_changed or part_changed
    if is_changed:
        flags = sorted({*flags, "neutralised"})
    if has_escape(raw) or any(map(has_escape, parts.values())):
        return quarantined(line, of=source, reason="it is not canonical", now=now)
    size = len(raw) + sum(80 + len(subject) for subject in parts)
    if size > LONGEST - ROOM:
        return quarantined(line, of=source, reason="it is too long", now=now)
    class_uid, time = event.get("class_uid"), event.get("time")
    if type(class_uid) is not int or not 0 <= class_uid < _CLASSES:
        return quarantined(line, of=source, reason="it has no class", now=now)
    if type(time) is not int or not 0 <= time < _TIMES:
        return quarantined(line, of=source, reason="it has no time", now=now)
    uid = event.get("metadata", {}).get("uid")
    return Accepted(source.encode(), OCSF, raw, parts, " ".join(flags).encode(), received, uid)


def _as_it_is(value: Any) -> tuple[bytes, bool]:
    return sorted_json(value), False


def _neutralised(value: Any) -> tuple[bytes, bool]:
    try:
        return canonical(value)
    except RefusedError:  # longer or deeper than what others may send
        return sorted_json(value), False


def _put_aside(found: dict[str, Any], source: str, *, now: int) -> Accepted:
    why = found["quarantine"]
    try:
        content = base64.b64decode(found.get("bytes", ""), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    reason = str(why.get("reason", "unknown"))
    return quarantined(content, of=source, reason=reason, now=now, more=why)
