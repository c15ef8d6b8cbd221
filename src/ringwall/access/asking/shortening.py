"""Many cases said in few words: what does not matter is left out, what is alike is put together."""

from collections.abc import Sequence
from typing import Final

from ringwall.access.asking.satisfying import Literal, Literals, is_possible
from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import Several, Word
from ringwall.access.compiler.formulas import FALSE, TRUE, Always, Atom, Formula, atoms

_FEW: Final = 60
"""More cases than so many are told as they are: to put them together would take too long."""
_STEPS: Final = 400

_Term = frozenset[Formula]


def assumed(formula: Formula, atom: Atom, *, holds: bool) -> Formula:
    """A formula once an atom is known to hold, or not to."""
    match formula:
        case formulas.Not(inner):
            return formulas.negate(assumed(inner, atom, holds=holds))
        case formulas.AllOf(several):
            return formulas.all_of(assumed(one, atom, holds=holds) for one in several)
        case formulas.AnyOf(several):
            return formulas.any_of(assumed(one, atom, holds=holds) for one in several)
    return Always(holds) if formula == atom else formula


def shortened(cases: Sequence[Literals], always: frozenset[Word]) -> tuple[Formula, ...]:
    """Conditions that together hold just where one of the cases does, few and short.

    ``always`` are the words that every request brings.
    """
    if len(cases) > _FEW:
        return tuple(_said(case) for case in cases)
    whole = formulas.any_of(_said(case) for case in cases)
    needed = {_without_needless(case, whole, always) for case in cases}
    left = sorted(needed, key=lambda one: (-len(one), repr(sorted(map(repr, one)))))
    for one in tuple(left):
        others = formulas.any_of(_said(other) for other in left if other != one)
        if _is_covered(one, others, always):
            left.remove(one)
    return tuple(formulas.all_of(term) for term in _factored([_factors(one) for one in left]))


def _said(literals: Literals) -> Formula:
    return formulas.all_of(_one(literal) for literal in literals)


def _one(literal: Literal) -> Formula:
    atom, holds = literal
    return atom if holds else formulas.negate(atom)


def _without_needless(case: Literals, whole: Formula, always: frozenset[Word]) -> Literals:
    """A case as wide as the whole allows: each literal is left out whose opposite is in it too."""
    left = set(case)
    for one in sorted(case, key=lambda literal: (literal[1], repr(literal))):
        without = left - {one}
        if _is_covered(frozenset({*without, (one[0], not one[1])}), whole, always):
            left = without
    return frozenset(left)


def _is_covered(case: Literals, whole: Formula, always: frozenset[Word]) -> bool:
    """Whether the whole holds wherever the case does; not found out in some steps is no."""
    rest = whole
    for atom, holds in case:
        rest = assumed(rest, atom, holds=holds)
    todo = [(case, rest)]
    for _ in range(_STEPS):
        if not todo:
            return True
        literals, rest = todo.pop()
        if rest == TRUE or not is_possible(literals, always):
            continue
        if rest == FALSE:
            return False
        atom = min(atoms(rest), key=repr)
        for holds in (True, False):
            further = literals | {(atom, holds)}
            todo.append((further, assumed(rest, atom, holds=holds)))
    return False


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
    found = sorted(set(terms), key=lambda term: repr(sorted(map(repr, term))))
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
