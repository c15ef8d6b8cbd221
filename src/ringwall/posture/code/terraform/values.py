"""Values of Terraform: those of Python, and those that are not known before it has run."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ringwall.posture.code.terraform.bounds import ExpressionError, fitting, room, spend
from ringwall.posture.snapshot.partial import Unknown

__all__ = ["ExpressionError"]

_NUMBER: Final = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_LONGEST: Final = 300
_QUOTE: Final = re.compile(r'(?<!\\)(?:\\\\)*"')
"""One that begins or ends a text of JSON."""
_MARK: Final = "\ue000{}\ue001"


@dataclass(frozen=True, slots=True)
class Reference(Unknown):
    """An attribute of a resource that is known only once it is there."""

    address: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Existing(Unknown):
    """An attribute of what is there already, and is read when Terraform runs."""

    address: str
    type: str
    attribute: str


class OfResource(dict[str, Any]):
    """A resource as an object: it has what is written, and tells the rest where that is asked."""

    __slots__ = ("tell",)

    def __init__(self, written: dict[str, Any], tell: Callable[[str], Any]) -> None:
        super().__init__(written)
        self.tell = tell


class SetOf(list[Any]):
    """A set, in the order in which Terraform goes through it: each element is its own key."""

    __slots__ = ()


def pairs_of(value: Any) -> "list[tuple[Any, Any]] | None":
    """Keys and values as a loop goes through them; ``None`` where it has none."""
    if isinstance(value, dict):
        return sorted(value.items(), key=lambda pair: str(pair[0]))
    if isinstance(value, SetOf):
        return [(one, one) for one in value]
    return list(enumerate(value)) if isinstance(value, list) else None


@dataclass(frozen=True, slots=True)
class Given(Unknown):
    """What nobody can leave out who applies it: a variable without a default."""

    is_hidden: bool = False
    """Whether it is to be kept from those who look: it may be a secret, whatever it is called."""


@dataclass(frozen=True, slots=True)
class Outside(Unknown):
    """What stands elsewhere for all to see: what another stack exports, zones of a region."""


@dataclass(frozen=True, slots=True)
class Unread(Unknown):
    """A module that is not here. ``tells`` are those of its outputs of which the form is known."""

    tells: tuple[tuple[str, Any], ...] = ()

    def output(self, name: str) -> Any:
        """What is known of one of its outputs."""
        return dict(self.tells).get(name, Unknown(self.why))


@dataclass(frozen=True, slots=True)
class PartialText(Unknown):
    """A text of which parts are not known."""

    parts: tuple["str | Unknown", ...]


@dataclass(frozen=True, slots=True)
class PartialBase64(Unknown):
    """A text in Base64 of which parts are not known: the text itself."""

    text: PartialText


@dataclass(frozen=True, slots=True)
class Encoded(Unknown):
    """JSON of something that is not known whole."""

    value: Any


def has_unknown(value: Any) -> bool:
    """Whether any part of it is not known."""
    spend()
    if isinstance(value, Unknown):
        return True
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    return isinstance(value, list) and any(map(has_unknown, value))


def first_unknown(value: Any) -> Unknown | None:
    """The first part that is not known."""
    spend()
    if isinstance(value, Unknown):
        return value
    several = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    return next(filter(None, map(first_unknown, several)), None)


def number_of(text: str) -> int | float:
    """The number that a text is; ``ExpressionError`` where it is none."""
    if not _NUMBER.fullmatch(text) or len(text) > _LONGEST:
        raise ExpressionError(f"{text[:40]!r} is no number")
    found = float(text)
    return int(text) if _WHOLE.fullmatch(text) else int(found) if found.is_integer() else found


def text_of(value: Any) -> "str | Unknown":
    """As Terraform writes it into a text; ``ExpressionError`` where it cannot."""
    if isinstance(value, str | Unknown):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    kind = "null" if value is None else "a list" if isinstance(value, list) else "an object"
    raise ExpressionError(f"{kind} cannot be a text")


def joined(parts: "list[str | Unknown]") -> "str | Unknown":
    """Texts one after another."""
    room(sum(len(one) for one in parts if isinstance(one, str)))
    if all(isinstance(one, str) for one in parts):
        return "".join(parts)  # type: ignore[arg-type] # all are texts
    flat: list[str | Unknown] = []
    for one in parts:
        flat.extend(one.parts if isinstance(one, PartialText) else (one,) if one != "" else ())
    if len(flat) == 1 and isinstance(flat[0], Unknown):
        return flat[0]
    spend(len(flat))
    fitting(flat)
    why = next(one.why for one in flat if isinstance(one, Unknown))
    return PartialText(why, tuple(flat))


def as_json(value: Any) -> Any:
    """JSON text where all is known."""
    if has_unknown(value):
        found = first_unknown(value)
        return Encoded(found.why if found else "", value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def from_json(value: Any) -> Any:
    """What JSON says, with parts that are not known where they stand in texts.

    ``ExpressionError`` where it is no JSON.
    """
    if isinstance(value, Encoded):
        return value.value
    if isinstance(value, PartialText):
        return _from_partial(value)
    if isinstance(value, Unknown) or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise ExpressionError(f"it is no JSON: {error}") from error


def _from_partial(value: PartialText) -> Any:
    """JSON of which parts are not known: those within texts, and those that are JSON themselves."""
    held: dict[str, Any] = {}
    text, is_within = "", False
    for one in value.parts:
        if isinstance(one, str):
            text += one
            is_within ^= len(_QUOTE.findall(one)) % 2 == 1
            continue
        mark = _MARK.format(len(held))
        is_whole = isinstance(one, Encoded) and not is_within
        held[mark] = one.value if isinstance(one, Encoded) and is_whole else one
        text += f'"{mark}"' if is_whole else mark
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return Unknown(value.why)
    return _unmarked(found, held, Unknown(value.why))


def _unmarked(value: Any, held: dict[str, Any], unknown: Unknown) -> Any:
    """With what is held in the place of its marks; ``unknown`` where one is a part of a key."""
    if isinstance(value, dict):
        if any("\ue000" in key for key in value):
            return unknown
        return {key: _unmarked(one, held, unknown) for key, one in value.items()}
    if isinstance(value, list):
        return [_unmarked(one, held, unknown) for one in value]
    if isinstance(value, str) and "\ue000" in value:
        if value in held:
            return held[value]
        parts: list[str | Unknown] = []
        for at, part in enumerate(value.replace("\ue001", "\ue000").split("\ue000")):
            parts.append(held[_MARK.format(part)] if at % 2 else part)
        return joined([one for one in parts if one != ""])
    return value
