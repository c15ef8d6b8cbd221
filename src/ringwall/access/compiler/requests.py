"""What one request brings, and whether a condition holds for it: what the edge must answer too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from ringwall.access.compiler.facts import KEY, NEVER, Clock, Number, Several, Text, Word
from ringwall.access.compiler.formulas import (
    AllOf,
    Always,
    Among,
    AnyOf,
    Asked,
    AtMost,
    Formula,
    Holds,
    Known,
    Matches,
    Not,
    Same,
    Within,
)
from ringwall.access.compiler.patterns import is_like

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What one request brings: the facts that formulas are about.

    A set without words is the same as none: the edge has no header of either.
    ``now`` is cut to whole seconds. ``proven`` is when the person was proven, seconds since 1970.
    ``asked`` is what Cedar's engine, asked for what the edge cannot tell, says to hold; ``None``
    where it is not known.
    """

    words: Mapping[Word, str] = field(default_factory=dict)
    sets: Mapping[Several, frozenset[str]] = field(default_factory=dict)
    now: int = 0
    proven: int | None = None
    address: Address = ip_address("127.0.0.1")  # noqa: RUF009 - immutable
    asked: frozenset[Asked] | None = None

    def word(self, word: Word) -> str | None:
        """The value of a word, ``None`` where there is none."""
        if word is Text.STRENGTH and Text.USER in self.words:
            return self.words.get(word, KEY)
        return self.words.get(word)

    def number(self, number: Number) -> int:
        """The value of a number."""
        match number.clock:
            case Clock.PROVEN_AGO:
                return proven_ago(self.now, self.proven)
            case Clock.NOW:
                return self.now
            case Clock.TIME_OF_DAY:
                return (self.now + number.shift) % 86_400
            case Clock.DAY:
                return (self.now + number.shift) // 86_400
            case Clock.WEEKDAY:
                return datetime.fromtimestamp(self.now, UTC).isoweekday()


SKEW: Final = 4
"""Seconds in the future that a proof may seem to be, by clocks that differ."""


def proven_ago(now: int, proven: int | None) -> int:
    """Seconds since a person was proven; :data:`NEVER` for nobody, and for a time to come."""
    if proven is None or now - proven < -SKEW:
        return NEVER
    return now - proven


def evaluate(formula: Formula, request: Request) -> bool:  # noqa: PLR0912 - one case an atom
    """Whether a condition holds for a request: what the edge must answer too."""
    match formula:
        case Always(value):
            return value
        case Not(inner):
            return not evaluate(inner, request)
        case AllOf(several):
            return all(evaluate(one, request) for one in several)
        case AnyOf(several):
            return any(evaluate(one, request) for one in several)
        case Known(fact):
            return (
                bool(request.sets.get(fact)) if isinstance(fact, Several) else fact in request.words
            )
        case Among(word, values):
            return request.word(word) in values
        case Matches(word, pattern):
            return word in request.words and is_like(request.words[word], pattern)
        case Same(one, other):
            return one in request.words and request.words[one] == request.words.get(other)
        case Holds(several_words, values):
            return not values.isdisjoint(request.sets.get(several_words, frozenset()))
        case AtMost(number, bound):
            return request.number(number) <= bound
        case Within(networks):
            return any(request.address in network for network in networks)
        case Asked(text):
            if request.asked is None:
                msg = f"only Cedar's engine can tell of a request: {text}"
                raise ValueError(msg)
            return formula in request.asked
