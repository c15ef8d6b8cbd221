"""All of an account's identities at once, for checks that ask who may do what in the end.

What is made of them is made once for all judgments of a snapshot.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from ringwall.posture.checking import (
    Judgment,
    Severity,
    Subject,
    UnknownError,
    World,
    fails,
    passes,
)
from ringwall.posture.checking.reading import ANY
from ringwall.posture.checks.aws.controlled import controls_on, organisation_of, shut_by
from ringwall.posture.permissions.accounts import Account, Identity, account
from ringwall.posture.permissions.controls import UNCONTROLLED, Controls
from ringwall.posture.permissions.deciding import Outcome
from ringwall.posture.permissions.escalation import risen
from ringwall.posture.permissions.reaching import Rise, rises
from ringwall.posture.permissions.techniques_iam import IAM
from ringwall.posture.permissions.techniques_passing import PASSING

KINDS: Final = {
    "users": "aws-iam-user",
    "groups": "aws-iam-group",
    "roles": "aws-iam-role",
    "policies": "aws-iam-policy",
}
"""The kinds whose ``details`` are an account's authorization."""
_ORGANIZATION: Final = "organization"
READS: Final = tuple(f"{kind}.details" for kind in KINDS.values())
"""What a check reads that asks so."""
BESIDE: Final = (f"aws-account.{_ORGANIZATION}",)
"""What it reads besides, where that is known, if it asks for ways to more permissions."""


def escalating(world: World, it: Subject) -> Judgment:
    """Whether a user or role comes to every permission of its account.

    By what IAM and the passing of roles allow: nothing has to be known of what runs.
    """
    it.read("details")
    found = _rise(world, it, _risen)
    if found is None:
        return passes("what it may do leads to no more than that")
    controls = controls_on(it).lasting
    if controls:
        left = _rise(world, it, _risen_within)
        if left is None:
            kept_out = shut_by(controls, lambda less: _still_rises(world, it, less))
            return passes(f"it {found}, but for {kept_out}")
        if left.outcome is not Outcome.UNKNOWN:
            found = left
    if found.outcome is Outcome.UNKNOWN:
        why = next(
            one.decision.why for one in found.steps if one.decision.outcome is Outcome.UNKNOWN
        )
        raise UnknownError(f"{it.label} may come to every permission: {why}")
    said = f"{it.label} comes to every permission of the account: it {found}"
    if found.outcome is Outcome.CONDITIONAL:
        keys = sorted(
            {
                condition.key
                for one in found.steps
                for condition in (*one.decision.requires, *one.decision.forbids)
            }
        )
        return fails(f"{said}, as far as {', '.join(keys)} admit it", Severity.MEDIUM)
    return fails(said)


def identity_of(world: World, it: Subject) -> Identity:
    """A user, role or group with all that it has, of its groups, too."""
    it.read("details")
    found: Identity | None = _once(world, it, _whole).find(it.name)
    if found is None:
        raise UnknownError(f"{it.label} is not among the identities of its account")
    return found


_Make = Callable[[World, Subject], Any]


def _rise(world: World, it: Subject, make: _Make) -> Rise | None:
    """How somebody comes to every permission; ``UnknownError`` where not all ways were gone."""
    world.touched.add((f"aws-account/{it.account}", _ORGANIZATION))
    several: _Rises = _once(world, it, make)
    found = several.by_name.get(it.name)
    if found is None and not several.is_all:
        raise UnknownError("there are more ways to more permissions than are gone through")
    return found


def _once(world: World, it: Subject, make: _Make) -> Any:
    """What is made of a whole account, or the error that it came to, once for all judgments."""
    for kind in KINDS.values():
        world.all(kind, account=it.account)
        world.touched.add((kind, ANY))
    key = (make, it.account)
    if key not in world.indexes:
        try:
            aside = World(world.snapshot, world.indexes)
            world.indexes[key] = make(aside, aside.need(it.id))
        except UnknownError as error:
            world.indexes[key] = error
    known = world.indexes[key]
    if isinstance(known, UnknownError):
        raise UnknownError(known.why, known.facts)
    return known


def _whole(world: World, it: Subject) -> Account:
    return whole_account(world, it.account)


class _Rises(NamedTuple):
    by_name: Mapping[str, Rise]
    is_all: bool


def _risen(world: World, it: Subject) -> _Rises:
    return _of_all(whole_account(world, it.account))


def _risen_within(world: World, it: Subject) -> _Rises:
    return _of_all(_bound(world, it, controls_on(it).lasting))


def _still_rises(world: World, it: Subject, controls: Controls) -> bool:
    aside = World(world.snapshot, world.indexes)
    return it.name in _of_all(_bound(aside, it, controls)).by_name


def _bound(world: World, it: Subject, controls: Controls) -> Account:
    ours = organisation_of(it)
    return whole_account(world, it.account, controls=controls, organisation=ours)


def _of_all(whole: Account) -> _Rises:
    found = risen(whole, techniques=(*IAM, *PASSING))
    return _Rises(rises(whole, found.escalations), found.is_all)


def whole_account(
    world: World,
    number: str,
    *,
    controls: Controls = UNCONTROLLED,
    organisation: str = "",
) -> Account:
    """An account of all its identities' details; ``UnknownError`` where one is not known."""

    def details(kind: str) -> list[Any]:
        return [one.read("details") for one in world.all(kind, account=number)]

    return account(
        number,
        users=details(KINDS["users"]),
        groups=details(KINDS["groups"]),
        roles=details(KINDS["roles"]),
        policies=details(KINDS["policies"]),
        scps=controls.levels,
        rcps=controls.rcps,
        units=controls.units,
        organisation=organisation,
        has_center=_has_center(world, number),
    )


def _has_center(world: World, number: str) -> bool | None:
    """Whether an account administers an identity center, as what it says of its organisation tells.

    Only an organisation has one that hands out permissions. Its management account administers it;
    of others it is not known whether it lets them (IAM Identity Center User Guide, "Delegated
    administration").
    """
    seen = world.snapshot.get(f"aws-account/{number}")
    if seen is None:
        return None
    try:
        told = world.subject(seen).read(_ORGANIZATION)
    except UnknownError:
        return None
    if told is None:
        return False
    return str(told.get("MasterAccountId")) == number or None
