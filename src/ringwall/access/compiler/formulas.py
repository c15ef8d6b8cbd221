"""Conditions over what a request brings: what is left of policies once their route is known.

Built only by the functions below, which simplify: equal conditions become equal formulas as far as
this can be seen without search. There are no errors in them, because policies were judged: a word
that a request does not bring is in no set and equal to nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from ringwall.access.compiler.facts import (
    STRENGTHS,
    Number,
    Several,
    Text,
    Word,
    can_be,
)
from ringwall.access.compiler.patterns import Pattern, is_like

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Always:
    """True or false whatever comes."""

    value: bool


TRUE: Final = Always(True)
FALSE: Final = Always(False)


@dataclass(frozen=True, slots=True)
class Known:
    """The request brings this word, or such a set."""

    fact: Word | Several


@dataclass(frozen=True, slots=True)
class Among:
    """The word is one of these."""

    word: Word
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Matches:
    """The word looks like this."""

    word: Word
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Same:
    """Both words are there and equal; the one that sorts first stands first."""

    one: Word
    other: Word


@dataclass(frozen=True, slots=True)
class Holds:
    """The set has at least one of these."""

    several: Several
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class AtMost:
    """The number is there and not above the bound."""

    number: Number
    bound: int


@dataclass(frozen=True, slots=True)
class Within:
    """The client's address is in one of these networks."""

    networks: frozenset[Network]


@dataclass(frozen=True, slots=True)
class Asked:
    """What only Cedar's engine can tell: a condition of a policy that may be decided by call-out.

    ``text`` is the condition for readers, in one line; ``of`` stands for what exactly is asked, of
    whom and where, so that the same text elsewhere is another condition, as one with other blanks
    is; ``reason`` is why the edge cannot tell.
    """

    text: str
    of: str
    reason: str


Atom = Known | Among | Matches | Same | Holds | AtMost | Within | Asked


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    formula: "Formula"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one; two or more."""

    formulas: "frozenset[Formula]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one; two or more."""

    formulas: "frozenset[Formula]"


Formula = Always | Atom | Not | AllOf | AnyOf


def negate(formula: Formula) -> Formula:
    """Not this."""
    match formula:
        case Always(value):
            return FALSE if value else TRUE
        case Not(inner):
            return inner
        case _:
            return Not(formula)


def among(word: Word, values: Iterable[str]) -> Formula:
    """The word is one of some; of none, never."""
    found = frozenset(value for value in values if can_be(word, value))
    return Among(word, found) if found else FALSE


def holds(several: Several, values: Iterable[str]) -> Formula:
    """The set has one of some; of none, never."""
    found = frozenset(one for one in values if one and several.separator not in one)
    return Holds(several, found) if found else FALSE


def same(one: Word, other: Word) -> Formula:
    """Two words are equal, whichever is named first."""
    if one == other:
        return Known(one)
    first, second = sorted((one, other), key=repr)
    return Same(first, second)


def matches(word: Word, pattern: Pattern) -> Formula:
    """The word looks like a pattern."""
    if word is Text.STRENGTH:
        return among(word, [one for one in STRENGTHS if is_like(one, pattern)])
    if not all(can_be(word, piece) for piece in pattern if isinstance(piece, str)):
        return FALSE
    if all(isinstance(piece, str) for piece in pattern):
        return among(word, ["".join(str(piece) for piece in pattern)])
    return Matches(word, pattern)


def at_most(number: Number, bound: int) -> Formula:
    """The number is not above a bound."""
    lowest, highest = number.bounds
    if bound < lowest:
        return FALSE
    if bound >= highest:
        return TRUE
    return AtMost(number, bound)


def all_of(formulas: Iterable[Formula]) -> Formula:
    """Every one of them."""
    found: set[Formula] = set()
    for one in formulas:
        match one:
            case Always(value):
                if not value:
                    return FALSE
            case AllOf(inner):
                found |= inner
            case _:
                found.add(one)
    if any(isinstance(one, Not) and one.formula in found for one in found):
        return FALSE
    found = _narrowed(found)
    if FALSE in found:
        return FALSE
    # a && (a || b) is a; a && (!a || b) stays as it is written.
    found -= {one for one in found if isinstance(one, AnyOf) and not one.formulas.isdisjoint(found)}
    if not found:
        return TRUE
    return next(iter(found)) if len(found) == 1 else AllOf(frozenset(found))


def any_of(formulas: Iterable[Formula]) -> Formula:
    """At least one of them."""
    found: set[Formula] = set()
    for one in formulas:
        match one:
            case Always(value):
                if value:
                    return TRUE
            case AnyOf(inner):
                found |= inner
            case _:
                found.add(one)
    if any(isinstance(one, Not) and one.formula in found for one in found):
        return TRUE
    found = _widened(found)
    found -= {one for one in found if isinstance(one, AllOf) and not one.formulas.isdisjoint(found)}
    if not found:
        return FALSE
    return next(iter(found)) if len(found) == 1 else AnyOf(frozenset(found))


def parts(formula: Formula) -> frozenset[Formula]:
    """What must all hold for a formula to hold."""
    return formula.formulas if isinstance(formula, AllOf) else frozenset([formula])


def _narrowed(found: set[Formula]) -> set[Formula]:
    """What is left of ``Among`` of the same word, together: one word has one value."""
    words: dict[Word, list[frozenset[str]]] = {}
    for one in found:
        if isinstance(one, Among):
            words.setdefault(one.word, []).append(one.values)
    for word, several in words.items():
        without = [
            one.formula.values
            for one in found
            if isinstance(one, Not) and isinstance(one.formula, Among) and one.formula.word == word
        ]
        known = Known(word) in found
        if len(several) == 1 and not without and not known:
            continue
        left = frozenset.intersection(*several).difference(*without)
        found = {
            one
            for one in found
            if not (isinstance(one, Among) and one.word == word)
            and not (
                isinstance(one, Not) and isinstance(one.formula, Among) and one.formula.word == word
            )
            and one != Known(word)
        }
        found.add(among(word, left))
    return found


def _widened(found: set[Formula]) -> set[Formula]:
    """``Among`` of the same word as one, and so for sets and networks."""
    words: dict[Word, set[str]] = {}
    sets: dict[Several, set[str]] = {}
    networks: set[Network] = set()
    rest: set[Formula] = set()
    for one in found:
        match one:
            case Among(word, values):
                words.setdefault(word, set()).update(values)
            case Holds(several, values):
                sets.setdefault(several, set()).update(values)
            case Within(some):
                networks |= some
            case _:
                rest.add(one)
    rest |= {Among(word, frozenset(values)) for word, values in words.items()}
    rest |= {Holds(several, frozenset(values)) for several, values in sets.items()}
    if networks:
        rest.add(Within(frozenset(networks)))
    return rest


def is_asked(formula: Formula) -> bool:
    """Whether Cedar's engine may have to be asked for some of it."""
    match formula:
        case Asked():
            return True
        case Not(inner):
            return is_asked(inner)
        case AllOf(several) | AnyOf(several):
            return any(is_asked(one) for one in several)
    return False


def loosest(formula: Formula) -> Formula:
    """What must hold if a formula does, whatever Cedar's engine says of what it is asked."""
    return _bounded(formula, asked=True)


def tightest(formula: Formula) -> Formula:
    """What is enough for a formula to hold, whatever Cedar's engine says of what it is asked."""
    return _bounded(formula, asked=False)


@lru_cache(maxsize=20_000)
def _bounded(formula: Formula, *, asked: bool) -> Formula:
    match formula:
        case Asked():
            return Always(asked)
        case Not(inner):
            return negate(_bounded(inner, asked=not asked))
        case AllOf(several):
            return all_of(_bounded(one, asked=asked) for one in several)
        case AnyOf(several):
            return any_of(_bounded(one, asked=asked) for one in several)
    return formula


def atoms(formula: Formula) -> frozenset[Atom]:
    """Everything that a formula asks."""
    match formula:
        case Always():
            return frozenset()
        case Not(inner):
            return atoms(inner)
        case AllOf(several) | AnyOf(several):
            return reduce(frozenset.union, (atoms(one) for one in several), frozenset())
        case _:
            return frozenset([formula])
