"""Values of expressions as far as they are known before a request comes.

What is known is a :class:`Constant`; the rest says which fact of the request it will be. A value
that depends on a condition is a :class:`Choice`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import Number, Parameter, Several, Text, Word
from ringwall.access.compiler.formulas import FALSE, TRUE, Formula, Network
from ringwall.access.language.syntax import EntityUid

_AS_A_WHOLE: Final = (
    "sets and records as a whole cannot be compared at the edge: "
    "ask with contains, containsAll or containsAny"
)
LARGEST: Final = 2**63 - 1
SMALLEST: Final = -(2**63)
"""The whole numbers of Cedar; beyond them its arithmetic fails."""


class NotNativeError(ValueError):
    """An expression that nothing at the edge can decide; the message says why, and what can."""


class Sort(StrEnum):
    """What a number counts. Moments and lengths of time are in milliseconds."""

    LONG = "Long"
    MOMENT = "datetime"
    LENGTH = "duration"


@dataclass(frozen=True, slots=True)
class Constant:
    """A word or a name."""

    value: str | EntityUid


@dataclass(frozen=True, slots=True)
class Range:
    """An address or a network, as ``ip("...")`` makes it.

    ``is_exact`` is whether the text names the network by its first address, as it is compared.
    """

    network: Network
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class TheAddress:
    """The client's address."""


@dataclass(frozen=True, slots=True)
class TheWord:
    """A word of the request; of an entity's ``type``, its id."""

    word: Word
    type: str | None = None


@dataclass(frozen=True, slots=True)
class TheResource:
    """What is asked for: known, but looked at only as far as a policy does."""


@dataclass(frozen=True, slots=True)
class TheContext:
    """``context``."""


@dataclass(frozen=True, slots=True)
class ThePath:
    """``context.path``."""


@dataclass(frozen=True, slots=True)
class TheSet:
    """A set of words of the request."""

    several: Several


@dataclass(frozen=True, slots=True)
class Linear:
    """``scale * number + offset``; without ``number`` it is just ``offset``."""

    sort: Sort
    offset: int
    number: Number | None = None
    scale: int = 0

    def checked(self) -> "Linear":
        """Itself, unless it might be too large for Cedar, whose arithmetic would fail then."""
        lowest, highest = self.number.bounds if self.number is not None else (0, 0)
        ends = (self.scale * lowest + self.offset, self.scale * highest + self.offset)
        if min(ends) < SMALLEST or max(ends) > LARGEST:
            raise NotNativeError("this may grow beyond 64 bits, where Cedar gives up")
        return self


@dataclass(frozen=True, slots=True)
class Items:
    """A set that is written out."""

    items: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class Record:
    """Attributes by name, each with the condition that it is there."""

    entries: "Mapping[str, tuple[Formula, Value]]"


@dataclass(frozen=True, slots=True)
class Choice:
    """``one`` where the condition holds, else ``other``."""

    condition: Formula
    one: "Value"
    other: "Value"


Value = (
    Formula
    | Constant
    | Range
    | TheAddress
    | TheWord
    | TheResource
    | TheContext
    | ThePath
    | TheSet
    | Linear
    | Items
    | Record
    | Choice
)

_FORMULAS: Final = (
    formulas.Always,
    formulas.Known,
    formulas.Among,
    formulas.Matches,
    formulas.Same,
    formulas.Holds,
    formulas.AtMost,
    formulas.Within,
    formulas.Asked,
    formulas.Not,
    formulas.AllOf,
    formulas.AnyOf,
)


_WHOLE: Final = (ThePath, TheContext, Record)


def constant(value: bool | int | str | EntityUid) -> Value:
    """What is written in a policy or known of a place."""
    if isinstance(value, bool):
        return TRUE if value else FALSE
    if isinstance(value, int):
        return Linear(Sort.LONG, value)
    return Constant(value)


def condition(value: Value) -> Formula:
    """A value that is true or false."""
    if isinstance(value, Choice):
        return _either(value.condition, condition(value.one), condition(value.other))
    if not isinstance(value, _FORMULAS):
        raise NotNativeError("this is neither true nor false")
    return value


def _either(asked: Formula, one: Formula, other: Formula) -> Formula:
    return formulas.any_of(
        [formulas.all_of([asked, one]), formulas.all_of([formulas.negate(asked), other])]
    )


def choose(asked: Formula, one: Value, other: Value) -> Value:
    """``if asked then one else other``."""
    if isinstance(asked, formulas.Always):
        return one if asked.value else other
    if isinstance(one, _FORMULAS) and isinstance(other, _FORMULAS):
        return _either(asked, one, other)
    return Choice(asked, one, other)


def mapped(function: Callable[[Value], Value], value: Value) -> Value:
    """A function of a value, of both sides where it is a choice."""
    if isinstance(value, Choice):
        return choose(value.condition, mapped(function, value.one), mapped(function, value.other))
    return function(value)


def mapped_two(function: Callable[[Value, Value], Value], one: Value, other: Value) -> Value:
    """The same of two values."""
    return mapped(lambda a: mapped(lambda b: function(a, b), other), one)


def equal(one: Value, other: Value) -> Value:
    """``one == other``; values of different types are not equal."""
    return mapped_two(_equal, one, other)


def _require_comparable(value: Value) -> None:
    if isinstance(value, _WHOLE):
        raise NotNativeError(_AS_A_WHOLE)
    if isinstance(value, Range) and not value.is_exact:
        raise NotNativeError("write the first address of a network to compare it")


def _equal(one: Value, other: Value) -> Formula:
    if isinstance(one, _FORMULAS) and isinstance(other, _FORMULAS):
        return _either(one, other, formulas.negate(other))
    _require_comparable(one)
    _require_comparable(other)
    match one, other:
        case (TheResource(), _) | (_, TheResource()):
            raise NotNativeError("the edge cannot compare the resource here")
        case Constant(), Constant():
            return TRUE if one == other else FALSE
        case (TheWord(word, kind), Constant(value)) | (Constant(value), TheWord(word, kind)):
            return _is_named(word, kind, value)
        case TheWord(first, kind), TheWord(second, other_kind):
            return _same(first, second) if kind == other_kind else FALSE
        case Linear(), Linear():
            return _same_number(one, other)
        case Range(), Range():
            return TRUE if one == other else FALSE
        case (TheAddress(), Range(network)) | (Range(network), TheAddress()):
            if network.num_addresses != 1:
                return FALSE
            return formulas.Within(frozenset([network]))
        case TheAddress(), TheAddress():
            return TRUE
    if type(one) is type(other) or {type(one), type(other)} == {TheSet, Items}:
        raise NotNativeError(_AS_A_WHOLE)
    return FALSE


def _same(one: Word, other: Word) -> Formula:
    if one != other and Text.STRENGTH in {one, other}:
        raise NotNativeError("the edge compares a strength with what the policy writes out")
    if one != other and _is_placed(one) and _is_placed(other):
        raise NotNativeError("the edge cannot compare two parts of where a request goes")
    return formulas.same(one, other)


def _is_placed(word: Word) -> bool:
    return isinstance(word, Parameter) or word is Text.HOST_TENANT


def _is_named(word: Word, kind: str | None, value: str | EntityUid) -> Formula:
    if isinstance(value, EntityUid):
        return formulas.among(word, [value.id]) if value.type == kind else FALSE
    return formulas.among(word, [value]) if kind is None else FALSE


def _same_number(one: Linear, other: Linear) -> Formula:
    if one.sort is not other.sort:
        return FALSE
    return formulas.all_of([at_most(one, other), at_most(other, one)])


def at_most(one: Linear, other: Linear) -> Formula:
    """``one <= other``."""
    if one.sort is not other.sort:
        raise NotNativeError(f"a {one.sort} and a {other.sort} cannot be compared")
    if one.number == other.number:
        scale, number = one.scale - other.scale, one.number
    elif other.number is None:
        scale, number = one.scale, one.number
    elif one.number is None:
        scale, number = -other.scale, other.number
    else:
        raise NotNativeError("the edge compares one number of a request with a fixed one, not two")
    room = other.offset - one.offset  # scale * number <= room
    if number is None or scale == 0:
        return TRUE if room >= 0 else FALSE
    if scale > 0:
        return formulas.at_most(number, room // scale)
    # number >= room / scale, rounded up; that is, not below it
    return formulas.negate(formulas.at_most(number, -(room // -scale) - 1))


def plus(one: Value, other: Value, *, sign: int = 1) -> Value:
    """``one + other``, or the difference."""

    def added(a: Value, b: Value) -> Value:
        if not (isinstance(a, Linear) and isinstance(b, Linear)):
            raise NotNativeError("only numbers can be added")
        if a.number is not None and b.number is not None and a.number != b.number:
            raise NotNativeError("the edge counts with one number of a request at a time")
        number = a.number or b.number
        scale = (a.scale if a.number else 0) + sign * (b.scale if b.number else 0)
        return Linear(a.sort, a.offset + sign * b.offset, number, scale).checked()

    return mapped_two(added, one, other)


def times(one: Value, other: Value) -> Value:
    """``one * other``."""

    def multiplied(a: Value, b: Value) -> Value:
        if not (isinstance(a, Linear) and isinstance(b, Linear)):
            raise NotNativeError("only numbers can be multiplied")
        if a.number is not None and b.number is not None:
            raise NotNativeError("the edge multiplies one number of a request with a fixed one")
        factor, of = (a.offset, b) if a.number is None else (b.offset, a)
        return Linear(of.sort, of.offset * factor, of.number, of.scale * factor).checked()

    return mapped_two(multiplied, one, other)
