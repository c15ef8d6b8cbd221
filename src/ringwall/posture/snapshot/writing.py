"""Snapshots as lines of JSON: a line for each listing, and one for each component.

AWS tells moments and bytes, and code what is not known, which JSON has none of: they become objects
of one member whose name nothing of these has.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

import orjson

from ringwall.core.components import Found
from ringwall.core.observations import Observation, Place, State
from ringwall.posture.snapshot.partial import Unknown
from ringwall.posture.snapshot.snapshot import Scope, Seen, Snapshot

_MOMENT: Final = "\u0000moment"
_BYTES: Final = "\u0000bytes"
_UNKNOWN: Final = "\u0000unknown"
_AS_IT_IS: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_LARGEST: Final = 1 << 63
_MARK: Final = b"\\u0000"


def encoded(value: Any) -> bytes:
    """A value in one line."""
    try:
        return orjson.dumps(value, default=_other, option=_AS_IT_IS)
    except TypeError:  # YAML has names that are numbers, and numbers without end
        return orjson.dumps(_writable(value), default=_other, option=_AS_IT_IS)


def decoded(line: bytes) -> Any:
    """The value of a line; ``ValueError`` where it is none."""
    value = orjson.loads(line)
    return _restored(value) if _MARK in line else value


def _writable(value: Any) -> Any:
    """With what JSON cannot write told as text."""
    if isinstance(value, dict):  # of a kind, perhaps, that refuses to tell what is not known
        return {_writable(str(key)): _writable(one) for key, one in dict.items(value)}
    if isinstance(value, list):
        return [_writable(one) for one in list.__iter__(value)]
    if isinstance(value, int) and not -_LARGEST <= value < _LARGEST:
        return str(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _other(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
    if isinstance(value, Unknown):
        return {_UNKNOWN: value.why}
    if isinstance(value, bytes | bytearray):
        return {_BYTES: b64encode(value).decode()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    return str(value)


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return [_restored(one) for one in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, told),) = value.items()
        if name == _MOMENT:
            return datetime.fromisoformat(told)
        if name == _BYTES:
            return b64decode(told)
        if name == _UNKNOWN:
            return Unknown(told)
    return {name: _restored(one) for name, one in value.items()}


def lines_of(snapshot: Snapshot) -> Iterator[bytes]:
    """All of it."""
    for scope, told in snapshot.all_listings():
        yield listing_line(scope, told)
    for seen in snapshot:
        yield component_line(seen)


def listing_line(scope: Scope, told: Observation) -> bytes:
    """What became of listing a kind."""
    return encoded(["listing", [scope.kind, scope.account, scope.region], _told(told)])


def component_line(seen: Seen) -> bytes:
    """A component with all that was read of it."""
    found = seen.found
    named = [found.kind, found.name, found.label, found.account, found.region, found.tags]
    aspects = {name: _told(told) for name, told in seen.aspects.items()}
    place = seen.place
    where = [] if place is None else [[place.path, place.line, place.end]]
    return encoded(["component", named, aspects, *where])


def snapshot_of(lines: Iterable[bytes]) -> Snapshot:
    """What was written; ``ValueError`` where that is not what it is."""
    snapshot = Snapshot()
    number = 0
    try:
        for line in lines:
            number += 1
            take_line(snapshot, line)
    except (TypeError, ValueError, AttributeError) as error:
        msg = f"line {number} is of no snapshot: {error}"
        raise ValueError(msg) from error
    return snapshot


def take_line(snapshot: Snapshot, line: bytes) -> None:
    """Put what a line tells into a snapshot, in the place of what that has of it.

    ``["removed", component]`` says that one is there no more. ``TypeError``, ``ValueError`` and
    ``AttributeError`` say that it is no such line.
    """
    what, named, *rest = decoded(line)
    if what == "removed":
        snapshot.remove(named)
        return
    told, *where = rest
    if what == "listing":
        snapshot.forget_listing(Scope(*named))
        snapshot.note_listing(Scope(*named), _observation(told))
        return
    if what != "component":
        msg = f"{what!r} is neither a component nor a listing"
        raise ValueError(msg)
    *texts, tags = named
    kind, name, label, account, region = texts
    found = Found(
        kind=kind,
        name=name,
        label=label,
        account=account,
        region=region,
        tags=tuple((key, value) for key, value in tags),
    )
    seen = snapshot.add(found, place=Place(*where[0]) if where else None)
    seen.found = found
    seen.aspects.clear()
    for aspect, one in told.items():
        seen.aspects[aspect] = _observation(one)


def _told(one: Observation) -> list[Any]:
    return [one.state.value, one.value, one.api, one.at, one.why]


def _observation(told: list[Any]) -> Observation:
    state, value, api, at, why = told
    return Observation(State(state), value, api, at, why)
