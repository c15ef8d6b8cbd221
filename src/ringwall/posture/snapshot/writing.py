"""Snapshots as lines of JSON: a line for each listing, and one for each component.

AWS tells moments and bytes, which JSON has none of: they become objects of one member whose name
nothing of AWS has.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final

import orjson

from ringwall.core.components import Found
from ringwall.core.observations import Observation, State
from ringwall.posture.snapshot.snapshot import Scope, Snapshot

_MOMENT: Final = "\u0000moment"
_BYTES: Final = "\u0000bytes"
_MARK: Final = b"\\u0000"


def encoded(value: Any) -> bytes:
    """A value in one line."""
    return orjson.dumps(value, default=_other, option=orjson.OPT_PASSTHROUGH_DATETIME)


def decoded(line: bytes) -> Any:
    """The value of a line; ``ValueError`` where it is none."""
    value = orjson.loads(line)
    return _restored(value) if _MARK in line else value


def _other(value: Any) -> Any:
    if isinstance(value, datetime):
        return {_MOMENT: value.isoformat()}
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
    return {name: _restored(one) for name, one in value.items()}


def lines_of(snapshot: Snapshot) -> Iterator[bytes]:
    """All of it but where things are declared: code is read anew."""
    for scope, told in snapshot.all_listings():
        yield encoded(["listing", [scope.kind, scope.account, scope.region], _told(told)])
    for seen in snapshot:
        found = seen.found
        named = [found.kind, found.name, found.label, found.account, found.region, found.tags]
        aspects = {name: _told(told) for name, told in seen.aspects.items()}
        yield encoded(["component", named, aspects])


def snapshot_of(lines: Iterable[bytes]) -> Snapshot:
    """What was written; ``ValueError`` where that is not what it is."""
    snapshot = Snapshot()
    number = 0
    try:
        for line in lines:
            number += 1
            what, named, told = decoded(line)
            if what == "listing":
                snapshot.note_listing(Scope(*named), _observation(told))
                continue
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
            seen = snapshot.add(found)
            for aspect, one in told.items():
                seen.aspects[aspect] = _observation(one)
    except (TypeError, ValueError, AttributeError) as error:
        msg = f"line {number} is of no snapshot: {error}"
        raise ValueError(msg) from error
    return snapshot


def _told(one: Observation) -> list[Any]:
    return [one.state.value, one.value, one.api, one.at, one.why]


def _observation(told: list[Any]) -> Observation:
    state, value, api, at, why = told
    return Observation(State(state), value, api, at, why)
