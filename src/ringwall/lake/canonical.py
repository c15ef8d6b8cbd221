r"""Canonical JSON: one line, sorted keys, nothing in it that a terminal or a parser takes amiss.

No ``\u`` escape is left: control characters are written as their pictures (U+2400 and on), what
Unicode has no picture or no place for (C1 controls, lone surrogates) as U+FFFD, and it is told that
this was done. What JSON readers do not agree on (RFC 8259, sections 4 and 6) is refused: a key that
is there twice, a number beyond 64 bits or without an end.
"""

import json
import math
import re
from typing import Any, Final, NoReturn

import orjson

DEEPEST: Final = 32
"""Arrays and objects within each other."""
LONGEST_STRING: Final = 32 * 1024
"""Octets of a string in UTF-8."""

MALFORMED: Final = "malformed JSON"
NOT_UTF8: Final = "not UTF-8"
DUPLICATE_KEY: Final = "duplicate key"
NUMBER: Final = "number out of range"
TOO_DEEP: Final = f"nested deeper than {DEEPEST}"
LONG_STRING: Final = f"string longer than {LONGEST_STRING} bytes"
NOT_JSON: Final = "a value that JSON does not have"

_OPTIONS: Final = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
_SUSPECT: Final = re.compile(rb"\\[bfnrtu]|\x7f|\xc2[\x80-\x9f]|null")
"""What may stand for a control character. orjson writes ``null`` for a number without an end."""
_ESCAPE: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u")
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_PICTURES: Final = {
    **{code: 0x2400 + code for code in range(0x20)},
    0x7F: 0x2421,
    **dict.fromkeys(range(0x80, 0xA0), 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
}
_LEAST: Final = -(2**63)
_MOST: Final = 2**64 - 1


class RefusedError(ValueError):
    """What cannot be kept as it is. :attr:`reason` is one of this module's constants."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(raw: bytes) -> Any:
    """The value that one JSON text has for every reader. :class:`RefusedError` where there is none.

    Lone surrogates stay in its strings: :func:`canonical` takes them out.
    """
    try:
        value = orjson.loads(raw)
        if orjson.dumps(value) == raw:
            return value  # written as we write: no key was dropped, no number rounded
    except (orjson.JSONDecodeError, TypeError):
        pass
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise RefusedError(NOT_UTF8) from None
    begin = skip_blanks(text, 0)
    value, end, reason = parse_at(text, begin)
    if reason is None and skip_blanks(text, end) != len(text):
        reason = MALFORMED
    if reason is not None:
        raise RefusedError(reason)
    return value


def parse_at(text: str, begin: int) -> tuple[Any, int, str | None]:
    """The JSON value at ``begin``, where it ends, and why it cannot be taken, if so.

    :class:`RefusedError` where it is none, so that nobody knows where it would end.
    """
    _faults.clear()
    try:
        value, end = _DECODER.raw_decode(text, begin)
    except RecursionError:
        raise RefusedError(TOO_DEEP) from None
    except ValueError:
        raise RefusedError(MALFORMED) from None
    return value, end, _faults[0] if _faults else None


def skip_blanks(text: str, begin: int) -> int:
    """Where what is not white space (RFC 8259, section 2) begins, from ``begin`` on."""
    found = _BLANKS.match(text, begin)
    return begin if found is None else found.end()


def sorted_json(value: object) -> bytes:
    """Sorted keys, no blanks, nothing escaped but what has to be: of what is known to be clean."""
    return orjson.dumps(value, option=_OPTIONS)


def canonical(value: Any) -> tuple[bytes, bool]:
    """The canonical line of ``value``, and whether something in it was neutralised.

    ``value`` is made of what JSON has; :class:`RefusedError` says what is not.
    """
    try:
        line = sorted_json(value)
    except (TypeError, RecursionError):
        line = None  # a lone surrogate, or what is found below
    if (
        line is not None
        and len(line) <= LONGEST_STRING
        and line.count(b"{") + line.count(b"[") <= DEEPEST
        and _SUSPECT.search(line) is None
    ):
        return line, False
    clean, changed = _clean(value, DEEPEST)
    if line is None or changed:
        line = sorted_json(clean)
    return line, changed


def has_escape(line: bytes) -> bool:
    r"""Whether a JSON text has a ``\u`` escape; a backslash before a ``u`` (``\\u``) is none."""
    return b"\\u" in line and _ESCAPE.search(line) is not None


def neutralised(text: str) -> str:
    """``text`` as it stands in a canonical line."""
    return text.translate(_PICTURES) if _CONTROLS.search(text) else text


def _clean(value: Any, room: int) -> tuple[Any, bool]:
    """The same value with strings neutralised, and whether any was."""
    if isinstance(value, str):
        if len(value) * 4 > LONGEST_STRING:
            _measure(value)
        clean = neutralised(value)
        return clean, clean is not value
    if value is None or isinstance(value, bool):
        return value, False
    if isinstance(value, int):
        return (value, False) if _LEAST <= value <= _MOST else _refuse(NUMBER)
    if isinstance(value, float):
        return (value, False) if math.isfinite(value) else _refuse(NUMBER)
    if room == 0:
        _refuse(TOO_DEEP)
    if isinstance(value, dict):
        return _clean_object(value, room - 1)
    if isinstance(value, list | tuple):
        parts = [_clean(one, room - 1) for one in value]
        return [one for one, _ in parts], any(changed for _, changed in parts)
    return _refuse(NOT_JSON)


def _clean_object(value: dict[Any, Any], room: int) -> tuple[dict[str, Any], bool]:
    found: dict[str, Any] = {}
    any_changed = False
    for key, one in value.items():
        if not isinstance(key, str):
            _refuse(NOT_JSON)
        name, name_changed = _clean(key, room)
        if name in found:
            _refuse(DUPLICATE_KEY)
        found[name], changed = _clean(one, room)
        any_changed = any_changed or changed or name_changed
    return found, any_changed


def _measure(text: str) -> None:
    if len(text.encode("utf-8", "surrogatepass")) > LONGEST_STRING:
        _refuse(LONG_STRING)


def _refuse(reason: str) -> NoReturn:
    raise RefusedError(reason)


_faults: list[str] = []
"""What the decoder below found on its way, which goes on to the end of the value."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _faults.append(DUPLICATE_KEY)
    return found


def _whole(text: str) -> int:
    if len(text) <= 20 and _LEAST <= (number := int(text)) <= _MOST:
        return number
    _faults.append(NUMBER)
    return 0


def _real(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        _faults.append(NUMBER)
    return number


def _endless(text: str) -> None:
    """``NaN`` and ``Infinity``, which are no JSON."""
    del text
    _faults.append(NUMBER)


_BLANKS: Final = re.compile(r"[ \t\n\r]*")
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_whole, parse_float=_real, parse_constant=_endless
)
