"""What changes in the script of the challenge while it runs: secrets, and how hard it is.

Seeds are made with salts, each from a moment on. Whoever knew one could make proofs in advance, and
for networks that never asked, so they are kept secret, and change.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

CHANGES_EVERY_S: Final = 600
"""A proof can be prepared for so long at most before it is asked for."""
_AHEAD_S: Final = 5
"""A new salt is used from so soon on: every worker of the edge has it by then."""
_SPARE_S: Final = 120
"""Salts are kept for so much longer than what was made with them holds."""

_SALTS_LINE: Final = re.compile(r"^local SALTS = .*$", re.MULTILINE)
_BITS_LINE: Final = re.compile(r"^local BITS, LEAST, MOST = .*$", re.MULTILINE)
_BOUNDS: Final = re.compile(r"^local BITS, LEAST, MOST = \d+, (\d+), (\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Salt:
    """32 hex digits that seeds are made with since a moment, in seconds since 1970."""

    since: int
    value: str


@dataclass(frozen=True, slots=True)
class Asking:
    """The salts, oldest first, and how many zero bits more than the least are asked for."""

    salts: tuple[Salt, ...] = ()
    more: int = 0

    def turned(self, now: float, *, lasts: float) -> "Asking":
        """The same with a new salt, if that is due at ``now``, without those that no pass needs.

        ``lasts`` is for how long a pass holds, in seconds.
        """
        kept = [one for one in self.salts if one.since <= now + _AHEAD_S]
        if not kept:
            return replace(self, salts=(_made(now - _AHEAD_S),))
        if now >= kept[-1].since + CHANGES_EVERY_S:
            kept.append(_made(now + _AHEAD_S))
        return replace(self, salts=_needed(kept, now - lasts - _SPARE_S))


def _made(since: float) -> Salt:
    return Salt(int(since), secrets.token_hex(16))


def _needed(salts: Sequence[Salt], since: float) -> tuple[Salt, ...]:
    """Without those that others had replaced before ``since``."""
    ends = [one.since for one in salts[1:]]
    return tuple(one for one, end in zip(salts, [*ends, float("inf")], strict=True) if end >= since)


def asking_in(script: str, asking: Asking, *, least: int, most: int) -> str:
    """The script with this in its place; ``most`` bits are asked for at most."""
    newest = sorted(asking.salts, key=lambda one: one.since, reverse=True)
    salts = ", ".join(f'{{ {one.since}, "{one.value}" }}' for one in newest)
    bits = min(least + max(0, asking.more), most)
    script = _SALTS_LINE.sub(f"local SALTS = {{ {salts} }}", script)
    return _BITS_LINE.sub(f"local BITS, LEAST, MOST = {bits}, {least}, {most}", script)


def asking_anew(resource: dict[str, Any], asking: Asking) -> dict[str, Any] | None:
    """The ECDS resource of the challenge with this in its place.

    ``None`` where it is not one that this program has written.
    """
    try:
        config = resource["typed_config"]
        script = config["default_source_code"]["inline_string"]
        bounds = _BOUNDS.search(script)
    except (KeyError, TypeError):
        return None
    if bounds is None:
        return None
    text = asking_in(script, asking, least=int(bounds[1]), most=int(bounds[2]))
    source = {"inline_string": text}
    return {**resource, "typed_config": {**config, "default_source_code": source}}
