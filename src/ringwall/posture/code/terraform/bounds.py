"""How much work and how many values code may make: it is not ours, and may be made to hurt.

Work is counted in steps: a node that is evaluated, a part of a value that is looked at. Each
expression that somebody named has a number of them, and a root module has one in all; what takes
more has no value. A value that is shared many times over is looked at as often as it stands there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

STEPS: Final = 3_000_000
"""Of one expression, with those that it asks for; some seconds."""
STEPS_IN_ALL: Final = 60_000_000
"""Of a root module."""
TEXT: Final = 16 * 1024 * 1024
"""Characters of a text."""
ITEMS: Final = 1_000_000
"""Items of a list, set or object."""
INSTANCES: Final = 200_000
"""Of resources in a root module."""


class ExpressionError(ValueError):
    """An expression that has no value, such as an index that is not there."""


class TooMuchError(ExpressionError):
    """A bound of ours is reached, where Terraform would go on: no fallback holds then."""


class _Effort:
    def __init__(self) -> None:
        self.left = self.in_all = STEPS_IN_ALL
        self.is_within = False


_effort: ContextVar[_Effort | None] = ContextVar("effort", default=None)


def spend(steps: int = 1) -> None:
    """Count work; ``TooMuchError`` once it is too much."""
    effort = _effort.get()
    if effort is not None:
        effort.left -= steps
        if effort.left < 0:
            raise TooMuchError("it takes too many steps to find out")


@contextmanager
def module_bounded() -> Iterator[None]:
    """All that a root module may take."""
    token = _effort.set(_Effort())
    try:
        yield
    finally:
        _effort.reset(token)


@contextmanager
def bounded() -> Iterator[None]:
    """What one expression may take; within another it takes of that one's."""
    effort = _effort.get()
    if effort is None or effort.is_within:
        yield
        return
    effort.is_within, before = True, min(STEPS, effort.in_all)
    effort.left = before
    try:
        yield
    finally:
        effort.in_all -= before - max(effort.left, 0)
        effort.is_within = False


def weigh(value: Any) -> None:
    """Look at every part of a value; ``TooMuchError`` where it has too many."""
    spend()
    if isinstance(value, dict):
        for one in value.values():
            weigh(one)
    elif isinstance(value, list):
        for one in value:
            weigh(one)


def fitting(value: Any) -> Any:
    """The same; ``TooMuchError`` where it is too long."""
    if isinstance(value, str):
        if len(value) > TEXT:
            raise TooMuchError(f"it is a text of more than {TEXT:,} characters")
    elif isinstance(value, list | dict):
        if len(value) > ITEMS:
            raise TooMuchError(f"it has more than {ITEMS:,} items")
    elif isinstance(value, int) and value.bit_length() > _BITS:
        raise TooMuchError("it is a number of more than 1,024 bits")
    return value


def room(characters: int) -> None:
    """``TooMuchError`` where a text of so many would be too long to be made."""
    if characters > TEXT:
        raise TooMuchError(f"it is a text of more than {TEXT:,} characters")


_BITS: Final = 1024
"""Terraform itself keeps 512."""
