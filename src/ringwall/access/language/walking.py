"""Going through trees without recursion."""

from collections.abc import Iterator

from ringwall.access.language.syntax import (
    Attribute,
    Binary,
    Call,
    Expression,
    Has,
    If,
    Is,
    Like,
    RecordOf,
    SetOf,
    Unary,
)


def parts(of: Expression) -> tuple[Expression, ...]:
    """The expressions that one is directly made of, in the order of the text."""
    match of:
        case Binary(left=left, right=right):
            return left, right
        case Attribute(of=inner) | Has(of=inner) | Like(of=inner) | Unary(operand=inner):
            return (inner,)
        case Is(of=inner, within=within):
            return (inner,) if within is None else (inner, within)
        case If(condition=condition, one=one, other=other):
            return condition, one, other
        case SetOf(items=items) | Call(arguments=items):
            return items
        case RecordOf(entries=entries):
            return tuple(value for _, value in entries)
    return ()


def walk(root: Expression) -> Iterator[Expression]:
    """An expression and all within it, each before its parts, in the order of the text."""
    stack = [root]
    while stack:
        found = stack.pop()
        yield found
        stack.extend(reversed(parts(found)))


def is_higher(root: Expression, limit: int) -> bool:
    """Whether some part is within more than ``limit`` others."""
    level = [root]
    for _ in range(limit + 1):
        level = [part for found in level for part in parts(found)]
        if not level:
            return False
    return True
