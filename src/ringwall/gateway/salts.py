"""The salts of the challenge and how hard it is, on their way to the edge.

They are kept in one file below the state folder. Of one that is not there, or cannot be read, there
are none, and new ones are made: what browsers have solved is asked of them once more then.
"""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Final

from ringwall.gateway import xds
from ringwall.gateway.envoy.salting import Asking, Salt, asking_anew
from ringwall.gateway.staging import moment, wherever
from ringwall.runtime.private_files import write_private

_FILE: Final = "challenge.json"
_RESOURCE: Final = "ecds-ringwall.challenge.json"
_VALUE: Final = re.compile(r"[0-9a-f]{32}")
_LONGEST_S: Final = 86_400
"""No pass holds for longer, whatever is configured."""


def read_asking(state: Path) -> Asking:
    """What was written last."""
    try:
        found = json.loads((state / _FILE).read_bytes())
        salts = tuple(Salt(int(one["since"]), str(one["value"])) for one in found["salts"])
        more = found["more"]
    except (OSError, ValueError, KeyError, TypeError):
        return Asking()
    if not all(_VALUE.fullmatch(one.value) for one in salts):
        return Asking()
    ordered = tuple(sorted(salts, key=lambda one: one.since))
    return Asking(ordered, more if isinstance(more, int) else 0)


def turn_salts(state: Path, now: float, *, lasts: float = _LONGEST_S) -> bool:
    """Make a salt if one is due at ``now``, in seconds since 1970, and give it to the edge.

    ``lasts`` is for how long passes hold. Says whether anything differs. May be called as often as
    one likes; needs no configuration and waits for nobody. Raises ``OSError`` when the disk
    refuses.
    """
    with moment(state):
        before = read_asking(state)
        return _give(state, before, before.turned(now, lasts=lasts))


def set_difficulty(state: Path, more: int, *, wait: bool = True) -> bool:
    """Ask for so many zero bits more than the least, up to the most that is configured.

    Says whether anything differs. As for :func:`turn_salts` otherwise; ``BlockingIOError`` without
    ``wait`` while another renames files.
    """
    with moment(state, wait=wait):
        before = read_asking(state)
        return _give(state, before, replace(before, more=more))


def follow_asking(state: Path) -> None:
    """Give what is kept to whatever a change has laid out meanwhile."""
    with moment(state):
        asking = read_asking(state)
        _give(state, asking, asking)


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
