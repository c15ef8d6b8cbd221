"""What becomes of one thing that a service sent: lines of the spool, and what it is told. Pure."""

from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_hex
from typing import Any, Final

import orjson

from ringwall.lake.canonical import RefusedError, canonical, parse, sorted_json
from ringwall.lake.intake.forms import fault, fault_of_time
from ringwall.lake.intake.lines import event_line, evidence_line
from ringwall.lake.intake.mapping import mapped
from ringwall.lake.intake.personal import split

LARGEST: Final = 60_000
"""Octets of an event as canonical JSON."""
LARGEST_RAW: Final = 256 * 1024
"""Octets beyond which nobody looks for an event."""

TOO_LARGE: Final = f"larger than {LARGEST} bytes"
NOT_AN_OBJECT: Final = "no JSON object"
NEUTRALISED: Final = "neutralised"
RAW_LEFT_OUT: Final = "raw-left-out"
"""The flag of an event for whose ``raw_data`` there is no room: it lies beside as evidence."""
OTHER_CONTENT: Final = "another event came with this uid"

ACCEPTED, QUARANTINED, DUPLICATE = "accepted", "quarantined", "duplicate"

_KEPT_BESIDE: Final = (NEUTRALISED, RAW_LEFT_OUT)
_ROOM_FOR_RAW: Final = 16 * 1024
_BLANKS: Final = bytes.maketrans(b"\n\r\t", b"   ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One thing that came. ``raw`` is how; ``size`` how much it was, where that is not all of it.

    ``event`` and ``flags`` are what was made of it where it is no JSON text, ``reason`` why nothing
    can be. ``key`` names it across repeated sending.
    """

    raw: bytes
    event: dict[str, Any] | None = None
    flags: tuple[str, ...] = ()
    reason: str | None = None
    size: int | None = None
    key: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """What one candidate comes to: ``lines``, and that it was ``accepted`` or ``quarantined``.

    ``repeats`` is the uid that a second sending of the same would have, where it has one, and
    ``content`` tells whether what comes with that uid is the same.
    """

    status: str
    lines: bytes
    reason: str | None = None
    uid: str | None = None
    repeats: str | None = None
    content: bytes = b""


def admit(one: Candidate, *, service: str, received: int) -> Admission:
    """Judge ``one``, which ``service`` sent, at ``received`` microseconds."""
    if one.reason is not None:
        return evidence(one, one.reason, service=service, received=received)
    try:
        return _admitted(one, service, received)
    except RefusedError as error:
        return evidence(one, error.reason, service=service, received=received)


def evidence(
    one: Candidate, reason: str, *, service: str, received: int, uid: str | None = None
) -> Admission:
    """What is kept of ``one``, which is not taken as an event for ``reason``."""
    lines = evidence_line(
        one.raw, received=received, source=f"service/{service}", reason=reason, size=one.size
    )
    repeats = uid or _given(one)
    return Admission(
        status=QUARANTINED, lines=lines, reason=reason, repeats=repeats, content=_content(one)
    )


def _admitted(one: Candidate, service: str, received: int) -> Admission:
    now = received // 1000
    event, flags = _event(one, service, now)
    metadata = event.setdefault("metadata", {})
    repeats = metadata.get("uid") or _given(one)
    metadata["uid"] = repeats or token_hex(16)
    if (reason := fault_of_time(event["time"], received=now)) is not None:
        raise RefusedError(reason)
    line, changed = canonical(event)
    if changed:
        event = orjson.loads(line)
        if NEUTRALISED not in flags:
            flags = (*flags, NEUTRALISED)
    uid = event["metadata"]["uid"]
    personal, more = split(event)
    if personal or more:
        line, flags = sorted_json(event), (*flags, *more)
    if len(line) > LARGEST or (personal and len(orjson.dumps(personal)) > LARGEST):
        raise RefusedError(TOO_LARGE)
    source = f"service/{service}"
    lines = event_line(line, received=received, source=source, personal=personal, flags=flags)
    beside = next((flag for flag in flags if flag in _KEPT_BESIDE), None)
    if beside is not None:
        lines += evidence_line(
            one.raw, received=received, source=source, reason=beside, of=uid, size=one.size
        )
    return Admission(
        status=ACCEPTED,
        lines=lines,
        uid=uid,
        repeats=None if repeats is None else uid,
        content=_content(one),
    )


def _event(one: Candidate, service: str, now: int) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The event in OCSF that it is or comes to, and its flags."""
    if one.event is not None:
        return one.event, one.flags
    if len(one.raw) > LARGEST_RAW or one.size is not None:
        raise RefusedError(TOO_LARGE)
    told = parse(one.raw)
    if not isinstance(told, dict):
        raise RefusedError(NOT_AN_OBJECT)
    if "class_uid" in told:
        if (reason := fault(told)) is not None:
            raise RefusedError(reason)
        return told, one.flags
    # Line ends and tabs are only blanks in JSON: within its strings they are written otherwise.
    has_room = len(one.raw) <= _ROOM_FOR_RAW
    raw = one.raw.translate(_BLANKS).strip().decode() if has_room else None
    event, more = mapped(told, service=service, received=now, raw=raw)
    return event, (*one.flags, *more) if has_room else (*one.flags, *more, RAW_LEFT_OUT)


def _given(one: Candidate) -> str | None:
    """The uid that one has by its place in a request with a key of its own."""
    if one.key is None:
        return None
    return blake2b(one.raw, key=blake2b(one.key).digest(), digest_size=16).hexdigest()


def _content(one: Candidate) -> bytes:
    return blake2b(one.raw, digest_size=8).digest()
