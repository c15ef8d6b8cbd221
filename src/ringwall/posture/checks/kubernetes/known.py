"""Of several, those of which something holds, though parts of a manifest are filled in later."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from ringwall.posture.checking import UnknownError
from ringwall.posture.snapshot.partial import Unknown
from ringwall.posture.snapshot.reasons import once


def those(several: Iterable[Any], holds: Callable[[Any], object]) -> tuple[list[Any], str]:
    """Those of which it holds, and why that is not known of others, ``""`` where it is of all."""
    found, unclear = [], []
    for one in every(several):
        try:
            if holds(_told(one)):
                found.append(one)
        except UnknownError as error:
            unclear.append(error.why)
    return found, once(unclear)


def every(several: Iterable[Any]) -> Iterator[Any]:
    """Each of them, also what is not known."""
    return list.__iter__(several) if isinstance(several, list) else iter(several)


def is_any(several: Iterable[Any], holds: Callable[[Any], object]) -> bool:
    """Whether it holds of any; ``UnknownError`` where of none, as far as that is known."""
    found, unclear = those(several, holds)
    if unclear and not found:
        raise UnknownError(unclear)
    return bool(found)


def pairs(mapping: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What a mapping has by name, also what is not known of it."""
    return iter(dict.items(mapping) if isinstance(mapping, dict) else mapping.items())


def _told(one: Any) -> Any:
    """What is known; of a pair, both."""
    for part in one if isinstance(one, tuple) else (one,):
        if isinstance(part, Unknown):
            raise UnknownError(part.why)
    return one
