"""Find the remedy of a check, and make a plan with it."""

import importlib
import pkgutil
from collections.abc import Callable
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Final

import ringwall.posture.remedies.aws
from ringwall.core.observations import State, UnknownError
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.fixing.plans import Basis, Draft, Plan, normal, plan_id
from ringwall.posture.snapshot.snapshot import Seen, Snapshot

Remedy = Callable[[Subject, World], Draft]
_READS: Final = "READS"


class NoPlanError(Exception):
    """There is no plan; the text says why, and what to do instead."""


@cache
def remedies() -> dict[str, ModuleType]:
    """The remedies by id: every file below ``posture/remedies``, with ``MENDS`` and ``plan``."""
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


def make_plan(snapshot: Snapshot, seen: Seen, check: str, *, now: datetime, by: str) -> Plan:
    """The plan that mends what a check found at a component; :class:`NoPlanError` says why not."""
    module = remedy_of(check)
    world = World(snapshot)
    try:
        draft: Draft = module.plan(world.subject(seen), world)
    except UnknownError as error:
        msg = f"there is no plan for {seen.found.label}, since not all is known: {error.why}"
        raise NoPlanError(msg) from error
    basis = basis_of(world)
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


def basis_of(world: World) -> tuple[Basis, ...]:
    """What a plan was made from: all that was read of components, with what it was."""
    found = []
    for component, aspect in sorted(world.facts):
        seen = world.snapshot.get(component)
        if seen is not None and aspect in seen.aspects:
            told = seen.aspects[aspect]
            value = normal(told.value) if told.state is State.KNOWN else None
            found.append(Basis(component=component, aspect=aspect, state=told.state, value=value))
    return tuple(found)


def changed(plan: Plan, snapshot: Snapshot) -> list[str]:
    """What of a plan's basis is otherwise now, in words; empty where all is as it was."""
    found = []
    for one in plan.basis:
        seen = snapshot.get(one.component)
        told = None if seen is None else seen.aspects.get(one.aspect)
        if told is None:
            found.append(f"{one.aspect} of {one.component} could not be read again")
        elif told.state is not one.state or (
            told.state is State.KNOWN and normal(told.value) != one.value
        ):
            found.append(f"{one.aspect} of {one.component} is not as it was")
    return found
