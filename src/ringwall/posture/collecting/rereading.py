"""Read again what a change may have changed: the listings of its kinds, details of a few."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from ringwall.core.observations import Observation
from ringwall.posture.collecting.planning import Plan
from ringwall.posture.collecting.running import Run, Target
from ringwall.posture.rejudging import Changes
from ringwall.posture.snapshot.snapshot import Scope, Seen, Snapshot

Matches = Callable[[Seen], bool]


def reread(
    target: Target,
    snapshot: Snapshot,
    plan: Plan,
    kinds: Iterable[str],
    *,
    matches: Matches,
    region: str = "",
) -> Changes:
    """Bring kinds of a snapshot up to date, and say what changed.

    All of them are listed again, in ``region`` where that is named. Details are read of those that
    ``matches`` chooses, and of those that were not there. What could not be read again is noted as
    such: it is not known any more.
    """
    wanted = set(kinds)
    fresh = Snapshot()
    here = replace(target, regions=(region,)) if region else target
    run = Run(here, fresh, narrow=lambda seen: matches(seen) or snapshot.get(seen.found.id) is None)
    run.carry_out(_part(plan, wanted))
    changes = Changes()
    _take_listings(snapshot, fresh, wanted, changes)
    for seen in fresh:
        if seen.found.kind in wanted:
            _take(snapshot, seen, changes)
    return changes


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


def _take_listings(snapshot: Snapshot, fresh: Snapshot, kinds: set[str], changes: Changes) -> None:
    for scope, told in list(fresh.all_listings()):
        if scope.kind not in kinds:
            continue
        before = dict(snapshot.listings(scope.kind)).get(scope)
        if before is None or before.state is not told.state or before.why != told.why:
            changes.listings.add(scope)
        snapshot.forget_listing(scope)
        snapshot.note_listing(scope, told)
        for seen in list(snapshot.of_kind(scope.kind)):
            if not _is_within(seen, scope) or fresh.get(seen.found.id) is not None:
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


def _is_within(seen: Seen, scope: Scope) -> bool:
    found = seen.found
    return found.account == scope.account and scope.region in {"", found.region}


def _take(snapshot: Snapshot, seen: Seen, changes: Changes) -> None:
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


def _is_same(one: Observation, other: Observation) -> bool:
    return (one.state, one.value, one.why) == (other.state, other.value, other.why)
