"""What could not be read, summed up: by call, and by what was answered."""

from collections import Counter
from dataclasses import dataclass

from ringwall.core.observations import State
from ringwall.posture.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Reads of one call that told nothing, for one reason, in one region."""

    api: str
    state: State
    why: str
    region: str
    count: int


def gaps_of(snapshot: Snapshot) -> list[Gap]:
    """All of them, by call. ``count`` is of listings and of aspects of components."""
    found: Counter[tuple[str, State, str, str]] = Counter()
    for scope, told in snapshot.all_listings():
        if not told.is_told:
            found[told.api, told.state, told.why, scope.region] += 1
    for seen in snapshot:
        for told in seen.aspects.values():
            if not told.is_told:
                found[told.api, told.state, told.why, seen.found.region] += 1
    return sorted(Gap(*key, count) for key, count in found.items())
