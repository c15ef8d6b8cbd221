"""What was read last of each thing: by the last whole reading, and by lesser ones after it.

A scan of less than there is takes no whole one's place: reports go on by that. Whether the cloud is
as code declares it is told by the newest that is known of each component, whoever read it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from ringwall.core.observations import Observation
from ringwall.posture.naming import only
from ringwall.posture.snapshot.snapshot import Scope, Seen, Snapshot

Doubts = dict[tuple[str, str], str]
"""Why an aspect of a component could not be read again, of which something older is known."""


@dataclass(slots=True)
class Newest:
    """An account by the newest readings. What is in ``doubts`` is known by an older one alone."""

    snapshot: Snapshot
    doubts: Doubts = field(default_factory=dict)

    def take(self, read: Snapshot, kinds: Iterable[str]) -> None:
        """Bring it up to date by a later reading, however little that asked for, of these kinds.

        What it listed, and did not find, is gone. What it could not read again stays as it is
        known, and is doubted.
        """
        for kind in kinds:
            for scope, told in read.listings(kind):
                self.snapshot.forget_listing(scope)
                self.snapshot.note_listing(scope, told)
                self._take_missing(scope, told, read)
            for seen in read.of_kind(kind):
                self._take(seen)

    def _take_missing(self, scope: Scope, told: Observation, read: Snapshot) -> None:
        """What was known within a listing that does not tell of it: gone, where that is whole."""
        for seen in list(self.snapshot.of_kind(scope.kind)):
            found = seen.found
            is_within = found.account == scope.account and scope.region in {"", found.region}
            if not is_within or read.get(found.id) is not None:
                continue
            if told.is_told:
                self.snapshot.remove(found.id)
                self.doubts = {one: why for one, why in self.doubts.items() if one[0] != found.id}
                continue
            for aspect, before in seen.aspects.items():
                if before.api == told.api and before.is_told:
                    self.doubts[found.id, aspect] = _why(told)

    def _take(self, seen: Seen) -> None:
        known = self.snapshot.add(seen.found)
        known.found = seen.found
        for aspect, told in seen.aspects.items():
            before, name = known.aspects.get(aspect), (seen.found.id, aspect)
            if told.is_told or before is None or not before.is_told:
                known.aspects[aspect] = told
                self.doubts.pop(name, None)
            else:
                self.doubts[name] = _why(told)


def _why(told: Observation) -> str:
    return f"{told.api}: {told.why or told.state}"


def by_whole(snapshot: Snapshot, kinds: Iterable[str]) -> Newest:
    """What a whole reading alone tells of these kinds."""
    return Newest(only(snapshot, kinds))


def read_since(
    snapshot: Snapshot,
    kinds: Iterable[str],
    since: datetime,
    otherwise: Collection[tuple[str, str]],
) -> Snapshot:
    """Of an account that is kept up to date, what was read from a time on, though it be the same.

    ``otherwise`` are components and aspects that came out otherwise: some are told by no call, so
    nothing says when.
    """

    def is_new(told: Observation) -> bool:
        return told.at is not None and told.at >= since

    made = Snapshot()
    for kind in kinds:
        for scope, told in snapshot.listings(kind):
            if is_new(told):
                made.note_listing(scope, told)
        for seen in snapshot.of_kind(kind):
            aspects = {
                aspect: told
                for aspect, told in seen.aspects.items()
                if is_new(told) or (told.at is None and (seen.found.id, aspect) in otherwise)
            }
            if aspects:
                made.add(seen.found).aspects.update(aspects)
    return made
