"""Which days and classes a query can find anything in, so that the rest need not be read."""

from dataclasses import dataclass
from typing import Final

from ringwall.lake.search.tree import All, Either, Node, Not, OneOf, Within

_CLASS: Final = "class_uid"


@dataclass(frozen=True, slots=True)
class Reach:
    """What a query can touch at most.

    ``low`` and ``high`` are the first and the last microsecond since 1970, ``None`` is no bound;
    ``classes`` are numbers of OCSF classes, ``None`` is all of them.
    """

    low: int | None = None
    high: int | None = None
    classes: frozenset[int] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be found at all."""
        ends_early = self.low is not None and self.high is not None and self.low > self.high
        return ends_early or self.classes == frozenset()


def reach(tree: Node) -> Reach:
    """Return what the query can touch, which is too much rather than too little."""
    match tree:
        case Within(field=field, low=low, high=high) if field.column == "time":
            return Reach(None if low is None else int(low), None if high is None else int(high))
        case OneOf(field=field, values=values) if field.column == _CLASS:
            return Reach(classes=frozenset(int(one) for one in values))
        case Not(part=Not(part=part)):
            return reach(part)
        case All(parts=parts):
            found = Reach()
            for one in parts:
                found = _both(found, reach(one))
            return found
        case Either(parts=parts):
            found, *others = map(reach, parts)
            for other in others:
                found = _any(found, other)
            return found
    return Reach()


def _both(one: Reach, other: Reach) -> Reach:
    lows = [bound for bound in (one.low, other.low) if bound is not None]
    highs = [bound for bound in (one.high, other.high) if bound is not None]
    classes = [found for found in (one.classes, other.classes) if found is not None]
    return Reach(
        max(lows, default=None),
        min(highs, default=None),
        frozenset.intersection(*classes) if classes else None,
    )


def _any(one: Reach, other: Reach) -> Reach:
    if one.is_empty or other.is_empty:
        return other if one.is_empty else one
    return Reach(
        None if one.low is None or other.low is None else min(one.low, other.low),
        None if one.high is None or other.high is None else max(one.high, other.high),
        None if one.classes is None or other.classes is None else one.classes | other.classes,
    )
