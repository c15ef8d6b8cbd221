"""What providers publish for everybody (discovery documents, key sets), kept for a minute.

Strangers come by these pages as often as they like. What could not be had is kept too, for a few
seconds: a provider that is dead costs one try and not one for everybody who comes by.
"""

import json
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, Final

import requests

from ringwall.identity.sso import fetching

FRESH: Final = 60.0
"""Seconds that a document is kept."""
FAILED: Final = 5.0
"""Seconds that is kept that there was none."""
AGAIN: Final = 10.0
"""Seconds after which a document that lacks something is asked for again."""

_LONGEST: Final = 128 * 1024
"""Bytes of a document; the key sets of the largest providers have a tenth of it."""
_MOST: Final = 512
"""Documents; the one that was fetched first gives way."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A document, or why there is none; ``is_away`` when the provider did not answer."""

    content: bytes
    at: float
    problem: str = ""
    is_away: bool = False


_kept: Final[OrderedDict[tuple[str, bool, str], _Kept]] = OrderedDict()
_lock: Final = Lock()


def document(url: str, *, younger_than: float = FRESH) -> dict[str, Any]:
    """The JSON object at ``url``, fetched within the last ``younger_than`` seconds.

    What one connection was told is told to no other. ``requests.RequestException`` when it cannot
    be had, ``ValueError`` when it is no such thing.
    """
    key = (*fetching.reached(), url)
    found = _young(key, younger_than)
    if found is None:
        try:
            found = _fetched(url)
        except fetching.BusyError:
            found = _young(key, younger_than)  # perhaps it was this that somebody waited for
            if found is None:
                raise
        with _lock:
            _kept[key] = found
            _kept.move_to_end(key)
            while len(_kept) > _MOST:
                _kept.popitem(last=False)
    if found.problem:
        raise (requests.ConnectionError if found.is_away else ValueError)(found.problem)
    said: dict[str, Any] = json.loads(found.content)
    return said


def forget() -> None:
    """Keep nothing of what was fetched."""
    with _lock:
        _kept.clear()


def _young(key: tuple[str, bool, str], younger_than: float) -> _Kept | None:
    with _lock:
        found = _kept.get(key)
    if found is None:
        return None
    life = min(FAILED, younger_than) if found.problem else younger_than
    return found if monotonic() - found.at < life else None


def _fetched(url: str) -> _Kept:
    problem, is_away, content = "", False, b""
    try:
        with fetching.session() as session:
            answer = session.get(url)
            answer.raise_for_status()
        content = answer.content
        if len(content) > _LONGEST or not isinstance(json.loads(content), dict):
            problem, content = (
                f"what is at {url} is no JSON object of {_LONGEST} bytes at most",
                b"",
            )
    except fetching.BusyError:
        raise
    except requests.RequestException as error:
        problem, is_away = f"{type(error).__name__}: {error}", True
    except (ValueError, RecursionError):
        problem, content = f"what is at {url} is no JSON", b""
    return _Kept(content, monotonic(), problem, is_away)
