"""Ways from the internet to something confidential, for the checks of what holds data.

What the internet comes to in an account is worked out once for all judgments of a snapshot. What is
not known there makes a hop uncertain: a path that needs it is not known, and all others stand.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from ringwall.core.observations import Fact, UnknownError
from ringwall.posture.checking import Judgment, Subject, World, fails, passes
from ringwall.posture.checking.reading import ANY
from ringwall.posture.checks.aws.authorization import BESIDE, KINDS, whole_account
from ringwall.posture.checks.aws.authorization import READS as WHOLE
from ringwall.posture.checks.aws.controlled import READS as BINDING
from ringwall.posture.checks.aws.controlled import controls_on, organisation_of
from ringwall.posture.checks.aws.lambda_.aliases import ALIAS
from ringwall.posture.checks.aws.locking import READS as LOCKING
from ringwall.posture.checks.aws.ways import (
    balancers,
    clusters,
    containers,
    distributions,
    gateways,
    hosts,
    integrating,
    running,
)
from ringwall.posture.checks.aws.ways.hosts import Hosts
from ringwall.posture.checks.aws.ways.looking import FUNCTION, INSTANCE, Looking
from ringwall.posture.collecting.shape import tags_of
from ringwall.posture.permissions.accounts import Account, Identity
from ringwall.posture.permissions.administrators import administrators_without
from ringwall.posture.permissions.controls import UNCONTROLLED, Controls
from ringwall.posture.permissions.cutting import cheapest_cut
from ringwall.posture.permissions.escalation import BY_ID, TECHNIQUES, escalations, risen
from ringwall.posture.permissions.needing import Needing
from ringwall.posture.permissions.paths import INTERNET, Hop, Ways, reached, ways
from ringwall.posture.permissions.terrain import Kept, Open, Terrain, hops, opened, terrain

READS: Final = (
    *WHOLE,
    *BESIDE,
    *running.READS,
    *balancers.READS,
    *containers.READS,
    *gateways.READS,
    *integrating.READS,
    *distributions.READS,
    *clusters.READS,
    *hosts.READS,
    *BINDING,
    *LOCKING,
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
_KNOWN: Final = {"", INSTANCE, FUNCTION, containers.TASK, clusters.CLUSTER}
_UNLOOKED: Final = [one for one in TECHNIQUES if one.workload not in _KNOWN]
"""Techniques by what runs that nobody reads."""
_FRONTS: Final = (
    INSTANCE,
    FUNCTION,
    ALIAS,
    *balancers.KINDS,
    *containers.KINDS,
    *gateways.KINDS,
    *integrating.KINDS,
    *distributions.KINDS,
    *clusters.KINDS,
    *hosts.KINDS,
)
_OF_INSTANCES: Final = "ec2.amazonaws.com"
_LONGEST: Final = 6
_MORE: Final = "there are more ways to more permissions than are gone through"


@dataclass(frozen=True, slots=True)
class Ground:
    """The ways from the internet within an account.

    ``untold`` are the reads that leave hops open; where ``blind`` has something, there may be hops
    that nobody knows of.
    """

    terrain: Terrain
    untold: tuple[Fact, ...]
    blind: tuple[UnknownError, ...]

    @property
    def facts(self) -> list[Fact]:
        """All reads that told nothing."""
        return [*self.untold, *(fact for one in self.blind for fact in one.facts)]


@dataclass(frozen=True, slots=True)
class _Looked:
    """What was made of an account, and all that was read for it."""

    ground: Ground
    touched: frozenset[tuple[str, str]]


def is_confidential(it: Subject) -> bool:
    """Whether its tags say so, such as ``classification: confidential``.

    ``UnknownError`` where they may not be read.
    """
    return any(
        _TAGS.fullmatch(key) and value.lower().replace("-", " ") in _VALUES
        for key, value in _tags_of(it).items()
    )


def _tags_of(it: Subject) -> dict[str, str]:
    """Its tags, as its listing tells them or, of a bucket, a call of its own."""
    if it.found.kind != "aws-s3-bucket" or not it.is_read("tags"):
        return dict(it.tags)
    return {**it.tags, **tags_of(it.read("tags", ()))}


def attacked(world: World, it: Subject, kept: Kept) -> Judgment:
    """Whether a way leads from the internet to what is kept, and what to take away against it.

    ``UnknownError`` where one leads there only by what is not known or hangs on conditions. Where
    control policies of the organisation leave no way, it passes; where it is not known whether they
    leave one, there is one: that is what the account's own policies say.
    """
    looked = _looked(world, it, _free)
    several, found = _ways(looked, kept)
    if any(one.is_certain for one in found.paths):
        controls = controls_on(it).lasting
        if controls:
            bound = _looked(world, it, _bound)
            less, left = _ways(bound, kept)
            if any(one.is_certain for one in left.paths):
                several, found = less, left
            elif not left.paths and left.is_all and not bound.blind:
                names = ", ".join(dict.fromkeys(one.name for one in controls.denying))
                said = f"the organisation's policies{f' ({names})' if names else ''}"
                return passes(f"{said} leave no way from the internet to {it.label}")
        certain = next(one for one in found.paths if one.is_certain)
        cut = cheapest_cut([one for one in several if one.is_certain], [INTERNET], [kept.arn])
        ends = "; ".join(one.how for one in cut or ())
        return fails(f"{certain}. Cheapest to take away: {ends}")
    if found.paths:
        raise UnknownError(f"there may be a way: {found.paths[0]}", looked.facts)
    if looked.blind:
        why = "; ".join(dict.fromkeys(one.why for one in looked.blind))
        raise UnknownError(f"there may be ways that are not known: {why}", looked.facts)
    if not found.is_all:
        raise UnknownError("there are more ways than are gone through")
    return passes(f"no way of {_LONGEST} hops leads from the internet to {it.label}")


def _ways(looked: Ground, kept: Kept) -> tuple[list[Hop], Ways]:
    """The ways that are certain, if there are some; else all."""
    several = hops(looked.terrain, [kept])
    for network in ([one for one in several if one.is_certain], several):
        found = ways(network, [INTERNET], [kept.arn], longest=_LONGEST, most=20)
        if found.paths:
            break
    return several, found


def _free(world: World, it: Subject) -> Ground:
    return ground(world, it.account)


def _bound(world: World, it: Subject) -> Ground:
    controls, ours = controls_on(it).lasting, organisation_of(it)
    return ground(world, it.account, controls=controls, organisation=ours)


def ground(
    world: World,
    number: str,
    *,
    controls: Controls = UNCONTROLLED,
    organisation: str = "",
) -> Ground:
    """How an account lies before the internet. ``controls`` are what binds it.

    ``UnknownError`` where its identities are not known: then nothing can be told.
    """
    account = whole_account(world, number, controls=controls, organisation=organisation)
    it = Looking(world, account)
    open_ones: list[Open] = []
    between: list[Hop] = []
    named = Hosts(it)
    leading = integrating.Leading(it, named.get)
    for several in (
        running.instances(it),
        running.functions(it),
        containers.containers(it),
        balancers.balancers(it, containers.behind(it)),
        gateways.gateways(it, leading),
        distributions.distributions(it, leading, named),
        clusters.clusters(it),
    ):
        with it.each():
            for one in several:
                open_ones += [one] if isinstance(one, Open) else []
                between += [one] if isinstance(one, Hop) else []
    workloads = [one.workload for one in open_ones if one.workload.kind != containers.TASK]
    workloads += [*containers.entered(it), *clusters.places(it)]
    techniques = [one for one in TECHNIQUES if one.workload in _KNOWN]
    openings = opened(account, open_ones, between)
    near = reached(openings, [INTERNET])
    found = risen(account, workloads=workloads, techniques=techniques, near=near)
    less = administrators_without(account)
    escalating = found.escalations + escalations(
        account, workloads=workloads, techniques=techniques, of=less
    )
    openings += _unlooked(account, [*found.account.everybody, *less])
    openings += running.admitted(found.account, workloads)
    made = terrain(found.account, escalating, openings=openings)
    blind = list(it.blind) if found.is_all else [*it.blind, UnknownError(_MORE)]
    return Ground(made, tuple(dict.fromkeys(it.untold)), tuple(blind))


def _unlooked(account: Account, several: Iterable[Identity]) -> Iterator[Hop]:
    """The ways over what runs and nobody read: perhaps to each role that the service may take."""
    needing = Needing(account)
    seen: set[tuple[str, str]] = set()
    for one in escalations(account, techniques=_UNLOOKED, of=several):
        technique = BY_ID[one.technique]
        name = one.principal.rpartition("/")[2]
        for role in needing.trusting_service(technique.service):
            way = (one.principal, role.arn)
            is_fit = role.has_instance_profile or technique.service != _OF_INSTANCES
            if not is_fit or role.arn == one.principal or way in seen:
                continue
            seen.add(way)
            does = technique.does.format(target=role.name)
            yield Hop(
                *way,
                f"{name} {does}: perhaps, for {one.decision.why}",
                technique.id,
                is_certain=False,
                by=tuple(map(str, one.decision.all_by)),
                mend=f"take from {name} what {technique.id} needs",
            )


def classification_of(it: Subject) -> str:
    """What its tags call its data, such as ``confidential``; empty where nobody knows."""
    try:
        tags = _tags_of(it)
    except UnknownError:
        return ""
    for key, value in tags.items():
        if _TAGS.fullmatch(key):
            said = value.lower().replace("-", " ")
            return _LEVELS.get(said, said if said in _PLAIN else "")
    return ""


def _looked(world: World, it: Subject, make: Callable[[World, Subject], Ground]) -> Ground:
    for kind in KINDS.values():
        world.all(kind, account=it.account)
    world.touched |= {(kind, ANY) for kind in (*KINDS.values(), *_FRONTS)}
    key = (make, it.account)
    known = world.indexes.get(key)
    if known is None:
        aside = World(world.snapshot, world.indexes)
        try:
            made = make(aside, aside.need(it.id))
            known = _Looked(made, frozenset(aside.touched))
        except UnknownError as error:
            known = error
        world.indexes[key] = known
    if isinstance(known, UnknownError):
        raise UnknownError(known.why, known.facts)
    world.touched |= known.touched
    found: Ground = known.ground
    return found
