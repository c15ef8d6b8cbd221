"""Whether conditions can hold together, and a request for which they do.

Conditions are literals: an atom of a formula, and whether it holds. Words, sets, the time, the
proof and the address do not depend on each other, so each is solved by itself: by trying every
value that could make a difference, of which there are few.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from itertools import count
from typing import Final

from ringwall.access.asking.glob_words import witnesses
from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import STRENGTHS, Clock, Number, Several, Text, Word
from ringwall.access.compiler.formulas import Atom
from ringwall.access.compiler.patterns import Pattern
from ringwall.access.compiler.requests import SKEW, Address, Request, evaluate

Literal = tuple[Atom, bool]
Literals = frozenset[Literal]

_DAY: Final = 86_400
_NOW: Final = 1_795_680_000
"""Any time will do where none is asked for."""


class TooManyError(RuntimeError):
    """More cases than can be told apart in reasonable time."""


def example(literals: Iterable[Literal], always: frozenset[Word]) -> Request | None:
    """A request for which all literals are as they say, or ``None`` where there is none.

    ``always`` are the words that every request to the place brings.
    """
    parts = _parted(literals)
    if len({atom for atom, _ in parts["asked"]}) < len(parts["asked"]):
        return None  # the same cannot be said and denied
    words = _words(parts["words"], always)
    sets = _sets(parts["sets"])
    now = _now(parts["time"])
    ago = _ago(parts["proof"])
    address = _address(parts["address"])
    if words is None or sets is None or now is None or ago is None or address is None:
        return None
    return Request(
        words=dict(words),
        sets=dict(sets),
        now=now,
        proven=None if ago == _NEVER else now - ago,
        address=address,
        asked=frozenset(
            atom for atom, holds in parts["asked"] if holds and isinstance(atom, formulas.Asked)
        ),
    )


def is_possible(literals: Iterable[Literal], always: frozenset[Word]) -> bool:
    """Whether there is any such request."""
    return example(literals, always) is not None


def _parted(literals: Iterable[Literal]) -> Mapping[str, Literals]:
    found: dict[str, set[Literal]] = defaultdict(set)
    for atom, holds in literals:
        found[_part(atom)].add((atom, holds))
    return defaultdict(frozenset, {name: frozenset(some) for name, some in found.items()})


def _part(atom: Atom) -> str:
    match atom:
        case formulas.Holds() | formulas.Known(Several()):
            return "sets"
        case formulas.AtMost(number):
            return "proof" if number.clock is Clock.PROVEN_AGO else "time"
        case formulas.Within():
            return "address"
        case formulas.Asked():
            return "asked"
    return "words"


# words


@lru_cache(maxsize=50_000)
def _words(literals: Literals, always: frozenset[Word]) -> tuple[tuple[Word, str], ...] | None:
    """Values of words, one group of those that are compared after the other."""
    found: dict[Word, str] = dict.fromkeys(always, "somebody")
    for words in _linked(literals):
        about = [one for one in literals if not words.isdisjoint(_words_of(one[0]))]
        ordered = sorted(words, key=repr)
        chosen = _chosen(ordered, about, always, {})
        if chosen is None:
            return None
        for word in ordered:
            found.pop(word, None)
        found |= chosen
    return tuple(found.items())


def _words_of(atom: Atom) -> frozenset[Word]:
    match atom:
        case formulas.Same(one, other):
            return frozenset([one, other])
        case formulas.Among(word) | formulas.Matches(word):
            return frozenset([word])
        case formulas.Known(fact) if not isinstance(fact, Several):
            return frozenset([fact])
    return frozenset()


def _linked(literals: Literals) -> list[frozenset[Word]]:
    """The words that are asked about, those together that are compared with each other."""
    groups: list[frozenset[Word]] = []
    for atom, _ in literals:
        words = _words_of(atom)
        touching = [one for one in groups if not one.isdisjoint(words)]
        groups = [one for one in groups if one not in touching]
        groups.append(words.union(*touching))
    return groups


def _chosen(
    words: Sequence[Word],
    literals: Sequence[Literal],
    always: frozenset[Word],
    given: Mapping[Word, str | None],
) -> dict[Word, str] | None:
    if not words:
        return {word: value for word, value in given.items() if value is not None}
    word, *rest = words
    values = _values(literals, len(words) + len(given) + 1)
    for value in _candidates(word, literals, values, always):
        found = {**given, word: value}
        if all(_is_so(one, found) for one in literals if _words_of(one[0]) <= found.keys()):
            chosen = _chosen(rest, literals, always, found)
            if chosen is not None:
                return chosen
    return None


def _is_so(literal: Literal, given: Mapping[Word, str | None]) -> bool:
    atom, holds = literal
    words = {word: value for word, value in given.items() if value is not None}
    if Text.STRENGTH in given:
        words.setdefault(Text.USER, "somebody")
    return evaluate(atom, Request(words=words)) == holds


def _candidates(
    word: Word, literals: Sequence[Literal], values: Sequence[str], always: frozenset[Word]
) -> Iterator[str | None]:
    if word not in always:
        yield None
    if word is Text.STRENGTH:
        yield from (one for one in STRENGTHS if one != "key")
        return
    wanted: list[frozenset[str]] = [
        atom.values
        for atom, holds in literals
        if holds and isinstance(atom, formulas.Among) and atom.word == word
    ]
    if wanted:
        shortest: frozenset[str] = min(wanted, key=len)
        yield from sorted(shortest)
    else:
        yield from values


def _values(literals: Sequence[Literal], count: int) -> tuple[str, ...]:
    """Every value that is named, and ``count`` of each kind that patterns can tell apart."""
    return _values_of(frozenset(atom for atom, _ in literals), count)


@lru_cache(maxsize=10_000)
def _values_of(atoms: frozenset[Atom], count: int) -> tuple[str, ...]:
    named: set[str] = set()
    patterns: set[Pattern] = set()
    for atom in atoms:
        match atom:
            case formulas.Among(_, values):
                named |= values
            case formulas.Matches(_, pattern):
                patterns.add(pattern)
    found = witnesses(frozenset(patterns), frozenset(named), count)
    if found is None:
        raise TooManyError("too many patterns")
    return (*found, *sorted(named))


# sets


@lru_cache(maxsize=50_000)
def _sets(literals: Literals) -> tuple[tuple[Several, frozenset[str]], ...] | None:
    found: list[tuple[Several, frozenset[str]]] = []
    for several in Several:
        mine = [one for one in literals if _several(one[0]) is several]
        not_held: set[str] = set()
        for atom, holds in mine:
            if isinstance(atom, formulas.Holds) and not holds:
                not_held |= atom.values
        held: set[str] = set()
        for atom, holds in mine:
            if isinstance(atom, formulas.Holds) and holds:
                left = atom.values - not_held
                if not left:
                    return None
                held.add(min(left))
        is_known = {holds for atom, holds in mine if isinstance(atom, formulas.Known)}
        if len(is_known) > 1 or (held and False in is_known):
            return None
        if not held and True in is_known:
            held = {next(one for one in map("other{}".format, count()) if one not in not_held)}
        if held:
            found.append((several, frozenset(held)))
    return tuple(found)


def _several(atom: Atom) -> Several | None:
    match atom:
        case formulas.Holds(several) | formulas.Known(Several() as several):
            return several
    return None


# numbers

_NEVER: Final = 10**12


@lru_cache(maxsize=50_000)
def _ago(literals: Literals) -> int | None:
    """Seconds since the proof, :data:`_NEVER` for none."""
    lowest, highest = -SKEW, _NEVER
    for atom, holds in literals:
        if isinstance(atom, formulas.AtMost):
            if holds:
                highest = min(highest, atom.bound)
            else:
                lowest = max(lowest, atom.bound + 1)
    if lowest > highest:
        return None
    if highest == _NEVER:
        return _NEVER
    return max(lowest, min(highest, 0))


@lru_cache(maxsize=50_000)
def _now(literals: Literals) -> int | None:
    """A time that is as wanted: everything that can be asked of it is so for whole stretches."""
    if not literals:
        return _NOW
    edges = {0, _NOW}
    for atom, _ in literals:
        if isinstance(atom, formulas.AtMost):
            match atom.number:
                case Number(Clock.NOW):
                    edges |= {atom.bound, atom.bound + 1}
                case Number(Clock.DAY, shift):
                    edges.add((atom.bound + 1) * _DAY - shift)
    starts = [edge for edge in edges if edge >= 0]
    for start in sorted(starts, key=lambda one: (one != _NOW, one)):
        for now in (start, *_around(start, literals)):
            request = Request(now=now)
            if now >= 0 and all(evaluate(atom, request) == holds for atom, holds in literals):
                return now
    return None


def _around(start: int, literals: Literals) -> Iterator[int]:
    """Within the week before and after a time, every moment at which an answer may change."""
    times = {0}
    for atom, _ in literals:
        if isinstance(atom, formulas.AtMost) and atom.number.clock is Clock.TIME_OF_DAY:
            shift = atom.number.shift
            times |= {(atom.bound + 1 - shift) % _DAY, -shift % _DAY}
        if isinstance(atom, formulas.AtMost) and atom.number.clock is Clock.DAY:
            times.add(-atom.number.shift % _DAY)
    first = start // _DAY
    for day in range(first - 8, first + 9):
        for time in sorted(times):
            yield day * _DAY + time


# addresses


@lru_cache(maxsize=50_000)
def _address(literals: Literals) -> Address | None:
    edges: set[Address] = {IPv4Address("127.0.0.1"), IPv4Address(0), IPv6Address(0)}
    for atom, _ in literals:
        if isinstance(atom, formulas.Within):
            for network in atom.networks:
                edges.add(network.network_address)
                last = network.broadcast_address
                if int(last) + 1 < 2**last.max_prefixlen:
                    edges.add(last + 1)
    for address in sorted(edges, key=lambda one: (not one.is_loopback, one.version, int(one))):
        request = Request(address=address)
        if all(evaluate(atom, request) == holds for atom, holds in literals):
            return address
    return None
