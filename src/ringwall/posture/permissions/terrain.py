"""The hops of an account: from the internet over what runs and whom it runs as to what is kept."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ringwall.posture.permissions.accounts import EVERYTHING, Account, Identity, Levels, Unit
from ringwall.posture.permissions.administrators import giving_everything, is_administrator
from ringwall.posture.permissions.asking import RANK, context_of, could, speaks
from ringwall.posture.permissions.controls import ANYBODY, in_unit, within_units
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.escalation import Escalation
from ringwall.posture.permissions.exposure import EVERYTHING_OF_A_STRANGER, Exposed, exposed
from ringwall.posture.permissions.gaining import Reach
from ringwall.posture.permissions.needing import Workload
from ringwall.posture.permissions.paths import INTERNET, NEVER, Hop, reached
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.reading import Calls, calls_that_read, easiest, listed
from ringwall.posture.permissions.requests import OPEN, Values
from ringwall.posture.permissions.statements import Document, Kind
from ringwall.posture.permissions.strangers import Stranger
from ringwall.posture.permissions.trust import trusted
from ringwall.posture.permissions.unlocking import Helpers, Lock, strangers_open, unlocking
from ringwall.posture.permissions.whoever import anybody_of

_BY_TAGS: Final = frozenset(
    [
        *("aws-secretsmanager-secret", "aws-ssm-parameter", "aws-sqs-queue", "aws-kms-key"),
        *("aws-ecr-repository", "aws-ec2-snapshot", "aws-rds-instance", "aws-rds-cluster"),
        *("aws-rds-snapshot", "aws-rds-cluster-snapshot", "aws-redshift-cluster"),
    ]
)
"""Kinds of which ``aws:ResourceTag`` tells the tags in each account: of buckets, tables that hangs
on settings."""
_EVERYTHING: Final = read(EVERYTHING, name="every permission", kind=Kind.IDENTITY)


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that holds data, with its resource policy, ``None`` where it has none.

    ``exposed`` is what strangers may do, where more than its policy bears on it (buckets).
    ``region`` and ``tags`` are empty where they are not known; an ARN that has a region tells it.
    ``lock`` is the key that it is encrypted with, where one is known.
    """

    kind: str
    arn: str
    name: str
    policy: Document | None = None
    exposed: tuple[Exposed, ...] | None = None
    region: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    lock: Lock | None = None

    def keys(self, organisation: str) -> dict[str, Values]:
        """What each call for it has, by its account's organisation, empty if that is not known."""
        found: dict[str, Values] = {}
        if self.region and not self.arn.split(":")[3]:
            found["aws:requestedregion"] = (self.region,)
        if organisation:
            found["aws:resourceorgid"] = (organisation,)
        return found

    def tagged(self, resource: str) -> Mapping[str, str] | None:
        """The tags of what a call is about, as far as AWS asks for them: of it, not of parts."""
        is_it = resource.split(":", 5)[5:] == self.arn.split(":", 5)[5:]
        return self.tags if self.tags and is_it and self.kind in _BY_TAGS else None

    def doubt_of_strangers(self, owner: Account) -> str:
        """Why it is not known that strangers who are let in read it; empty where it is."""
        home = self.lock.home if self.lock is not None and self.lock.home is not None else owner
        if self.lock is None or strangers_open(self.lock, home.rcps):
            return ""
        return f", though not that they decrypt with {self.lock.name} is known"

    def told(self, decision: Decision, unit: str) -> str:
        """What a hop to it says besides: by which key, and what it hangs on."""
        key = self.lock if self.lock is not None and self.lock.is_ours else None
        said = f" and decrypt with {key.name}" if key is not None else ""
        is_certain = decision.outcome is Outcome.ALLOWED
        return f"{said}, {decision.why}" if unit or (key and not is_certain) else said


@dataclass(frozen=True, slots=True)
class Open:
    """Something that runs, and why it answers the internet, or may; no why where it does not.

    ``by`` are the rules that let the internet in.
    """

    workload: Workload
    why: str
    is_certain: bool = True
    by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terrain:
    """All that paths are looked for in. ``near`` are the places the internet comes to.

    ``others`` are accounts that they may lead over, too.
    """

    account: Account
    hops: tuple[Hop, ...]
    near: frozenset[str]
    others: tuple[Account, ...] = ()
    _giving: dict[str, list[tuple[str, str]]] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def helpers(self, kept: Kept) -> Helpers | None:
        """Who of those whom somebody comes to may help with the key of what is kept."""
        if kept.lock is None:
            return None
        several = (self.account, *(one for one in self.others if one.id != self.account.id))
        whole = {one.id for one in several if everything(one) in self.near}
        return Helpers(kept.lock, several, self.near, whole, self._giving)


def everything(account: Account) -> str:
    """The place of whoever has every permission of an account."""
    return f"administrator/{account.id}"


def opened(
    account: Account, open_ones: Sequence[Open] = (), between: Sequence[Hop] = ()
) -> list[Hop]:
    """The hops from the internet to what runs, and to whom it runs as."""
    return [*_openings(account, open_ones), *between]


def terrain(
    account: Account,
    escalations: Sequence[Escalation],
    open_ones: Sequence[Open] = (),
    between: Sequence[Hop] = (),
    openings: Sequence[Hop] | None = None,
) -> Terrain:
    """The ways from the internet to whoever is somebody in an account.

    ``between`` are hops over what stands before what runs, such as load balancers; ``openings``
    are those of :func:`opened`, where they are known.
    """
    begin = opened(account, open_ones, between) if openings is None else openings
    found = [*begin, *_becoming(account, escalations)]
    return Terrain(account, tuple(found), frozenset(reached(found, [INTERNET])))


def terrain_near(within: Terrain, sources: Iterable[str]) -> Terrain:
    """The same for somebody who begins elsewhere than in the internet."""
    return replace(within, near=frozenset(reached(within.hops, sources)))


def hops(within: Terrain, kept: Iterable[Kept]) -> list[Hop]:
    """All hops. Who may read what is asked for those alone whom the internet comes to."""
    return [*within.hops, *(hop for one in kept for hop in _readings(within, one))]


def _openings(account: Account, open_ones: Sequence[Open]) -> Iterator[Hop]:
    for one in open_ones:
        arn, role = one.workload.arn, one.workload.role
        how = f"the internet reaches {arn}: {one.why}"
        if one.why:
            mend = f"keep the internet from {_short(arn)}"
            yield Hop(INTERNET, arn, how, is_certain=one.is_certain, effort=2, by=one.by, mend=mend)
        if role:
            mend = f"let {_short(arn)} run as a role of its own that may less"
            yield Hop(arn, role, f"{arn} runs as {role}", effort=5, mend=mend)
    for identity in account.roles.values():
        if identity.trust is not None:
            yield from _trusting(account, identity, identity.trust)


def _trusting(account: Account, identity: Identity, trust: Document) -> Iterator[Hop]:
    """Strangers whom a role lets in; not certain, where a unit's control policy keeps them out."""
    found = trusted(trust, identity.arn, account=account.id, rcps=account.rcps)
    found = [one for one in found if one.opening]
    bounds, left = _bounds(account), {one.who for one in found}
    if found and bounds != account.rcps:
        within = trusted(trust, identity.arn, account=account.id, rcps=bounds)
        left = {one.who for one in within if one.opening and one.is_certain}
    for one in found:
        how = f"{identity.name} {one.opening}"
        named = f"name in the trust policy of {identity.name} who is meant"
        mend = named if one.weakness else f"look at whom {identity.name} trusts"
        certain, by = one.is_certain and one.who in left, by_of(one.decision)
        yield Hop(INTERNET, identity.arn, how, is_certain=certain, by=by, mend=mend)


def _bounds(account: Account) -> Levels:
    """The resource control policies of an account, with those of all units that it may be in."""
    several = (one for _, documents in account.units for one in documents)
    return in_unit(Policies(rcps=account.rcps), several).rcps


def _becoming(account: Account, escalations: Sequence[Escalation]) -> Iterator[Hop]:
    place = everything(account)
    for identity in account.principals:
        if is_administrator(identity):
            how, mend = f"{identity.name} has every permission", f"give {identity.name} less"
            yield Hop(
                identity.arn,
                place,
                how,
                effort=5,
                by=tuple(map(str, giving_everything(identity))),
                mend=mend,
            )
    for one in escalations:
        target = place if one.reach is Reach.ADMINISTRATOR else one.target
        if target and target != one.principal:
            name = one.principal.rpartition("/")[2]
            yield Hop(
                one.principal,
                target,
                f"{name} {one.does}",
                one.technique,
                one.is_certain,
                by=by_of(one.decision),
                mend=f"take from {name} what {one.technique} needs",
            )


def by_of(decision: Decision) -> tuple[str, ...]:
    """The statements that allow it, without those that stand for whoever may everything.

    A stranger's own nobody here can change; by what somebody has every permission of an account
    the hop tells that leads there.
    """
    theirs = {one.name for one in (*EVERYTHING_OF_A_STRANGER, _EVERYTHING)}
    return tuple(str(one) for one in decision.all_by if one.document not in theirs)


def _short(arn: str) -> str:
    return arn.rpartition(":")[2].rpartition("/")[2]


def _readings(within: Terrain, one: Kept) -> Iterator[Hop]:
    account, near = within.account, within.near
    asked = list(calls_that_read(one.kind, one.arn))
    found = one.exposed
    if found is None and one.policy is not None:
        wanted = tuple(dict.fromkeys(resource for _, resource in asked))
        found = tuple(_strangers(account, one.policy, wanted))
    for open_one in found or ():
        if open_one.is_wide and open_one.stranger is not Stranger.ANY_CUSTOMER:
            doubt = one.doubt_of_strangers(account)
            how = f"{open_one.stranger} may {open_one.action} {one.name}{doubt}"
            mend, by = f"let strangers not {open_one.action} {one.name}", by_of(open_one.decision)
            certain = open_one.is_certain and not doubt
            yield Hop(INTERNET, one.arn, how, is_certain=certain, by=by, mend=mend)
    if everything(account) in near:
        decision, unit = _left(account, one, asked, within.helpers(one))
        if decision.may_be:
            how = f"with that, {one.name} is theirs"
            how += f", {decision.why}" if unit else ""
            certain = decision.outcome is Outcome.ALLOWED
            yield Hop(everything(account), one.arn, how, is_certain=certain, effort=NEVER)
    helpers = within.helpers(one)
    for identity in account.everybody:
        if identity.at in near and _speaks(identity, one, asked):
            calls, decision, unit = reading_of(
                identity, account, asked, one, owner=account, helpers=helpers
            )
            if decision.may_be:
                how = f"{identity.name} may {calls[0]} {one.name}{one.told(decision, unit)}"
                certain = decision.outcome is Outcome.ALLOWED
                mend = f"take {listed(calls)} from {identity.name}"
                by = by_of(decision)
                yield Hop(identity.at, one.arn, how, is_certain=certain, by=by, mend=mend)


def _speaks(identity: Identity, one: Kept, asked: Iterable[tuple[str, str]]) -> bool:
    """Whether anything may allow somebody of the account a call: most do not speak of most."""
    return any(one.policy is not None or speaks(identity, *call) for call in asked)


def _strangers(account: Account, policy: Document, wanted: tuple[str, ...]) -> Iterator[Exposed]:
    """What strangers may do by a policy; not certain, where a unit's control policy denies it."""
    found = exposed(policy, wanted, account=account.id, rcps=account.rcps)
    left = set[tuple[str, str]]()
    bounds = _bounds(account)
    if found and bounds != account.rcps:
        bound = exposed(policy, wanted, account=account.id, rcps=bounds)
        left = {(one.stranger, one.action) for one in bound if one.is_certain}
    for one in found:
        if bounds == account.rcps or (one.stranger, one.action) in left:
            yield one
        else:
            decision = replace(one.decision, outcome=Outcome.CONDITIONAL)
            yield replace(one, decision=decision)


def _left(
    account: Account, kept: Kept, asked: Sequence[tuple[str, str]], helpers: Helpers | None
) -> tuple[Decision, str]:
    """Whether control policies leave something to whoever has every permission of an account.

    That one may be anybody in it, and write its resources' policies; of another account's key,
    whom that lets decrypt.
    """
    lock = kept.lock
    if lock is not None and lock.account == account.id:
        lock = replace(lock, policy=ANYBODY, doubt="")
    is_bound = account.scps or account.rcps or account.units
    if not asked or not (is_bound or (lock is not None and lock.account != account.id)):
        return Decision(Outcome.ALLOWED, "nothing bounds it"), ""
    partition = asked[0][1].split(":")[1]
    arn = f"arn:{partition}:iam::{account.id}:role/any-0"
    policies = Policies((_EVERYTHING,), scps=account.scps, rcps=account.rcps, resource=ANYBODY)
    somebody = Identity(arn, "any-0", policies, principal(arn))
    said: dict[str, Values] = {"aws:principalarn": OPEN}
    anyones = replace(kept, policy=ANYBODY, lock=lock)
    is_abroad = lock is not None and lock.account != account.id

    def reads(one: Identity, said: Mapping[str, Values]) -> tuple[Decision, str]:
        helping = helpers if is_abroad else None
        _, decision, unit = reading_of(
            one, account, asked, anyones, owner=account, said=said, helpers=helping
        )
        return decision, unit

    found = [reads(somebody, said)]
    if lock is not None and is_abroad:
        found += [reads(one, {}) for one in anybody_of(account, lock.policy)]
    return max(found, key=lambda one: RANK[one[0].outcome])


def reading_of(
    identity: Identity,
    account: Account,
    asked: Iterable[tuple[str, str]],
    kept: Kept,
    *,
    owner: Account,
    units: Iterable[Unit] | None = None,
    toward: Callable[[Identity], Identity] = lambda one: one,
    said: Mapping[str, Values] | None = None,
    helpers: Helpers | None = None,
) -> tuple[Calls, Decision, str]:
    """By which of these calls an identity of an account reads something, whether, and the unit.

    ``units`` are those of its account, if no others count; ``toward`` makes of it what it is to
    the account that the resource is in. ``helpers`` are those who may help with a key.
    """
    chosen: list[Calls] = []
    known = {**kept.keys(owner.organisation), **(said or {})}
    is_near = kept.lock is None or kept.lock.account == owner.id

    def reads(who: Identity) -> Decision:
        bound = toward(who)

        def ask(action: str, resource: str) -> Decision:
            if kept.policy is None and not speaks(bound, action, resource):
                return Decision(Outcome.DENIED, f"no identity policy allows {action}")
            tags = kept.tagged(resource)
            return could(
                bound,
                [action],
                resource,
                context=context_of(who, organisation=account.organisation, said=known, tags=tags),
                resource_policy=kept.policy,
                resource_account=owner.id,
            )[0]

        held: Identity = bound
        told: Mapping[str, Values] = known
        if kept.lock is not None and not is_near:
            held, told = _abroad(kept.lock, bound, said or {})
        unlock = unlocking(kept.lock, who, held, account, told, helpers=helpers)
        calls, decision = easiest(asked, ask, unlock)
        chosen.append(calls)
        return decision

    decision, unit = within_units(identity, account.units if units is None else units, reads)
    return chosen[0], decision, unit


def _abroad(
    lock: Lock, bound: Identity, said: Mapping[str, Values]
) -> tuple[Identity, Mapping[str, Values]]:
    """Somebody, and what is known of their call, where a key is of a third account.

    What binds calls there is known where that was read.
    """
    home = lock.home
    rcps = home.rcps if home is not None else ()
    if home is not None and home.organisation:
        said = {**said, "aws:resourceorgid": (home.organisation,)}
    return replace(bound, policies=replace(bound.policies, rcps=rcps)), said


def targets(kept: Iterable[Kept]) -> list[str]:
    """Where paths lead that matter."""
    return [one.arn for one in kept]
