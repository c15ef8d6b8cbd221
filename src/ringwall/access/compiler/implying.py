"""Which conditions can be seen to follow from others, without search."""

from ringwall.access.compiler.formulas import (
    FALSE,
    TRUE,
    AllOf,
    Always,
    Among,
    AnyOf,
    AtMost,
    Formula,
    Holds,
    parts,
)


def is_only_itself(formula: Formula) -> bool:
    """Whether :func:`implies` sees a formula in nothing but itself."""
    return not isinstance(formula, Always | AllOf | AnyOf | Among | Holds | AtMost)


def implies(one: Formula, other: Formula) -> bool:
    """Whether it can be seen that ``other`` holds wherever ``one`` does; not seen is no."""
    if other == TRUE or one in {FALSE, other}:
        return True
    mine = parts(one)
    match other:
        case AllOf(several):
            return all(implies(one, each) for each in several)
        case AnyOf(several):
            return any(implies(one, each) for each in several)
        case Among(word, values):
            return any(isinstance(m, Among) and m.word == word and m.values <= values for m in mine)
        case Holds(several_words, values):
            return any(
                isinstance(m, Holds) and m.several == several_words and m.values <= values
                for m in mine
            )
        case AtMost(number, bound):
            return any(
                isinstance(m, AtMost) and m.number == number and m.bound <= bound for m in mine
            )
    return other in mine
