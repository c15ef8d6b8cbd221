"""Conditions of compiled policies as people say them, and why one is not met."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import (
    GROUP_MARK,
    NEVER,
    Clock,
    Number,
    Parameter,
    Several,
    Text,
    Word,
)
from ringwall.access.compiler.formulas import Formula
from ringwall.access.compiler.patterns import Pattern
from ringwall.access.compiler.requests import Request, evaluate
from ringwall.access.language.syntax import Wildcard
from ringwall.runtime.configuration.spelling import listed

_DAYS: Final = ("", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NAMES: Final[Mapping[Text, str]] = {
    Text.USER: "principal.id",
    Text.CLIENT: "principal.id",
    Text.TENANT: "principal.tenant",
    Text.EMAIL: "principal.email",
    Text.STRENGTH: "principal.strength",
    Text.HOST_TENANT: "the tenant of the host",
}
_MOST: Final = 6
"""So many values are named; of more, how many there are."""


@dataclass(frozen=True, slots=True)
class Wording:
    """How conditions of one place are said. ``tenant`` is the word that says whose it is."""

    tenant: Word | None = None

    def name(self, word: Word) -> str:
        """A word of the request, as policies name it."""
        if word == self.tenant:
            return "resource.tenant"
        return f"context.path.{word.name}" if isinstance(word, Parameter) else _NAMES[word]

    def condition(self, formula: Formula) -> str:
        """When a formula holds: ``principal has role support and was proven within 1h``."""
        return self._said(_plain(formula))

    def _said(self, formula: Formula) -> str:
        match formula:
            case formulas.Always(value):
                return "always" if value else "never"
            case formulas.AllOf(several):
                parts = [(_order(one), self._bracketed(one)) for one in several]
                return " and ".join(text for _, text in sorted(parts))
            case formulas.AnyOf(several):
                parts = [(_order(one), self._bracketed(one)) for one in several]
                return " or ".join(text for _, text in sorted(parts))
            case formulas.Not(inner):
                return self._atom(inner, negated=True)
        return self._atom(formula, negated=False)

    def _bracketed(self, formula: Formula) -> str:
        said = self._said(formula)
        return f"({said})" if isinstance(formula, formulas.AllOf | formulas.AnyOf) else said

    def _atom(self, atom: Formula, *, negated: bool) -> str:
        match atom:
            case formulas.Known(fact):
                return f"{self._of(fact)} is {'not ' if negated else ''}there"
            case formulas.Among(word, values):
                return f"{self.name(word)} is {'not ' if negated else ''}{one_of(values)}"
            case formulas.Matches(word, pattern):
                return f"{self.name(word)} is {'not ' if negated else ''}like {_pattern(pattern)}"
            case formulas.Same(one, other):
                return f"{self.name(one)} is {'not ' if negated else ''}{self.name(other)}"
            case formulas.Holds(several, values):
                return f"principal has {'no ' if negated else ''}{_held(several, values)}"
            case formulas.AtMost(number, bound):
                return _bounded(number, bound, negated=negated)
            case formulas.Within(networks):
                some = one_of(str(one) for one in networks)
                return f"the address is {'not ' if negated else ''}in {some}"
            case formulas.Asked(text):
                return (
                    f"Cedar's engine, asked at the time, {'denies' if negated else 'says'}: {text}"
                )
        msg = f"{atom} is no atom"
        raise TypeError(msg)

    def _of(self, fact: Word | Several) -> str:
        if isinstance(fact, Several):
            return f"principal.{fact}"
        return self.name(fact)

    def unmet(self, formula: Formula, request: Request) -> tuple[str, ...]:
        """Why a formula does not hold for a request, with the values there; empty if it does."""
        if evaluate(formula, request):
            return ()
        match formula:
            case formulas.Always():
                return ("it never holds here",)
            case formulas.AllOf(several):
                parts = sorted(several, key=_order)
                return tuple(_once(r for one in parts for r in self.unmet(one, request)))
            case formulas.AnyOf(several):
                parts = sorted(several, key=_order)
                found = list(_once(r for one in parts for r in self.unmet(one, request)))
                return (", and ".join(found),)
            case formulas.Not(inner):
                return (self.met(inner, request),)
        return (self._missed(formula, request),)

    def met(self, formula: Formula, request: Request) -> str:
        """Why a formula holds for a request, with the values there; where it does not, nonsense."""
        match formula:
            case formulas.AllOf(several) | formulas.AnyOf(several):
                true = [one for one in several if evaluate(one, request)]
                parts = [self.met(one, request) for one in sorted(true, key=_order)]
                return " and ".join(_once(parts)) or self.condition(formula)
            case formulas.Not(inner):
                return ", and ".join(self.unmet(inner, request)) or self.condition(formula)
            case formulas.Among(word) | formulas.Matches(word):
                return f"{self.name(word)} is {request.word(word)}"
            case formulas.Same(one):
                return f"{self.condition(formula)}: {request.word(one)}"
            case formulas.Within():
                return f"the address {request.address} is {_after_is(self.condition(formula))}"
            case formulas.AtMost(number):
                return f"{_now(number, request)}, {_bare(self.condition(formula))}"
        return self.condition(formula)

    def _missed(self, atom: Formula, request: Request) -> str:
        match atom:
            case formulas.Known(fact):
                return f"{self._of(fact)} is not there"
            case formulas.Among(word, values):
                return f"{self._value(word, request)}, not {one_of(values)}"
            case formulas.Matches(word, pattern):
                return f"{self._value(word, request)}, not like {_pattern(pattern)}"
            case formulas.Same(one, other):
                return f"{self._value(one, request)}, {self._value(other, request)}"
            case formulas.Holds(several, values):
                there = sorted(request.sets.get(several, ()))
                has = f"principal has {_and(several, there)}" if there else ""
                wanted = _held(several, values)
                return f"{has}, no {wanted}" if has else f"principal has no {wanted}"
            case formulas.AtMost(Number(Clock.PROVEN_AGO) as number, bound):
                return f"{_now(number, request)}, not within {length(bound)}"
            case formulas.AtMost(number):
                said = self.condition(formulas.Not(atom))
                return f"{_now(number, request)}, {_bare(said)}"
            case formulas.Within():
                return f"the address {request.address} is not {_after_is(self.condition(atom))}"
        return self.condition(formulas.Not(atom))

    def _value(self, word: Word, request: Request) -> str:
        value = request.word(word)
        return f"{self.name(word)} is {'not there' if value is None else value}"


def _plain(formula: Formula) -> Formula:
    """The same with "not" only before single conditions, and without what others imply."""
    match formula:
        case formulas.Not(formulas.AllOf(several)):
            return formulas.any_of(_plain(formulas.negate(one)) for one in several)
        case formulas.Not(formulas.AnyOf(several)):
            return _all_of(_plain(formulas.negate(one)) for one in several)
        case formulas.AllOf(several):
            return _all_of(_plain(one) for one in several)
        case formulas.AnyOf(several):
            return formulas.any_of(_plain(one) for one in several)
    return formula


def _all_of(several: Iterable[Formula]) -> Formula:
    whole = formulas.all_of(several)
    if not isinstance(whole, formulas.AllOf):
        return whole
    used: set[object] = set()
    for one in whole.formulas:
        match one:
            case formulas.Among(word) | formulas.Matches(word):
                used.add(word)
            case formulas.Same(first, second):
                used |= {first, second}
            case formulas.Holds(held):
                used.add(held)
    return formulas.all_of(
        one for one in whole.formulas if not (isinstance(one, formulas.Known) and one.fact in used)
    )


def one_of(values: Iterable[str]) -> str:
    """``a, b or c``; of many, the first and how many more."""
    found = sorted(values)
    if len(found) > _MOST:
        return f"one of {', '.join(found[:_MOST])} and {len(found) - _MOST} more"
    return listed(found)


def length(seconds: int) -> str:
    """A length of time as durations are written: ``1h30m``, ``45s``."""
    if seconds < 0:
        return f"-{length(-seconds)}"
    found = ""
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        found += f"{count}{unit}" if count else ""
    return found or "0s"


def _held(several: Several, values: Iterable[str]) -> str:
    if several is Several.SCOPES:
        return f"scope {one_of(values)}"
    return " or ".join(_and(several, [one]) for one in sorted(values)[:_MOST]) + (
        f" and {len(set(values)) - _MOST} more" if len(set(values)) > _MOST else ""
    )


def _and(several: Several, values: Iterable[str]) -> str:
    named = [
        f"scope {one}"
        if several is Several.SCOPES
        else f"group {one.removeprefix(GROUP_MARK)}"
        if one.startswith(GROUP_MARK)
        else f"role {one}"
        for one in values
    ]
    return listed(named, last="and")


def _pattern(pattern: Pattern) -> str:
    return '"' + "".join("*" if isinstance(p, Wildcard) else p for p in pattern) + '"'


def _bounded(number: Number, bound: int, *, negated: bool) -> str:
    match number.clock:
        case Clock.PROVEN_AGO:
            return f"principal was {'not ' if negated else ''}proven within {length(bound)}"
        case Clock.NOW:
            said = f"{datetime.fromtimestamp(bound, UTC):%Y-%m-%d %H:%M:%S} UTC"
            return f"it is {'after' if negated else 'not after'} {said}"
        case Clock.TIME_OF_DAY:
            said = f"{timedelta(seconds=bound)!s:0>8} {_zone(number)}"
            return f"the time of day is {'after' if negated else 'not after'} {said}"
        case Clock.DAY:
            said = f"{datetime.fromtimestamp(bound * 86_400, UTC):%Y-%m-%d} {_zone(number)}"
            return f"the day is {'after' if negated else 'not after'} {said}"
        case Clock.WEEKDAY:
            return f"the weekday is {'after' if negated else 'not after'} {_DAYS[bound]}"


def _zone(number: Number) -> str:
    if not number.shift:
        return "UTC"
    return f"UTC{'+' if number.shift > 0 else ''}{length(number.shift)}"


def _now(number: Number, request: Request) -> str:
    value = request.number(number)
    match number.clock:
        case Clock.PROVEN_AGO:
            if value == NEVER:
                return "principal was never proven"
            return f"principal was proven {length(value)} ago"
        case Clock.NOW:
            return f"it is {datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC"
        case Clock.TIME_OF_DAY:
            return f"the time of day is {timedelta(seconds=value)!s:0>8} {_zone(number)}"
        case Clock.DAY:
            at = datetime.fromtimestamp(value * 86_400, UTC)
            return f"the day is {at:%Y-%m-%d} {_zone(number)}"
        case Clock.WEEKDAY:
            return f"the weekday is {_DAYS[value]}"


def _bare(said: str) -> str:
    """A condition without its beginning, which stands before it already."""
    for start in ("principal was proven ", "the time of day is ", "the day is ", "it is "):
        if said.startswith(start):
            return said.removeprefix(start)
    return said.removeprefix("the weekday is ")


def _after_is(said: str) -> str:
    return said.removeprefix("the address is ")


def _once(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


_RANKS: Final[tuple[tuple[Callable[[Formula], bool], int], ...]] = (
    (lambda one: isinstance(one, formulas.Holds), 0),
    (lambda one: isinstance(one, formulas.Same), 2),
    (lambda one: isinstance(one, formulas.Known), 1),
    (lambda one: getattr(one, "word", None) is Text.STRENGTH, 4),
    (lambda one: hasattr(one, "word"), 3),
    (lambda one: isinstance(one, formulas.AtMost), 5),
    (lambda one: isinstance(one, formulas.Within), 6),
)


def _order(formula: Formula) -> tuple[int, str]:
    """Who comes before when, and both before whatever is written with brackets."""
    bare = formula.formula if isinstance(formula, formulas.Not) else formula
    rank = next((rank for applies, rank in _RANKS if applies(bare)), 9)
    return rank, Wording().condition(formula)
