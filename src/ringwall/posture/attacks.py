"""The ways from the internet to the data of an account, as `posture paths` tells them.

Nothing is called: it is worked out of the snapshot. What is not known makes a way uncertain, or a
target one of which it is not known whether there is a way; never one to which there is none.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Final

from ringwall.core.components import Found
from ringwall.core.observations import Fact, State, UnknownError
from ringwall.core.verdicts import Outcome
from ringwall.posture.across import Land, land_of
from ringwall.posture.checking.finding import KnownCheck, own_checks
from ringwall.posture.checking.reading import Subject, World
from ringwall.posture.checks.aws.locking import lock_of
from ringwall.posture.judging import Judged, judge_all
from ringwall.posture.permissions.changes import Change, changes, left_after
from ringwall.posture.permissions.crossing import readings_across
from ringwall.posture.permissions.cutting import cheapest_cut
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.paths import INTERNET, Hop, Network, Path, reached, ways
from ringwall.posture.permissions.statements import Document, Kind, unread
from ringwall.posture.permissions.terrain import Kept, Terrain, hops
from ringwall.posture.permissions.unlocking import Lock
from ringwall.posture.snapshot.snapshot import Snapshot

DATA: Final = {
    "aws-s3-bucket": "aws-s3-bucket-public",
    "aws-secretsmanager-secret": "aws-secretsmanager-secret-public",
    "aws-ssm-parameter": "",
    "aws-dynamodb-table": "aws-dynamodb-table-public",
    "aws-sqs-queue": "aws-sqs-queue-public",
    "aws-ecr-repository": "aws-ecr-repository-public",
    "aws-rds-instance": "",
    "aws-rds-cluster": "",
    "aws-rds-snapshot": "aws-rds-snapshot-public",
    "aws-rds-cluster-snapshot": "aws-rds-cluster-snapshot-public",
    "aws-ec2-snapshot": "aws-ec2-snapshot-public",
    "aws-redshift-cluster": "",
}
"""Kinds that hold data, each with the check that asks if strangers come to it, if there is one."""
_POLICIES: Final = {
    "aws-s3-bucket": ("policy", ""),
    "aws-secretsmanager-secret": ("policy", ""),
    "aws-dynamodb-table": ("policy", ""),
    "aws-sqs-queue": ("attributes", "Policy"),
    "aws-ecr-repository": ("policy", ""),
    "aws-kms-key": ("policy", ""),
}
"""Where the policy of a resource stands: the aspect, and the member of it."""
_SHARED: Final = {
    "aws-rds-snapshot": ("rds:RestoreDBInstanceFromDBSnapshot", "rds:CopyDBSnapshot"),
    "aws-rds-cluster-snapshot": ("rds:RestoreDBClusterFromSnapshot", "rds:CopyDBClusterSnapshot"),
}
"""What accounts may do with which snapshots of others are shared."""
_KEY: Final = "aws-kms-key"
"""Holds no data, and may be asked for: who decrypts with it."""
LONGEST: Final = 8


class Standing(StrEnum):
    """Whether one can get at something."""

    REACHED = "reached"
    PERHAPS = "perhaps"
    UNKNOWN = "not known"
    NONE = "no way"


@dataclass(frozen=True, slots=True)
class Asset:
    """Something that holds data. ``by`` is who says how confidential that is."""

    component: str
    arn: str
    label: str
    classification: str
    by: str


@dataclass(frozen=True, slots=True)
class Reached:
    """What was found of one asset. ``why`` says what is not known, where something is not."""

    asset: Asset
    standing: Standing
    paths: tuple[Path, ...] = ()
    is_all: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Attacks:
    """What was found of an account.

    ``cut`` are the cheapest changes that together end all certain ways, ``single`` what each single
    one would end: ``ends`` of those are numbers in ``paths``. ``left`` are the ARNs of what a way
    that may be still leads to when the cut is made. ``unknown`` are what could not be
    read and may hide ways; ``blocked`` is why nothing at all could be asked, else empty.
    ``left_out`` says of which accounts no control policies count: ways may be ended by those.
    """

    account: str
    assets: tuple[Reached, ...] = ()
    paths: tuple[Path, ...] = ()
    cut: tuple[Hop, ...] = ()
    left: tuple[str, ...] = ()
    single: tuple[Change, ...] = ()
    unknown: tuple[str, ...] = ()
    blocked: str = ""
    left_out: tuple[str, ...] = ()


def attacks(
    snapshot: Snapshot,
    account: str,
    assets: Sequence[Asset],
    *,
    sources: Sequence[str] = (INTERNET,),
    most: int = 3,
    is_all: bool = True,
    land: Land | None = None,
) -> Attacks:
    """The ways to these assets of an account, at most ``most`` to each, shortest first.

    ``is_all`` is that these are meant to be all assets: then it is told which are not known.
    ``land`` is the account with others that ways may lead over; alone where there is none.
    """
    world = World(snapshot)
    land = land or land_of({account: snapshot})
    if account not in land.grounds:
        return Attacks(account, blocked=land.blocked[account])
    lies = land.grounds[account]
    near = frozenset(reached(land.hops, sources))
    within = Terrain(lies.terrain.account, land.hops, near, tuple(land.accounts))
    public = _public(snapshot, {one.component for one in assets})
    unlisted = land.hides(account)
    several: list[Hop] = list(within.hops)
    networks = Network(hop for hop in several if hop.is_certain), Network(several)
    found: list[Reached] = []
    for one in assets:
        kept = _kept(land, world, one)
        abroad = _sharing(world, one) or kept.policy
        own = _readings(land, within, kept, abroad, public.get(one.component))
        several += own
        is_abroad = kept.lock is not None and kept.lock.home is not None
        is_alone = kept.policy is None and not is_abroad
        hidden = unlisted if is_alone else _hidden(land, account, kept)
        found.append(_reached(networks, own, one, sources=sources, most=most, unlisted=hidden))
    paths = tuple(path for one in found for path in one.paths)
    certain = [path for path in paths if path.is_certain]
    shown = certain or list(paths)
    counted = [hop for hop in several if hop.is_certain] if certain else several
    ends = [one.asset.arn for one in found if one.paths]
    numbers = {id(path): number for number, path in enumerate(paths)}
    single = [
        replace(one, ends=tuple(numbers[id(shown[number])] for number in one.ends))
        for one in changes(counted, shown, sources, ends, doubted=several)
    ]
    cut = (cheapest_cut(counted, sources, ends) if ends else ()) or ()
    left = left_after(several, cut, sources, ends) if cut else set()
    unknown = dict.fromkeys(
        (
            *unlisted,
            *_untold(lies.untold),
            *land.untold,
            *(_unlisted(snapshot, account) if is_all else ()),
        )
    )
    return Attacks(
        account,
        tuple(found),
        paths,
        tuple(cut),
        tuple(sorted(left)),
        tuple(single),
        tuple(unknown),
        left_out=land.left_out,
    )


def assets_of(
    snapshot: Snapshot, account: str, classify: Callable[[Subject], tuple[str, str]]
) -> Iterator[Asset]:
    """All that holds data in an account, with what ``classify`` says: a level, and who says so."""
    world = World(snapshot)
    for kind in DATA:
        for seen in snapshot.of_kind(kind):
            if seen.found.account == account and seen.found.name.startswith("arn:"):
                level, by = classify(world.subject(seen))
                arn = seen.found.name.replace(":parameter//", ":parameter/")  # as AWS writes it
                yield Asset(seen.found.id, arn, seen.found.label, level, by)


def hops_to(
    snapshot: Snapshot, land: Land, within: Terrain, several: Iterable[Asset]
) -> Iterator[tuple[Asset, Document | None, list[Hop]]]:
    """Each with its own policy, and the hops to it of those near ``within``; of strangers none."""
    world = World(snapshot)
    for one in several:
        kept = _kept(land, world, one)
        abroad = _sharing(world, one) or kept.policy
        yield one, kept.policy, _readings(land, within, kept, abroad, None)


def place_of(found: Found) -> Asset:
    """Who or what runs, or a key, to ask who comes to it."""
    return Asset(found.id, found.name, found.label, "", "")


def _reached(
    networks: tuple[Network, Network],
    own: Sequence[Hop],
    one: Asset,
    *,
    sources: Sequence[str],
    most: int,
    unlisted: Sequence[str],
) -> Reached:
    """Over what is certain, if that leads to it; else over all. ``own`` are the hops to it."""
    sure = networks[0].with_more(hop for hop in own if hop.is_certain)
    known = ways(sure, sources, [one.arn], longest=LONGEST, most=most)
    if known.paths:
        return Reached(one, Standing.REACHED, known.paths, known.is_all)
    every = networks[1].with_more(own)
    found = ways(every, sources, [one.arn], longest=LONGEST, most=most)
    if found.paths:
        return Reached(one, Standing.PERHAPS, found.paths, found.is_all)
    if one.arn in reached(every, sources):
        why = f"only by more than {LONGEST} hops, which are not gone through"
        if not found.is_all:
            why = "there are more ways than are gone through"
        return Reached(one, Standing.UNKNOWN, (), is_all=False, why=why)
    if unlisted:
        return Reached(one, Standing.UNKNOWN, (), is_all=False, why="; ".join(unlisted))
    return Reached(one, Standing.NONE)


def _readings(
    land: Land, within: Terrain, kept: Kept, abroad: Document | None, judged: Judged | None
) -> list[Hop]:
    """The hops to one asset: of strangers, and of whoever in any account may read it.

    ``abroad`` is the policy that counts for other accounts.
    """
    if kept.kind not in DATA and kept.kind != _KEY:
        return []
    number = within.account.id
    found = [replace(hop, account=number) for hop in hops(within, [kept])[len(within.hops) :]]
    beyond = replace(kept, policy=abroad)
    found += readings_across(land.accounts, beyond, within)
    if judged is not None and judged.verdict.outcome is not Outcome.PASS:
        doubt = kept.doubt_of_strangers(within.account)
        is_certain = judged.verdict.outcome is Outcome.FAIL and not doubt
        begin = "strangers come to" if is_certain else "strangers perhaps come to"
        how = f"{begin} {kept.name}: {judged.verdict.why}{doubt}"
        mend = f"close {kept.name} to strangers; `posture explain {judged.check}` says how"
        by = (f"{judged.check} of {kept.name}",)
        hop = Hop(INTERNET, kept.arn, how, is_certain=is_certain, by=by, mend=mend)
        found.append(replace(hop, account=number))
    return found


def _hidden(land: Land, account: str, kept: Kept) -> list[str]:
    """Why a way to what is kept may not be known."""
    lock = kept.lock
    if lock is None or lock.home is None:
        return land.hides(account, kept.policy)
    return land.hides(account, kept.policy, lock.policy, key=lock.home.id)


def _kept(land: Land, world: World, one: Asset) -> Kept:
    """What is known of something that holds data, but for whether strangers come to it."""
    it = _subject(world, one.component)
    return Kept(
        it.found.kind,
        one.arn,
        one.label,
        _policy(world, one),
        exposed=(),
        region=it.found.region,
        tags=it.tags,
        lock=_lock(land, it),
    )


def _lock(land: Land, it: Subject) -> Lock | None:
    """The key that something is encrypted with, of another account as that was read.

    Where it is not known which units that one is in, neither is what binds calls there.
    """
    lock = lock_of(it, land.worlds)
    if lock is None or lock.account == it.account or lock.account not in land.grounds:
        return lock
    home = land.grounds[lock.account].terrain.account
    doubt = lock.doubt
    if any(one.kind is Kind.RCP for _, several in home.units for one in several):
        doubt = doubt or f"which resource control policies bind {home.id} is not known"
    return replace(lock, home=home, doubt=doubt)


def _policy(world: World, one: Asset) -> Document | None:
    """What a resource's own policy says; not known, where it could not be read."""
    aspect, member = _POLICIES.get(one.component.partition("/")[0], ("", ""))
    if not aspect:
        return None
    name = f"policy of {one.label}"
    try:
        written = _subject(world, one.component).read(aspect, None)
    except UnknownError as error:
        return unread(name, Kind.RESOURCE, error.why)
    if member:
        written = (written or {}).get(member)
    return read(written, name=name, kind=Kind.RESOURCE) if written else None


def _sharing(world: World, one: Asset) -> Document | None:
    """With which accounts a snapshot is shared, as a policy would say it; none for other kinds."""
    calls = _SHARED.get(one.component.partition("/")[0])
    if calls is None:
        return None
    name = f"sharing of {one.label}"
    try:
        accounts = _subject(world, one.component).read("restorable_by", ())
    except UnknownError as error:
        return unread(name, Kind.RESOURCE, error.why)
    given = {"Effect": "Allow", "Principal": {"AWS": list(accounts)}, "Action": list(calls)}
    written = {"Version": "2012-10-17", "Statement": [given | {"Resource": "*"}]}
    return read(written, name=name, kind=Kind.RESOURCE) if accounts else None


def _subject(world: World, component: str) -> Subject:
    seen = world.snapshot.get(component)
    if seen is None:
        raise KeyError(component)
    return world.subject(seen)


def _public(snapshot: Snapshot, wanted: set[str]) -> dict[str, Judged]:
    """What the checks say that ask whether strangers read it."""
    kinds = set(snapshot.kinds)
    asked = [one for one in _publics() if one.check.judges in kinds]
    return {one.component: one for one in judge_all(snapshot, asked) if one.component in wanted}


@cache
def _publics() -> list[KnownCheck]:
    ids = set(DATA.values()) - {""}
    return [one for one in own_checks(ids) if one.id in ids]


def _untold(facts: Iterable[Fact]) -> list[str]:
    return [f"{one.aspect} of {one.component}: {one.why or one.state}" for one in facts]


def _unlisted(snapshot: Snapshot, account: str) -> list[str]:
    """Kinds of data of which not all are known: nobody looked, or it failed."""
    found = []
    for kind in DATA:
        told = [told for scope, told in snapshot.listings(kind) if scope.account == account]
        gaps = [one for one in told if one.state not in {State.KNOWN, State.ABSENT}]
        if not told:
            found.append(f"{kind} was not read: whether there is more data is not known")
        elif gaps:
            found.append(f"not all of {kind} could be listed: {gaps[0].why or gaps[0].state}")
    return found
