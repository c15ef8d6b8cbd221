"""What is known to hold of some of several, whatever is not known of the others."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from ringwall.posture.checking import UnknownError

Item = TypeVar("Item")


def certain(several: Iterable[Item], holds: Callable[[Item], object]) -> list[Item]:
    """Those of which it holds: one that is known needs none of the others.

    ``UnknownError`` where it is known of none, and of one not known whether it does.
    """
    found: list[Item] = []
    unknown: UnknownError | None = None
    try:
        for one in several:
            try:
                if holds(one):
                    found.append(one)
            except UnknownError as error:
                unknown = unknown or error
    except UnknownError as error:  # one of which nothing at all is known
        unknown = unknown or error
    if unknown is not None and not found:
        raise unknown
    return found
