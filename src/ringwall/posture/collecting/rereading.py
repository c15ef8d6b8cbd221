"""Read again what a change may have changed: the listings of its kinds, details of a few."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from ringwall.core.observations import Observation
from ringwall.posture.checking.settled import WHOLE
from ringwall.posture.collecting.planning import Plan
from ringwall.posture.collecting.running import Run, Target
from ringwall.posture.collecting.shape import Where
from ringwall.posture.collecting.tagging import ask, is_apart, is_tagged
from ringwall.posture.rejudging import Changes
from ringwall.posture.snapshot.snapshot import Scope, Seen, Snapshot

Matches = Callable[[Seen], bool]
Chooses = Callable[[Snapshot, Snapshot], Matches]
"""From what was known and what is listed now, of which components details are read."""


def reread(
    target: Target,
    snapshot: Snapshot,
    plan: Plan,
    kinds: Iterable[str],
    *,
    chooses: Chooses,
    region: str = "",
) -> Changes:
    """Bring kinds of a snapshot up to date, and say what changed.

    All of them are listed again, in ``region`` where that is named. Details are read of those that
    ``chooses`` says, of those that were not there, and of those of which the listing tells
    otherwise than before. What could not be read again is noted as such: it is not known any more.
    """
    wanted = set(kinds)
    fresh = Snapshot()
    here = replace(target, regions=(region,)) if region else target
    part = _part(plan, wanted)
    narrow = _narrowing(snapshot, fresh, chooses)
    Run(here, fresh, narrow=narrow).carry_out(part)
    _take_tags(target, snapshot, fresh, narrow)
    changes = Changes()
    elsewhere = set() if region else {seen.found.region for seen in snapshot} - {*target.regions}
    _take_listings(snapshot, fresh, wanted, changes, elsewhere)
    told = {aspect for one in part.listings for aspect in one.told}
    for seen in fresh:
        if seen.found.kind in wanted:
            _take(snapshot, seen, changes, told)
    return changes


def _take_tags(target: Target, snapshot: Snapshot, fresh: Snapshot, chosen: Matches) -> None:
    """Tags of what is listed without them: of those that were chosen as they are, else as known."""
    apart = [seen for seen in fresh if is_apart(seen) and not is_tagged(fresh, seen)]
    home = Where(target.account, target.home, target.partition)
    asked = ask(target.caller, (seen for seen in apart if chosen(seen)), home)
    for seen in apart:
        before = snapshot.get(seen.found.id)
        if before is not None and seen.found.id not in asked:
            seen.found = replace(seen.found, tags=before.found.tags)


def _narrowing(snapshot: Snapshot, fresh: Snapshot, chooses: Chooses) -> Matches:
    """Of which details are read; asked for the first time once all is listed."""
    chosen = list[Matches]()

    def narrow(seen: Seen) -> bool:
        if not chosen:
            chosen.append(chooses(snapshot, fresh))
        before = snapshot.get(seen.found.id)
        return before is None or _is_told_otherwise(before, seen) or chosen[0](seen)

    return narrow


def _is_told_otherwise(before: Seen, now: Seen) -> bool:
    found = replace(now.found, tags=before.found.tags) if is_apart(now) else now.found
    if before.found != found:
        return True
    pairs = ((before.aspects.get(aspect), told) for aspect, told in list(now.aspects.items()))
    return any(known is None or not _is_same(known, told) for known, told in pairs)


def _part(plan: Plan, kinds: set[str]) -> Plan:
    """The calls that tell of these kinds, and those that their listings need."""
    listings = [
        one
        for one in plan.listings
        if kinds & {*one.kinds, *(told.partition(".")[0] for told in one.told)}
    ]
    needed = {one.batches.kind for one in listings if one.batches is not None}
    listings += [one for one in plan.listings if one not in listings and needed & set(one.kinds)]
    listings.sort(key=lambda one: one.batches is not None)
    details = tuple(one for one in plan.details if one.kind in kinds)
    return Plan(tuple(listings), details, plan.missing)


def _take_listings(
    snapshot: Snapshot, fresh: Snapshot, kinds: set[str], changes: Changes, elsewhere: set[str]
) -> None:
    """``elsewhere`` are regions that are not listed themselves: other ones tell what is there."""
    for scope, told in list(fresh.all_listings()):
        if scope.kind not in kinds:
            continue
        before = dict(snapshot.listings(scope.kind)).get(scope)
        if before is None or before.state is not told.state or before.why != told.why:
            changes.listings.add(scope)
        snapshot.forget_listing(scope)
        snapshot.note_listing(scope, told)
        if scope.kind in WHOLE:
            continue  # who reads one region again says nothing of the others
        for seen in list(snapshot.of_kind(scope.kind)):
            if not _is_within(seen, scope, elsewhere) or fresh.get(seen.found.id) is not None:
                continue
            if told.is_told:
                changes.removed.add(seen.found.id)
                snapshot.remove(seen.found.id)
            else:
                _doubt(seen, told, changes)


def _doubt(seen: Seen, told: Observation, changes: Changes) -> None:
    """What the listing told of a component is not known any more, since it tells nothing now."""
    for aspect, before in seen.aspects.items():
        if before.api == told.api and not _is_same(before, told):
            changes.aspects.add((seen.found.id, aspect))
            seen.aspects[aspect] = told


def _is_within(seen: Seen, scope: Scope, elsewhere: set[str]) -> bool:
    found = seen.found
    there = scope.region in {"", found.region} or found.region in elsewhere
    return found.account == scope.account and there


def _take(snapshot: Snapshot, seen: Seen, changes: Changes, listed: set[str]) -> None:
    """``listed`` are aspects that listings tell: one that is told no more is not known any more."""
    component = seen.found.id
    known = snapshot.get(component)
    if known is None:
        changes.added.add(component)
        snapshot.add(seen.found, place=seen.place).aspects.update(seen.aspects)
        return
    if known.found != seen.found:
        changes.named.add(component)
        known.found = seen.found
    for aspect, told in seen.aspects.items():
        before = known.aspects.get(aspect)
        if before is None or not _is_same(before, told):
            changes.aspects.add((component, aspect))
        known.aspects[aspect] = told
    for aspect in [one for one in known.aspects if f"{seen.found.kind}.{one}" in listed]:
        if aspect not in seen.aspects:
            changes.aspects.add((component, aspect))
            del known.aspects[aspect]


def _is_same(one: Observation, other: Observation) -> bool:
    return (one.state, one.value, one.why) == (other.state, other.value, other.why)
