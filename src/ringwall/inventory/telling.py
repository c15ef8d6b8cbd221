"""Aspects of a component as they are kept: canonical JSON by aspect, without what is secret. Pure.

When something was read is left out: it is another at each reading, and no change of the component.
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from ringwall.core.observations import Observation, State

CONCEALED: Final = "(not kept)"
_SECRET: Final = re.compile(
    r"(password|passphrase|secret|token|private_?key|user_?data|credential)$", re.IGNORECASE
)
_ALL_BELOW: Final = frozenset({"Variables"})
"""What programs are given as their environment: half of the world keeps passwords there."""
_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
_MAY_BE_SECRET: Final = tuple(
    f'{end}":'
    for end in (
        "password", "passphrase", "secret", "token", "privatekey", "private_key", "userdata",
        "user_data", "credential", "variables",
    )
)  # fmt: skip
"""How a member may end, in lower case: texts without any of these need not be looked through."""
_UNKEPT: Final = re.compile("[\0\ud800-\udfff]")


def written(aspects: Mapping[str, Observation]) -> dict[str, str]:
    """Each aspect as JSON: its state, its value where it is known, else why it is not."""
    return {name: _one(told) for name, told in sorted(aspects.items())}


def whole(parts: Mapping[str, str]) -> str:
    """All aspects as one text, of which a digest is made."""
    return "{" + ",".join(f"{_json(name)}:{text}" for name, text in parts.items()) + "}"


def read(text: str) -> dict[str, str]:
    """The aspects of such a text, each as :func:`written` made it."""
    if not text:
        return {}
    return {name: _json(value) for name, value in orjson.loads(text).items()}


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Aspects that differ, each with what it was and what it is; ``""`` is not told."""
    for name in sorted({*before, *after}):
        old, new = before.get(name, ""), after.get(name, "")
        if old != new:
            yield name, old, new


def plain(text: str, longest: int | None = None) -> str:
    """A text that every database keeps."""
    if not text.isascii() or "\0" in text:
        text = _UNKEPT.sub("\N{REPLACEMENT CHARACTER}", text)
    return text[:longest]


def _one(told: Observation) -> str:
    if told.state is State.KNOWN:
        text = _json({"state": "known", "value": told.value})
        lower = text.lower()
        if any(one in lower for one in _MAY_BE_SECRET):
            text = _json({"state": "known", "value": _kept(told.value)})
        return text
    if told.state is State.ABSENT:
        return _json({"state": told.state.value})
    return _json({"state": told.state.value, "why": told.why})


def _json(value: Any) -> str:
    try:
        text = orjson.dumps(value, default=_other, option=_OPTIONS).decode()
    except TypeError:  # half characters, or numbers of more than 64 bits
        text = orjson.dumps(_mended(value), default=_other, option=_OPTIONS).decode()
    return text.replace("\\u0000", "\\ufffd") if "\\u0000" in text else text


def _kept(value: Any) -> Any:
    """The value without what is secret; itself where there is nothing such."""
    if isinstance(value, list | tuple):
        return [_kept(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: dict.fromkeys(one, CONCEALED)
        if name in _ALL_BELOW and isinstance(one, Mapping)
        else CONCEALED
        if isinstance(one, str | bytes) and one and _SECRET.search(str(name))
        else _kept(one)
        for name, one in value.items()
    }


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, int) and value.bit_length() > 63:
        return str(value)
    if isinstance(value, list | tuple):
        return [_mended(one) for one in value]
    if isinstance(value, Mapping):
        return {_mended(str(name)): _mended(one) for name, one in value.items()}
    return value


def _other(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes | bytearray):
        return b64encode(value).decode()
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)
