"""The functions and methods that Cedar has.

https://docs.cedarpolicy.com/policies/syntax-operators.html
"""

from typing import Final

from ringwall.access.language.mistakes import MistakeError
from ringwall.access.language.syntax import Binary, Call, Expression, Span, Unary
from ringwall.runtime.configuration.spelling import listed, nearest

FUNCTIONS: Final = ("ip", "decimal", "datetime", "duration")
OF_TWO: Final = frozenset(
    {"contains", "containsAll", "containsAny", "getTag", "hasTag"}
)  # The set or entity, and what is asked of it.
EXTENSION_METHODS: Final = frozenset(
    {
        *("lessThan", "lessThanOrEqual", "greaterThan", "greaterThanOrEqual"),
        *("isIpv4", "isIpv6", "isLoopback", "isMulticast", "isInRange"),
        *("offset", "durationSince", "toDate", "toTime"),
        *("toMilliseconds", "toSeconds", "toMinutes", "toHours", "toDays"),
    }
)
METHODS: Final = tuple(sorted({*OF_TWO, "isEmpty", *EXTENSION_METHODS}))


def called(name: str, arguments: tuple[Expression, ...], at: Span, named: Span) -> Expression:
    """Return the call of a function; ``named`` is where its name stands."""
    if name in FUNCTIONS:
        return Call(name, arguments, at)
    if name in METHODS:
        message = f"{name} is a method: it is asked of a value"
        hint = f"such as context.address.{name}(...)"
        raise MistakeError(message, named.start, value=name, allowed=hint)
    raise MistakeError(
        f'there is no function "{name}"',
        named.start,
        value=name,
        allowed=listed(FUNCTIONS),
        nearest=nearest(name, FUNCTIONS),
    )


def asked(
    of: Expression, name: str, arguments: tuple[Expression, ...], at: Span, named: Span
) -> Expression:
    """Return the call of a method of ``of``; ``named`` is where its name stands."""
    if name in OF_TWO:
        if len(arguments) != 1:
            raise _count(name, len(arguments), 1, named)
        return Binary(name, of, arguments[0], at)
    if name == "isEmpty":
        if arguments:
            raise _count(name, len(arguments), 0, named)
        return Unary(name, of, at)
    if name in EXTENSION_METHODS:
        return Call(name, (of, *arguments), at)
    if name in FUNCTIONS:
        message = f"{name} is a function: it is not asked of a value"
        raise MistakeError(message, named.start, value=name, allowed=f"{name}(...)")
    raise MistakeError(
        f'there is no method "{name}"',
        named.start,
        value=name,
        allowed=listed(METHODS),
        nearest=nearest(name, METHODS),
    )


def _count(name: str, given: int, wanted: int, named: Span) -> MistakeError:
    takes = "one value" if wanted else "no value"
    message = f"{name} takes {takes} in its parentheses, not {given}"
    return MistakeError(message, named.start, value=name)
