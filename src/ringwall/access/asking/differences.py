"""Where two conditions differ: for which requests one holds and the other does not.

Both are taken apart along what they ask, one atom after the other, until they say the same or are
decided: nothing is left out, and every difference that is told has a request that shows it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ringwall.access.asking.satisfying import Literal, Literals, TooManyError, example, is_possible
from ringwall.access.asking.shortening import assumed, order, shortened
from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import Word
from ringwall.access.compiler.formulas import Always, Atom, Formula, atoms
from ringwall.access.compiler.requests import Request, evaluate

MOST_STEPS: Final = 60_000
"""Conditions looked at, all in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Requests that are now allowed, or denied: all that meet ``formula``.

    ``examples`` are some of them, one of each case that was told apart.
    """

    granted: bool
    formula: Formula
    examples: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """One case that was told apart: all that meets the literals is granted, or all is taken."""

    granted: bool
    literals: Literals
    shown: Request


def differences(old: Formula, new: Formula, always: frozenset[Word]) -> tuple[Difference, ...]:
    """Every difference, those granted first. ``TooManyError`` where there are too many cases.

    ``always`` are the words that every request there brings.
    """
    cases = list(_Search(always).cases(old, new, ()))
    found: list[Difference] = []
    for granted in (True, False):
        mine = [case for case in cases if case.granted == granted]
        for formula in shortened([case.literals for case in mine], always):
            examples = tuple(case.shown for case in mine if evaluate(formula, case.shown))
            found.append(Difference(granted=granted, formula=formula, examples=examples))
    return tuple(found)


@dataclass(slots=True)
class _Search:
    always: frozenset[Word]
    steps: int = field(default=0)

    def cases(self, old: Formula, new: Formula, literals: tuple[Literal, ...]) -> Iterator[_Case]:
        if old == new:
            return
        self.steps += 1 + _breadth(old) + _breadth(new)
        if self.steps > MOST_STEPS:
            raise TooManyError("the conditions are too many to be compared one by one")
        if isinstance(old, Always) and isinstance(new, Always):
            shown = example(literals, self.always)
            if shown is not None:
                yield _Case(new.value, frozenset(literals), shown)
            return
        atom = _next(old, new)
        for holds in (True, False):
            further = (*literals, (atom, holds))
            if is_possible(further, self.always):
                yield from self.cases(
                    assumed(old, atom, holds=holds), assumed(new, atom, holds=holds), further
                )


def _next(old: Formula, new: Formula) -> Atom:
    """What to tell apart next: something of the smallest part that only one of them has."""
    joined = (
        formulas.AnyOf
        if isinstance(old, formulas.AnyOf) and isinstance(new, formulas.AnyOf)
        else formulas.AllOf
    )
    parts = _parts(old, joined) ^ _parts(new, joined)
    return min(atoms(min(parts, key=_size)), key=order)


def _parts(formula: Formula, joined: type[formulas.AllOf | formulas.AnyOf]) -> frozenset[Formula]:
    """The conditions that a formula joins in one way; itself where it is joined otherwise."""
    if isinstance(formula, joined):
        return formula.formulas
    return frozenset() if isinstance(formula, Always) else frozenset([formula])


def _size(formula: Formula) -> tuple[int, tuple[str, ...]]:
    """How much a formula asks; what asks the same is told apart by its first atom."""
    found = atoms(formula)
    return len(found), min(map(order, found), default=())


def _breadth(formula: Formula) -> int:
    return len(formula.formulas) if isinstance(formula, formulas.AllOf | formulas.AnyOf) else 0
