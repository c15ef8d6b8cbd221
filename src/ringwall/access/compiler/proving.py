"""What people would be allowed if they proved better who they are (RFC 9470)."""

from functools import lru_cache
from typing import Final

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import Clock, Text
from ringwall.access.compiler.formulas import (
    FALSE,
    AllOf,
    Among,
    AnyOf,
    AtMost,
    Formula,
    Known,
    Not,
)
from ringwall.access.compiler.rules import Rule, Ruling

LEVELS: Final = ("mfa", "phr")
"""How surely somebody can be asked to be proven: by two factors, by a passkey."""
ANY_LEVEL: Final = "single"
"""However somebody is proven, as long as it is recent."""


@lru_cache(maxsize=20_000)
def could_be_proven(ruling: Ruling) -> Formula:
    """When a person who is denied would be allowed after proving as well as :func:`asked` says."""
    level, _ = asked(ruling)
    if level is None:
        return FALSE
    # A key of a person's has no strength: nobody is there to prove anything.
    return formulas.all_of([Known(Text.STRENGTH), _helped(ruling, level)])


@lru_cache(maxsize=20_000)
def asked(ruling: Ruling) -> tuple[str | None, int | None]:
    """How surely, and how many seconds ago at most, people are to be proven to be allowed more.

    The level is ``None`` where no proof changes anything, ``single`` where only its age does. It is
    the lowest that helps at all, and only if a stronger one would not undo it: or somebody could be
    asked for ever.
    """
    ages = [
        atom.bound
        for rule in _rules(ruling)
        for atom in formulas.atoms(rule.formula)
        if isinstance(atom, AtMost) and atom.number.clock is Clock.PROVEN_AGO and atom.bound > 0
    ]
    is_strength_asked = any(_asks_strength(rule.formula) for rule in _rules(ruling))
    if not ages and not is_strength_asked:
        return None, None
    within = min(ages, default=None)
    for level in LEVELS if is_strength_asked else (ANY_LEVEL,):
        if _helped(ruling, level) != FALSE:
            return level, within
    return None, None


def _helped(ruling: Ruling, level: str) -> Formula:
    return formulas.all_of([_allowed(ruling, level), _allowed(ruling, LEVELS[-1])])


def _rules(ruling: Ruling) -> tuple[Rule, ...]:
    return (*ruling.forbids, *ruling.permits)


def _asks_strength(formula: Formula) -> bool:
    return any(
        isinstance(atom, Among) and atom.word is Text.STRENGTH for atom in formulas.atoms(formula)
    )


def reads_proof(formula: Formula) -> bool:
    """Whether a better or more recent proof could change what a formula says."""
    return _asks_strength(formula) or any(
        isinstance(atom, AtMost) and atom.number.clock is Clock.PROVEN_AGO
        for atom in formulas.atoms(formula)
    )


def allowed(ruling: Ruling) -> Formula:
    """When a ruling allows."""
    forbidden = formulas.any_of(rule.formula for rule in ruling.forbids)
    permitted = formulas.any_of(rule.formula for rule in ruling.permits)
    return formulas.all_of([permitted, formulas.negate(forbidden)])


def _allowed(ruling: Ruling, level: str) -> Formula:
    """When it would, once somebody was proven at a level, just now."""
    return _proven(allowed(ruling), level)


def _proven(formula: Formula, level: str) -> Formula:
    """A formula once somebody was proven at a level, just now."""
    match formula:
        case Not(inner):
            return formulas.negate(_proven(inner, level))
        case AllOf(several):
            return formulas.all_of(_proven(one, level) for one in several)
        case AnyOf(several):
            return formulas.any_of(_proven(one, level) for one in several)
        case Among(Text.STRENGTH, values):
            return formulas.TRUE if level in values else FALSE
        case Known(Text.STRENGTH):
            return formulas.TRUE
        case AtMost(number, bound) if number.clock is Clock.PROVEN_AGO:
            return formulas.TRUE if bound >= 0 else FALSE
    return formula
