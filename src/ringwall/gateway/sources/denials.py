"""Who is denied at the door now, and until when.

Two files say so, each with one writer: ``sources/blocks.json`` of the state folder has what people
block (the worker and commands write it, from the tables), ``denied.json`` of the run folder what
the edge's own sentry denies for some seconds. Both have the same form::

    {"203.0.113.0/24": {"until": "2026-11-26T17:05:00+00:00", "reason": "asks too much"}}

``until`` may be null in the first. Whatever they say, nobody is denied whom the configuration
spares.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from ringwall.gateway.config import Network
from ringwall.gateway.envoy.denied import AT_MOST, Denied, denied_of
from ringwall.gateway.sentry.denying import LONGEST_S
from ringwall.gateway.sources.sparing import without
from ringwall.runtime.private_files import private_folder, write_private

BLOCKS: Final = "sources/blocks.json"
DENIED: Final = "denied.json"
_LONGEST: Final = timedelta(seconds=LONGEST_S + 1)
"""That the sentry denies somebody; it rounds ends."""


@dataclass(frozen=True, slots=True)
class Denial:
    """Why somebody is denied, and until when; ``None`` is until it is taken back."""

    until: datetime | None
    reason: str


def write(path: Path, denials: Mapping[Network, Denial] | Mapping[str, Denial]) -> None:
    """Replace such a file whole."""
    text = {
        str(whom): {"until": one.until and one.until.isoformat(), "reason": one.reason}
        for whom, one in denials.items()
    }
    private_folder(path.parent)
    write_private(path, json.dumps(text, sort_keys=True, separators=(",", ":")).encode())


def read(path: Path) -> dict[Network, Denial]:
    """What one of the files says; nothing where it is missing. ``ValueError`` if it is damaged."""
    return {ip_network(network): one for network, one in told(path).items()}


def told(path: Path) -> dict[str, Denial]:
    """The same of whatever is denied, as it is written."""
    try:
        text = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    try:
        return {
            whom: Denial(one["until"] and _end(one["until"]), one["reason"])
            for whom, one in text.items()
        }
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"{path} has not the form of a file of denials: {error!r}"
        raise ValueError(msg) from error


def in_force(
    blocks: Mapping[Network, Denial],
    quick: Mapping[Network, Denial],
    *,
    spared: Iterable[Network],
    now: datetime,
    by_header: bool = False,
) -> Denied:
    """Who is denied at ``now``; what people block comes before what the sentry denies.

    What the sentry denies for longer than it ever does is over: a clock went back since.
    """
    quick = {
        network: one
        for network, one in quick.items()
        if one.until is not None and one.until <= now + _LONGEST
    }
    kept = tuple(spared)
    fitting, left_out = _fitting(_alive(blocks, now), kept)
    first = denied_of(fitting)
    room = AT_MOST - len(first)
    second = denied_of([*without(_alive(quick, now), kept)])[:room]
    ends = [
        one.until
        for one in (*blocks.values(), *quick.values())
        if one.until is not None and one.until > now
    ]
    return Denied((*first, *second), min(ends, default=None), by_header, left_out)


def _end(text: str) -> datetime:
    end = datetime.fromisoformat(text)
    if end.tzinfo is None:
        msg = f"{text} says no zone"
        raise ValueError(msg)
    return end


def _fitting(
    blocks: Iterable[Network], kept: Sequence[Network]
) -> tuple[list[Network], tuple[Network, ...]]:
    """What there is room for, and the blocks that there is none for.

    Those come first that are in fewest pieces: one wide block around many who are spared is to
    put out no other.
    """
    found: list[Network] = []
    left_out: list[Network] = []
    for pieces, block in sorted(
        (([*without((one,), kept)], one) for one in blocks), key=lambda one: len(one[0])
    ):
        if len(found) + len(pieces) > AT_MOST:
            left_out.append(block)
        else:
            found += pieces
    return found, tuple(left_out)


def _alive(denials: Mapping[Network, Denial], now: datetime) -> Iterator[Network]:
    return (network for network, one in denials.items() if one.until is None or one.until > now)
