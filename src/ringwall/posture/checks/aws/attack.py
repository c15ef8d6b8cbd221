"""Ways from the internet to something confidential, for the checks of what holds data.

What the internet comes to in an account is worked out once for all judgments of a snapshot. What is
not known there makes a hop uncertain: a path that needs it is not known, and all others stand.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ringwall.core.observations import Fact, UnknownError
from ringwall.posture.checking import Judgment, Subject, World, fails, passes
from ringwall.posture.checking.reading import ANY
from ringwall.posture.checks.aws.authorization import KINDS, whole_account
from ringwall.posture.checks.aws.exposure import GROUP, instance_reach, opened_by
from ringwall.posture.checks.aws.exposure import READS as EXPOSURE
from ringwall.posture.permissions.accounts import Account
from ringwall.posture.permissions.cutting import cheapest_cut
from ringwall.posture.permissions.escalation import TECHNIQUES, escalations
from ringwall.posture.permissions.needing import Workload
from ringwall.posture.permissions.paths import INTERNET, ways
from ringwall.posture.permissions.terrain import Kept, Open, Terrain, hops, terrain

INSTANCE: Final = "aws-ec2-instance"
FUNCTION: Final = "aws-lambda-function"
READS: Final = (
    *(f"{kind}.details" for kind in KINDS.values()),
    f"{INSTANCE}.listed",
    f"{FUNCTION}.listed",
    f"{FUNCTION}.urls",
    *EXPOSURE,
)
"""What a check reads that asks for paths, besides what it judges."""
_TAGS: Final = re.compile(r"(?:data[-_ ]?)?(?:classification|class|sensitivity)", re.IGNORECASE)
_VALUES: Final = {"confidential", "restricted", "secret", "sensitive", "highly confidential"}
_PLAIN: Final = {"public", "internal", "confidential", "restricted"}
_LEVELS: Final = {
    "secret": "restricted",
    "sensitive": "confidential",
    "highly confidential": "restricted",
}
_KNOWN: Final = {"", INSTANCE, FUNCTION}
_LONGEST: Final = 6


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was made of an account, and all that was read for it."""

    terrain: Terrain
    touched: frozenset[tuple[str, str]]
    untold: tuple[Fact, ...]
    """The reads that make hops uncertain."""


def is_confidential(it: Subject) -> bool:
    """Whether its tags say so, such as ``classification: confidential``."""
    return any(
        _TAGS.fullmatch(key) and value.lower().replace("-", " ") in _VALUES
        for key, value in it.tags.items()
    )


def attacked(world: World, it: Subject, kept: Kept) -> Judgment:
    """Whether a way leads from the internet to what is kept, and what to take away against it.

    ``UnknownError`` where one leads there only by what is not known or hangs on conditions.
    """
    looked = _looked(world, it)
    several = hops(looked.terrain, [kept])
    found = ways(several, [INTERNET], [kept.arn], longest=_LONGEST, most=20)
    certain = [one for one in found.paths if one.is_certain]
    if certain:
        cut = cheapest_cut([one for one in several if one.is_certain], [INTERNET], [kept.arn])
        ends = "; ".join(one.how for one in cut or ())
        return fails(f"{certain[0]}. Cheapest to take away: {ends}")
    if found.paths:
        raise UnknownError(f"there may be a way: {found.paths[0]}", looked.untold)
    if not found.is_all:
        raise UnknownError("there are more ways than are gone through")
    return passes(f"no way of {_LONGEST} hops leads from the internet to {it.label}")


def ground(
    world: World, number: str, untold: list[Fact], blind: list[UnknownError] | None = None
) -> Terrain:
    """The ways from the internet within an account. ``untold`` gets the reads that leave hops open.

    With ``blind`` it goes on where something that runs could not be listed, and says so there; else
    that is an ``UnknownError``, as what is not known of the identities is always.
    """
    account = whole_account(world, number)
    open_ones: list[Open] = []
    for found in (_instances(world, account, untold), _functions(world, number, untold)):
        try:
            open_ones += found
        except UnknownError as error:
            if blind is None:
                raise
            blind.append(error)
    running = [one.workload for one in open_ones]
    techniques = [one for one in TECHNIQUES if one.workload in _KNOWN]
    escalating = escalations(account, workloads=running, techniques=techniques)
    return terrain(account, escalating, open_ones)


def classification_of(it: Subject) -> str:
    """What its tags call its data, such as ``confidential``; empty where they say nothing."""
    for key, value in it.tags.items():
        if _TAGS.fullmatch(key):
            said = value.lower().replace("-", " ")
            return _LEVELS.get(said, said if said in _PLAIN else "")
    return ""


def _looked(world: World, it: Subject) -> _Looked:
    for kind in (*KINDS.values(), INSTANCE, FUNCTION):
        world.all(kind, account=it.account)
        world.touched.add((kind, ANY))
    key = (_looked, it.account)
    known = world.indexes.get(key)
    if known is None:
        aside = World(world.snapshot, world.indexes)
        try:
            untold: list[Fact] = []
            made = ground(aside, it.account, untold)
            known = _Looked(made, frozenset(aside.touched), tuple(untold))
        except UnknownError as error:
            known = error
        world.indexes[key] = known
    if isinstance(known, UnknownError):
        raise UnknownError(known.why, known.facts)
    world.touched |= known.touched
    found: _Looked = known
    return found


def _instances(world: World, account: Account, untold: list[Fact]) -> Iterator[Open]:
    by_profile = {
        profile["Arn"]: role["Arn"]
        for one in world.all("aws-iam-role", account=account.id)
        for role in [one.read("details")]
        for profile in role.get("InstanceProfileList") or ()
    }
    for one in world.all(INSTANCE, account=account.id):
        profile = (one.read("listed").get("IamInstanceProfile") or {}).get("Arn", "")
        workload = Workload(INSTANCE, one.name, by_profile.get(profile, ""))
        try:
            open_ports = instance_reach(world, one).parts
        except UnknownError as error:
            untold += error.facts
            yield Open(workload, f"perhaps, for {error.why}", is_certain=False)
            continue
        first = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in open_ports)
        by = _groups(world, one) if open_ports else ()
        yield Open(workload, f"port {first} is open" if open_ports else "", by=by)


def _groups(world: World, instance: Subject) -> tuple[str, ...]:
    """The security groups of an instance that by themselves let the internet in."""
    wanted = {
        group["GroupId"]
        for interface in instance.read("listed").get("NetworkInterfaces") or ()
        for group in interface.get("Groups") or ()
    }
    return tuple(
        f"security group {identifier}"
        for one in world.all(GROUP, account=instance.account)
        if (identifier := one.read("listed").get("GroupId")) in wanted
        and opened_by(world, one).parts
    )


def _functions(world: World, number: str, untold: list[Fact]) -> Iterator[Open]:
    for one in world.all(FUNCTION, account=number):
        listed: dict[str, Any] = one.read("listed")
        workload = Workload(FUNCTION, one.name, str(listed.get("Role") or ""))
        try:
            urls = [url for url in one.read("urls", ()) if url.get("AuthType") == "NONE"]
        except UnknownError as error:
            untold += error.facts
            yield Open(workload, f"perhaps, for {error.why}", is_certain=False)
            continue
        by = tuple(f"AuthType NONE of {url.get('FunctionUrl', 'its address')}" for url in urls)
        yield Open(workload, "its address asks nobody who is there" if urls else "", by=by)
