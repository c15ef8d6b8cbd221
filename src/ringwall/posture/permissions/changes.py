"""What single changes would end: which paths, and which of what is kept would be out of reach.

A change takes away all hops that one statement, rule or role gives; so one statement that lets a
role read a hundred buckets is one change. A hop that two statements allow, each by itself, is not
gone with either: both are named, and go together. Out of reach is only what no way leads to either
that may be.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ringwall.posture.permissions.paths import INTERNET, NEVER, Hop, Path

_Place = tuple[str, str]
_Key = tuple[str, str, tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do, in ``account``. ``by`` is what it changes, ``ends`` numbers of paths.

    ``safe`` are the targets that nobody comes to any more, by ways that were not shown either.
    """

    does: str
    by: tuple[str, ...]
    ends: tuple[int, ...]
    safe: tuple[str, ...]
    effort: int
    account: str = ""


def changes(
    hops: Iterable[Hop],
    paths: Sequence[Path],
    sources: Iterable[str],
    targets: Iterable[str],
    *,
    doubted: Iterable[Hop] = (),
) -> list[Change]:
    """The changes that end at least one path, those first that end most for least effort.

    The paths go over these hops. Equal in what they end, the one with the fewest hops is first.
    ``doubted`` are hops that may be, where these are those that are.
    """
    several = list(dict.fromkeys(hops))
    sure = set(several)
    begins, wanted = list(sources), set(targets)
    lying, every = _Lying(several), _Lying(dict.fromkeys((*several, *doubted)))
    now = _left(lying.onward, begins, set()) & wanted
    walked = _walked(paths)
    found = []
    for key in sorted({_key(hop) for hop in several if (hop.source, hop.target) in walked}):
        taken = [hop for hop in every.by_key[key] if hop in sure]
        gone = lying.without(key)
        ends = tuple(sorted({number for place in gone for number in walked.get(place, ())}))
        if ends and all(hop.effort < NEVER for hop in taken):
            safe = tuple(sorted(now - _left(every.onward, begins, every.without(key))))
            effort = max(hop.effort for hop in taken)
            where = taken[0].account
            found.append(Change(_does(taken), _by(taken), ends, safe, effort, where))
    return sorted(found, key=lambda one: (-len(one.safe), -len(one.ends), one.effort, one.does))


def left_after(
    hops: Iterable[Hop], cut: Iterable[Hop], sources: Iterable[str], targets: Iterable[str]
) -> set[str]:
    """The targets that one still comes to by these hops, or may, when a cut is made.

    With a statement goes whatever else it gives.
    """
    gone = {_key(hop) for hop in cut}
    lying = _Lying(hop for hop in hops if _key(hop) not in gone)
    return _left(lying.onward, sources, set()) & set(targets)


class _Lying:
    """Hops by where they lead, by what gives them, and how many lie between each two places."""

    def __init__(self, hops: Iterable[Hop]) -> None:
        self.onward: dict[str, set[str]] = {}
        self.by_key: dict[_Key, list[Hop]] = {}
        self._between: Counter[_Place] = Counter()
        for hop in hops:
            self.onward.setdefault(hop.source, set()).add(hop.target)
            self.by_key.setdefault(_key(hop), []).append(hop)
            self._between[hop.source, hop.target] += 1

    def without(self, key: _Key) -> set[_Place]:
        """Between which places nothing is left when what this gives is taken away."""
        counts = Counter((hop.source, hop.target) for hop in self.by_key[key])
        return {place for place, count in counts.items() if count == self._between[place]}


def _left(onward: Mapping[str, set[str]], begins: Iterable[str], gone: set[_Place]) -> set[str]:
    """What is come to when one may not go between these places any more."""
    found = set(begins)
    waiting = list(found)
    while waiting:
        place = waiting.pop()
        for target in onward.get(place, set()) - found:
            if (place, target) not in gone:
                found.add(target)
                waiting.append(target)
    return found


def _key(hop: Hop) -> _Key:
    """What has to be changed; without a statement, the hop between its two places by itself.

    A statement is told apart by whose it is: of who goes there, or of where that leads, if it is
    changed there. So whoever else that one lets in goes with it.
    """
    if hop.by:
        whose = "" if hop.source == INTERNET else hop.source
        whose = hop.target if hop.changed else whose
        return ("by", whose, tuple(sorted(hop.to_change)), hop.account)
    return (hop.source, hop.target, (), "")


def _walked(paths: Iterable[Path]) -> Mapping[_Place, Sequence[int]]:
    """Which of the paths go from one place to the next, by their numbers."""
    found: dict[_Place, list[int]] = {}
    for number, path in enumerate(paths):
        for hop in path.hops:
            found.setdefault((hop.source, hop.target), []).append(number)
    return found


def _does(taken: Sequence[Hop]) -> str:
    said = list(dict.fromkeys(hop.mend or f"end that {hop.how}" for hop in taken))
    more = f" (and {len(said) - 1} more that it allows)" if len(said) > 1 else ""
    return f"{said[0]}{more}"


def _by(taken: Sequence[Hop]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for hop in taken for one in hop.to_change))
