"""What is left of a condition once some of a request is known."""

from typing import Final

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import Clock, Parameter, Several, Text, Word
from ringwall.access.compiler.formulas import FALSE, TRUE, Formula
from ringwall.access.compiler.requests import Request, evaluate

ADDRESS: Final = "address"
TIME: Final = "time"
PROOF: Final = "proof"
"""Facts that are no words: where a request comes from, when, and how long ago it was proven."""

Fact = Word | Several | str

CIRCUMSTANCES: Final[frozenset[Fact]] = frozenset({ADDRESS, TIME, PROOF, Text.STRENGTH})
"""What differs from one request of a principal to its next."""


def left(formula: Formula, request: Request, unknown: frozenset[Fact]) -> Formula:
    """A formula with everything answered that the request says, but for the facts ``unknown``.

    Where a request goes (path parameters, the host's tenant) is unknown unless it says so.
    """
    match formula:
        case formulas.Always() | formulas.Asked():
            return formula
        case formulas.Not(inner):
            return formulas.negate(left(inner, request, unknown))
        case formulas.AllOf(several):
            return formulas.all_of(left(one, request, unknown) for one in several)
        case formulas.AnyOf(several):
            return formulas.any_of(left(one, request, unknown) for one in several)
        case formulas.Same(one, other):
            return _same(formula, request, unknown, (one, other))
    if any(_is_unknown(fact, request, unknown) for fact in facts_of(formula)):
        return formula
    return TRUE if evaluate(formula, request) else FALSE


def _same(
    formula: Formula, request: Request, unknown: frozenset[Fact], words: tuple[Word, Word]
) -> Formula:
    open_ones = [word for word in words if _is_unknown(word, request, unknown)]
    if len(open_ones) == len(words):
        return formula
    if not open_ones:
        return TRUE if evaluate(formula, request) else FALSE
    (known,) = (word for word in words if word not in open_ones)
    value = request.words.get(known)
    return FALSE if value is None else formulas.among(open_ones[0], [value])


def _is_unknown(fact: Fact, request: Request, unknown: frozenset[Fact]) -> bool:
    if isinstance(fact, Parameter) or fact is Text.HOST_TENANT:
        return fact not in request.words
    return fact in unknown


def facts_of(atom: Formula) -> frozenset[Fact]:
    """What an atom asks about."""
    match atom:
        case formulas.Known(fact):
            return frozenset([fact])
        case formulas.Among(word) | formulas.Matches(word):
            return frozenset([word])
        case formulas.Same(one, other):
            return frozenset([one, other])
        case formulas.Holds(several):
            return frozenset([several])
        case formulas.AtMost(number):
            return frozenset([PROOF if number.clock is Clock.PROVEN_AGO else TIME])
        case formulas.Within():
            return frozenset([ADDRESS])
        case formulas.Asked():
            return frozenset()
    msg = f"{atom} is no atom"
    raise TypeError(msg)
