"""Many cases said in few words: what does not matter is left out, what is alike is put together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from ringwall.access.asking.satisfying import Literal, Literals, is_possible
from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import Several, Word
from ringwall.access.compiler.formulas import FALSE, TRUE, Always, Atom, Formula, atoms

_FEW: Final = 60
"""More cases than so many are told as they are: to put them together would take too long."""
_STEPS: Final = 3_000

_Term = frozenset[Formula]


def assumed(formula: Formula, atom: Atom, *, holds: bool) -> Formula:
    """A formula once an atom is known to hold, or not to, and others that follow from it."""
    match formula:
        case formulas.Not(inner):
            return formulas.negate(assumed(inner, atom, holds=holds))
        case formulas.AllOf(several):
            return formulas.all_of(assumed(one, atom, holds=holds) for one in several)
        case formulas.AnyOf(several):
            return formulas.any_of(assumed(one, atom, holds=holds) for one in several)
    if formula == atom:
        return Always(holds)
    return _following(formula, atom, holds=holds)


def _following(other: Formula, atom: Atom, *, holds: bool) -> Formula:
    """What follows for another atom about the same; itself where nothing does."""
    match atom, other:
        case formulas.Among(word, values), formulas.Among(another, more) if word == another:
            if holds and values <= more:
                return TRUE
            if (holds and values.isdisjoint(more)) or (not holds and more <= values):
                return FALSE
        case formulas.AtMost(number, bound), formulas.AtMost(another, further) if number == another:
            if holds and bound <= further:
                return TRUE
            if not holds and further <= bound:
                return FALSE
    return other


@lru_cache(maxsize=50_000)
def order(atom: Atom) -> tuple[str, ...]:
    """By what atoms are put in an order that is always the same."""
    match atom:
        case formulas.Among(word, values):
            return ("among", repr(word), *sorted(values))
        case formulas.Holds(several, values):
            return ("holds", several, *sorted(values))
        case formulas.Within(networks):
            return ("within", *sorted(map(str, networks)))
    return (repr(atom),)


def _ordered(literals: Iterable[Literal]) -> list[Literal]:
    return sorted(literals, key=lambda literal: (literal[1], order(literal[0])))


def shortened(cases: Sequence[Literals], always: frozenset[Word]) -> tuple[Formula, ...]:
    """Conditions that together hold just where one of the cases does, few and short.

    ``always`` are the words that every request brings.
    """
    if len(cases) > _FEW:
        return tuple(_said(case) for case in cases)
    covering = _Covering(always)
    whole = formulas.any_of(_said(case) for case in cases)
    needed = {covering.without_needless(case, whole) for case in cases}
    left = sorted(
        needed, key=lambda one: (-len(one), [(order(a), holds) for a, holds in _ordered(one)])
    )
    for one in tuple(left):
        others = formulas.any_of(_said(other) for other in left if other != one)
        if covering.covers(one, others):
            left.remove(one)
    return tuple(formulas.all_of(term) for term in _factored([_factors(one) for one in left]))


def _said(literals: Literals) -> Formula:
    return formulas.all_of(_one(literal) for literal in literals)


def _one(literal: Literal) -> Formula:
    atom, holds = literal
    return atom if holds else formulas.negate(atom)


@dataclass(slots=True)
class _Covering:
    """Finds out what is within what; after so many steps it gives up, and no is the answer."""

    always: frozenset[Word]
    steps: int = _STEPS

    def without_needless(self, case: Literals, whole: Formula) -> Literals:
        """A case as wide as the whole allows: a literal goes whose opposite is in it too."""
        left = set(case)
        for one in _ordered(case):
            without = left - {one}
            if self.covers(frozenset({*without, (one[0], not one[1])}), whole):
                left = without
        return frozenset(left)

    def covers(self, case: Literals, whole: Formula) -> bool:
        """Whether the whole holds wherever the case does."""
        rest = whole
        for atom, holds in case:
            rest = assumed(rest, atom, holds=holds)
        todo = [(case, rest)]
        while todo and self.steps > 0:
            self.steps -= 1
            literals, rest = todo.pop()
            if rest == TRUE or not is_possible(literals, self.always):
                continue
            if rest == FALSE:
                return False
            atom = min(atoms(rest), key=order)
            for holds in (True, False):
                further = literals | {(atom, holds)}
                todo.append((further, assumed(rest, atom, holds=holds)))
        return not todo


def _factors(literals: Literals) -> _Term:
    """The literals as conditions, without names in lists that others rule out."""
    not_held: dict[Several, set[str]] = {}
    for atom, holds in literals:
        if isinstance(atom, formulas.Holds) and not holds:
            not_held.setdefault(atom.several, set()).update(atom.values)
    found: set[Formula] = set()
    rest: list[Formula] = []
    for atom, holds in literals:
        if isinstance(atom, formulas.Holds) and holds:
            found.add(formulas.holds(atom.several, atom.values - not_held.get(atom.several, set())))
        else:
            rest.append(_one((atom, holds)))
    joined = formulas.all_of(rest)
    found |= joined.formulas if isinstance(joined, formulas.AllOf) else {joined}
    return frozenset(found - {TRUE})


def _factored(terms: list[_Term]) -> list[_Term]:
    """Terms that differ in one condition are one, in which either may hold."""
    found = list(dict.fromkeys(terms))
    while (pair := _alike(found)) is not None:
        one, other = pair
        found.remove(one)
        found.remove(other)
        either = formulas.any_of([*(one - other), *(other - one)])
        merged = frozenset({*(one & other), either} - {TRUE})
        if merged not in found:
            found.append(merged)
    return found


def _alike(terms: list[_Term]) -> tuple[_Term, _Term] | None:
    for at, one in enumerate(terms):
        for other in terms[at + 1 :]:
            if len(one - other) == len(other - one) == 1:
                return one, other
    return None
