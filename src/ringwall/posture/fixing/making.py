"""Find the remedy of a check, and make a plan with it."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache
from types import ModuleType

import ringwall.posture.remedies.aws
from ringwall.core.observations import State, UnknownError
from ringwall.posture.checking.finding import KnownCheck
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.collecting.planning import wanted_by
from ringwall.posture.fixing.plans import Basis, Draft, Plan, narrowed, plan_id
from ringwall.posture.snapshot.snapshot import Seen, Snapshot

Remedy = Callable[[Subject, World], Draft]


class NoPlanError(Exception):
    """There is no plan; the text says why, and what to do instead."""


@cache
def remedies() -> dict[str, ModuleType]:
    """The remedies by id: every file below ``posture/remedies``, with ``MENDS`` and ``plan``.

    ``READS`` are aspects (``kind.aspect``) that one needs besides those of its checks; ``judge`` is
    asked instead of a check that stands on what AWS tells hours late.
    """
    package = ringwall.posture.remedies.aws
    found = {}
    for one in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{one.name}")
        found[one.name.replace("_", "-")] = module
    return found


def remedy_of(check: str) -> ModuleType:
    """The remedy that mends what a check finds; :class:`NoPlanError` where none does."""
    for module in remedies().values():
        if check in module.MENDS:
            return module
    msg = f"nothing mends {check} by itself: `ringwall posture explain {check}` says what to do"
    raise NoPlanError(msg)


def wanted_for(known: KnownCheck) -> set[str]:
    """The aspects (``kind.aspect``) that a check reads, and what its remedy reads besides."""
    return wanted_by([known]) | set(getattr(remedy_of(known.id), "READS", ()))


def judging(known: KnownCheck) -> KnownCheck:
    """A check as it judges what its remedy has done: by what is told at once."""
    try:
        judge = getattr(remedy_of(known.id), "judge", None)
    except NoPlanError:  # a plan of before may be of a remedy that is no more
        return known
    return known if judge is None else replace(known, judge=judge)


def make_plan(snapshot: Snapshot, seen: Seen, check: str, *, now: datetime, by: str) -> Plan:
    """The plan that mends what a check found at a component; :class:`NoPlanError` says why not."""
    module = remedy_of(check)
    world = World(snapshot)
    try:
        draft: Draft = module.plan(world.subject(seen), world)
    except UnknownError as error:
        msg = f"there is no plan for {seen.found.label}: {error.why}"
        raise NoPlanError(msg) from error
    basis = basis_of(world, draft)
    return Plan(
        id=plan_id(check, seen.found.id, basis),
        check=check,
        component=seen.found.id,
        account=seen.found.account,
        region=seen.found.region,
        draft=draft,
        basis=basis,
        made=now,
        by=by,
    )


def basis_of(world: World, draft: Draft) -> tuple[Basis, ...]:
    """What a plan was made from: all that was read of components, with what it was."""
    found = []
    for component, aspect in sorted(world.facts):
        seen = world.snapshot.get(component)
        if seen is not None and aspect in seen.aspects:
            told = seen.aspects[aspect]
            keys = draft.keys.get(aspect, ())
            value = narrowed(told.value, keys) if told.state is State.KNOWN else None
            made = Basis(
                component=component, aspect=aspect, state=told.state, value=value, keys=keys
            )
            found.append(made)
    return tuple(found)


def again(basis: Iterable[Basis], snapshot: Snapshot) -> tuple[Basis, ...]:
    """The same as it is now, as far as it could be read."""
    found = []
    for one in basis:
        seen = snapshot.get(one.component)
        told = None if seen is None else seen.aspects.get(one.aspect)
        if told is not None and told.is_told:
            value = narrowed(told.value, one.keys) if told.state is State.KNOWN else None
            found.append(replace(one, state=told.state, value=value))
    return tuple(found)


def changed(basis: Iterable[Basis], snapshot: Snapshot) -> list[str]:
    """What of it is otherwise now, in words; empty where all is as it was."""
    found = []
    for one in basis:
        seen = snapshot.get(one.component)
        told = None if seen is None else seen.aspects.get(one.aspect)
        if told is None:
            found.append(f"{one.aspect} of {one.component} could not be read again")
        elif told.state is not one.state or (
            told.state is State.KNOWN and narrowed(told.value, one.keys) != one.value
        ):
            found.append(f"{one.aspect} of {one.component} is not as it was")
    return found
