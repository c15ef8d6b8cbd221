"""Put tags on components that are listed without them, once another call told them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from ringwall.core.observations import State
from ringwall.posture.collecting.calling import Answer, Caller
from ringwall.posture.collecting.shape import Where, tags_of
from ringwall.posture.collectors.aws.tagging import APART, CALL, by_arn
from ringwall.posture.snapshot.snapshot import Seen, Snapshot

TAGS: Final = "aws-region.tags"
"""What tells the tags of all of a region; once they are on what has them, it says no more."""
_KIND, _, _ASPECT = TAGS.partition(".")
_MOST: Final = 100
"""ARNs that are asked for together."""


def spread(snapshot: Snapshot, account: str) -> None:
    """Put on each component the tags that its region told, or a call of its own."""
    told: dict[str, dict[str, str]] = {}
    for seen in snapshot.of_kind(_KIND):
        known = seen.aspects.get(_ASPECT)
        if seen.found.account == account and known is not None and known.state is State.KNOWN:
            told |= known.value
            seen.aspects[_ASPECT] = replace(known, value={})
    for seen in _apart(snapshot):
        if seen.found.account == account:
            tags = _own(seen)
            put(seen, told.get(_arn(seen)) if tags is None else tags)


def ask(caller: Caller, several: Iterable[Seen], home: Where) -> set[str]:
    """Put on these the tags that they have now; of which ones they are known."""
    asked = set()
    by_region: dict[str, list[Seen]] = {}
    for seen in several:
        tags = _own(seen)
        if tags is None:
            by_region.setdefault(seen.found.region or home.region, []).append(seen)
        else:
            put(seen, tags)
            asked.add(seen.found.id)
    for region, there in by_region.items():
        for begin in range(0, len(there), _MOST):
            some = there[begin : begin + _MOST]
            arguments = {"ResourceARNList": [_arn(one) for one in some]}
            answer = caller.call(CALL, replace(home, region=region), arguments)
            told = _told(answer)
            if told is None:
                continue
            for seen in some:
                put(seen, told.get(_arn(seen)))
                asked.add(seen.found.id)
    return asked


def _told(answer: Answer) -> dict[str, dict[str, str]] | None:
    """What an answer says; ``None`` of one that failed, or that is of another form."""
    if answer.state is not State.KNOWN:
        return None
    try:
        return by_arn(answer.pages)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def is_tagged(snapshot: Snapshot, seen: Seen) -> bool:
    """Whether its tags were told with those of all of its region; of what is in none, of all."""
    regions = [
        one
        for one in snapshot.of_kind(_KIND)
        if one.found.account == seen.found.account and seen.found.region in {"", one.found.label}
    ]
    told = (one.aspects.get(_ASPECT) for one in regions)
    return bool(regions) and all(one is not None and one.state is State.KNOWN for one in told)


def put(seen: Seen, tags: Mapping[str, str] | None) -> None:
    """Have a component have these tags."""
    seen.found = replace(seen.found, tags=tuple(sorted((tags or {}).items())))


def is_apart(seen: Seen) -> bool:
    """Whether its listing does not tell its tags."""
    return seen.found.kind in APART


def _apart(snapshot: Snapshot) -> Iterator[Seen]:
    for kind in APART:
        yield from snapshot.of_kind(kind)


def _arn(seen: Seen) -> str:
    """As the tags are told of it: groups of logs are named with what is in them elsewhere."""
    return seen.found.name.removesuffix(":*")


def _own(seen: Seen) -> dict[str, str] | None:
    """What a call of its own told; ``None`` where none did."""
    told: Any = seen.aspects.get(_ASPECT)
    if told is None or not told.is_told:
        return None
    return tags_of(told.value) if isinstance(told.value, list) else {}
