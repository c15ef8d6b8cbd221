"""The salts of the challenge and how hard it is, on their way to the edge.

They are kept in one file below the state folder. Where it is not there, or cannot be read, whoever
comes to it first makes a new one: without salts nobody would be asked anything. What browsers have
solved is asked of them once more then.
"""

import json
import logging
import re
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from ringwall.gateway import xds
from ringwall.gateway.envoy.salting import Asking, Salt, asking_anew
from ringwall.gateway.staging import moment, wherever
from ringwall.runtime.private_files import write_private

_FILE: Final = "challenge.json"
_RESOURCE: Final = "ecds-ringwall.challenge.json"
_VALUE: Final = re.compile(r"[0-9a-f]{32}")
_LONGEST_S: Final = 86_400
"""No pass holds for longer, whatever is configured."""

_log = logging.getLogger(__name__)


def read_asking(state: Path) -> Asking:
    """What was written last; without salts where that is not there, or cannot be read."""
    try:
        return _asking(json.loads((state / _FILE).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return Asking()


def turn_salts(state: Path, now: float, *, lasts: float = _LONGEST_S, wait: bool = True) -> bool:
    """Make a salt if one is due at ``now``, in seconds since 1970, and give it to the edge.

    ``lasts`` is for how long passes hold. Says whether anything differs. May be called as often as
    one likes; needs no configuration. Raises ``OSError`` when the disk refuses, ``BlockingIOError``
    without ``wait`` while another renames files.
    """
    with moment(state, wait=wait):
        before = _found(state)
        return _give(state, before, before.turned(now, lasts=lasts))


def set_difficulty(state: Path, more: int, *, wait: bool = True) -> bool:
    """Ask for so many zero bits more than the least, up to the most that is configured.

    Says whether anything differs. As for :func:`turn_salts` otherwise.
    """
    with moment(state, wait=wait):
        before = _found(state)
        return _give(state, before, replace(_with_salts(before), more=more))


def follow_asking(state: Path) -> None:
    """Give what is kept to whatever a change has laid out meanwhile."""
    with moment(state):
        before = _found(state)
        _give(state, before, _with_salts(before))


def _found(state: Path) -> Asking:
    """For whoever is to write it: what is there and cannot be read is told, and replaced."""
    try:
        return _asking(json.loads((state / _FILE).read_bytes()))
    except FileNotFoundError:
        return Asking()
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.warning(
            "%s cannot be read and is made anew, so that browsers are asked once more in an "
            "alarm: %r",
            state / _FILE,
            error,
        )
        return Asking()


def _asking(value: Any) -> Asking:
    """Of plain values; ``ValueError``, ``KeyError``, ``TypeError`` for what others wrote."""
    salts = [Salt(int(one["since"]), str(one["value"])) for one in value["salts"]]
    if not all(_VALUE.fullmatch(one.value) for one in salts):
        msg = "a salt is not 32 hex digits"
        raise ValueError(msg)
    more = value["more"]
    ordered = tuple(sorted(salts, key=lambda one: one.since))
    return Asking(ordered, more if isinstance(more, int) else 0)


def _with_salts(asking: Asking) -> Asking:
    return asking if asking.salts else asking.turned(time.time(), lasts=_LONGEST_S)


def _give(state: Path, before: Asking, after: Asking) -> bool:
    differs = after != before
    if differs:
        write_private(state / _FILE, json.dumps(asdict(after), sort_keys=True).encode())
    for path in wherever(state / "xds" / "edge", _RESOURCE):
        for resource in xds.resources(path):
            anew = asking_anew(resource, after)
            if anew is not None:
                xds.replace_filter(path, anew)
    return differs
