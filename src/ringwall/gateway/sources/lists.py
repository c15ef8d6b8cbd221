"""Lists of networks: read line by line, put together, and kept off those who are spared.

A network is a pair of numbers here, as there are hundreds of thousands: where it begins, of 128
bits, and the length of its prefix in those. IPv4 stands below ``::/96``, as in the database that is
made of it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

from ringwall.gateway.config import Network
from ringwall.gateway.envoy.networks_db import Entry
from ringwall.gateway.sources.judging import WIDEST
from ringwall.gateway.sources.numbers import number_of
from ringwall.gateway.sources.shares import Pair, Shares, shares_of

ALLOWED: Final = "allow"
"""The list of those whom no other list is for: what an operator allows, and who is exempt."""

_FOURTH: Final = 96
_BITS: Final = 128
_MAPPED: Final = 0xFFFF << 32
_REST: Final = tuple((1 << bits) - 1 for bits in range(_BITS + 1))
_PREFIXES: Final = {text: n for n in range(_BITS + 1) for text in (f"{n}", f"{n:02}", f"{n:03}")}
"""Made once: a list has hundreds of thousands of each."""
AT_MOST_PART: Final = 0.05
"""No list, nor all together, may have a larger part of IPv4, or of a block of IPv6 in use."""
WIDEST_OF_FEEDS: Final = {4: 10, 6: 19}
"""The shortest prefix, by version, of a list that others write."""


class ListError(ValueError):
    """A list cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Merged:
    """All lists as one: ``entries`` are sorted and none is within another.

    ``counts`` are the networks of each list as it was given, ``cut`` those of them of which
    something was left out for somebody who is spared.
    """

    entries: tuple[Entry, ...]
    counts: dict[str, int]
    cut: dict[str, int]


def pair_of(text: str, *, widest: Mapping[int, int] = WIDEST) -> Pair:
    """The network that a text means. ``ValueError`` says why it is none, or may not be listed.

    ``widest`` is the shortest prefix that is taken, by version.
    """
    address, slash, length = text.partition("/")
    bits, offset = (128, 0) if ":" in address else (32, _FOURTH)
    try:
        number = number_of(address)
    except ValueError:
        msg = "is no network"
        raise ValueError(msg) from None
    prefix = _PREFIXES.get(length, _BITS + 1) if slash else bits
    if prefix > bits:
        msg = "is no network: its prefix is no number of bits"
        raise ValueError(msg)
    if number & _REST[bits - prefix]:
        msg = "is no network: it has bits beyond its prefix"
        raise ValueError(msg)
    if bits == 128 and prefix >= _FOURTH and number >> 32 == _MAPPED >> 32:
        # RFC 4291 section 2.5.5.2: clients of IPv4, which the edge knows by that.
        number, bits, offset, prefix = number & 0xFFFFFFFF, 32, _FOURTH, prefix - _FOURTH
    least = widest[4 if bits == 32 else 6]
    if prefix < least:
        msg = f"is too much of everybody: at the least a network of a list is a /{least}"
        raise ValueError(msg)
    if bits == 128 and number >> 112 == 0:
        msg = "is no network of the internet"
        raise ValueError(msg)
    return number, prefix + offset


def text_of(pair: Pair) -> str:
    """A network as it is written."""
    number, length = pair
    if number >> 32 == 0 and length >= _FOURTH:
        return f"{IPv4Address(number)}/{length - _FOURTH}"
    return f"{IPv6Address(number)}/{length}"


def pair_of_network(network: Network) -> Pair:
    """The same of a network of :mod:`ipaddress`."""
    offset = _FOURTH if network.version == 4 else 0
    return int(network.network_address), network.prefixlen + offset


def collapsed(pairs: Iterable[Pair]) -> list[Pair]:
    """Sorted, without what is within another."""
    found: list[Pair] = []
    end = -1
    # One number each is compared in half the time of two.
    for one in sorted([number << 8 | length for number, length in pairs]):
        number, length = one >> 8, one & 0xFF
        if number > end:
            found.append((number, length))
            end = number + _REST[_BITS - length]
    return found


def require_sane(name: str, pairs: Iterable[Pair]) -> Shares:
    """Raise :class:`ListError` for a list that is for a good part of everybody.

    None of the networks is within another. Returns what part it is for.
    """
    shares = shares_of(pairs)
    for whom, part in shares.all.items():
        if part > AT_MOST_PART:
            msg = f"{name} has {100 * part:.1f} % of {whom}, which is too much of everybody"
            raise ListError(msg)
    return shares


def cut_out(pairs: Sequence[Pair], spared: Sequence[Pair]) -> tuple[list[Pair], int]:
    """Networks without those that are spared, and of how many something was left out.

    Both are sorted, and none is within another.
    """
    found: list[Pair] = []
    cut = at = 0
    starts, ends = [one[0] for one in spared], [_end(one) for one in spared]
    for one in _touched(pairs, spared):
        found += pairs[at:one]
        found += _left(pairs[one], starts, ends)
        cut, at = cut + 1, one + 1
    found += pairs[at:]
    return found, cut


def _touched(pairs: Sequence[Pair], spared: Sequence[Pair]) -> Iterator[int]:
    """Where in a list the networks are that have addresses in common with one that is spared."""
    last = -1
    for pair in spared:
        at = max(last + 1, bisect_right(pairs, (pair[0], _BITS + 1)) - 1)
        while at < len(pairs) and pairs[at][0] <= _end(pair):
            if _end(pairs[at]) >= pair[0]:
                yield at
                last = at
            at += 1


def merged(lists: Mapping[str, Sequence[Pair]], *, spared: Iterable[Pair]) -> Merged:
    """Put lists together; of two that have the same network the first is told.

    Whoever is ``spared`` is on the list :data:`ALLOWED` and on no other.
    """
    kept = collapsed(spared)
    starts = [one[0] for one in kept]
    ends = [_end(one) for one in kept]
    order = {name: at for at, name in enumerate(lists)}
    everything = sorted(
        (number, length, order[name]) for name, pairs in lists.items() for number, length in pairs
    )
    names = tuple(lists)
    cut = dict.fromkeys(lists, 0)
    entries: list[Entry] = [(number, length, ALLOWED) for number, length in kept]
    end = -1
    for number, length, which in everything:
        if number <= end:
            continue  # within the one before
        end = number + (1 << (_BITS - length)) - 1
        name = names[which]
        if kept and (at := bisect_left(ends, number)) < len(kept) and starts[at] <= end:
            cut[name] += 1
            entries.extend((*one, name) for one in _left((number, length), starts, ends))
        else:
            entries.append((number, length, name))
    entries.sort()
    return Merged(tuple(entries), {name: len(one) for name, one in lists.items()}, cut)


def _left(pair: Pair, starts: Sequence[int], ends: Sequence[int]) -> Iterator[Pair]:
    """What is left of a network without those that are spared: halves of it, halves of those."""
    number, length = pair
    end = _end(pair)
    at = bisect_left(ends, number)
    if at >= len(ends) or starts[at] > end:
        yield pair
        return
    if starts[at] <= number and ends[at] >= end:
        return
    half = length + 1
    yield from _left((number, half), starts, ends)
    yield from _left((number + (1 << (_BITS - half)), half), starts, ends)


def on_list(entries: Sequence[Entry], address: IPv4Address | IPv6Address) -> str | None:
    """Which list an address is on, as the edge finds it."""
    number = int(address)
    at = bisect_right(entries, (number, _BITS + 1, "")) - 1
    if at < 0:
        return None
    start, length, name = entries[at]
    return name if number <= _end((start, length)) else None


def _end(pair: Pair) -> int:
    return pair[0] + (1 << (_BITS - pair[1])) - 1
