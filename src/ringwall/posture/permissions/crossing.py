"""From one account into another: who becomes whom there, and who reads what is there.

Both sides have to allow it: the identity's own policies and control policies, and the trust policy
of the role or the policy of the resource. Whoever has every permission of an account is whoever is
named of it, and anybody else there, too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from ringwall.posture.permissions.accounts import Account, Identity, Unit
from ringwall.posture.permissions.asking import context_of, may, speaks
from ringwall.posture.permissions.controls import within_units
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.paths import NEVER, Hop
from ringwall.posture.permissions.principals import mentions
from ringwall.posture.permissions.reading import Calls, calls_that_read, listed
from ringwall.posture.permissions.statements import Document, Kind
from ringwall.posture.permissions.terrain import Kept, Terrain, by_of, everything, reading_of
from ringwall.posture.permissions.whoever import anybody_of

_Read = tuple[Calls, Decision, str]
"""The calls, whether one is allowed, and the unit by which that is not certain."""


def crossings(accounts: Sequence[Account]) -> Iterator[Hop]:
    """Who of each account becomes which role of each other one."""
    for side in accounts:
        for other in accounts:
            if other.id != side.id:
                for role in other.roles.values():
                    if role.trust is not None and mentions(role.trust, side.id):
                        yield from _becoming(side, other, role, role.trust)


def governed(accounts: Sequence[Account], managing: Mapping[str, str]) -> Iterator[Hop]:
    """Into the members of an organisation, from whoever has every permission of what governs them.

    ``managing`` is by account the one that manages its organisation, which may give itself a role
    in each member by the identity center or by stack sets; so may, but in that one itself, the
    account that administers the identity center. The members' control policies bind them there.
    """
    for side in accounts:
        organisation = managing.get(side.id)
        is_managing = organisation == side.id
        if not organisation or not (is_managing or side.has_center):
            continue
        what = "manages" if is_managing else "administers the identity center of"
        for other in accounts:
            if other.id in {side.id, organisation} or managing.get(other.id) != organisation:
                continue
            how = (
                f"{side.id} {what} the organisation: whoever has every permission of it gives"
                f" themselves every permission of {other.id}"
            )
            begin, end = everything(side), everything(other)
            yield Hop(begin, end, how, effort=NEVER, account=side.id)


def _becoming(side: Account, other: Account, role: Identity, trust: Document) -> Iterator[Hop]:
    for identity in side.everybody:
        if identity.is_services or not speaks(identity, "sts:AssumeRole"):
            continue
        decision, unit = _within(identity, side, other, role, trust)
        if decision.may_be:
            how = f"{identity.name} of {side.id} assumes {role.name} of {other.id}"
            yield _hop(
                identity.at,
                role.arn,
                how,
                decision,
                unit=unit,
                account=other.id,
                mend=_let(role, side),
                policy=trust,
            )
    whoever = _whoever(
        ((), *_within(identity, side, other, role, trust)) for identity in anybody_of(side, trust)
    )
    if whoever is not None:
        _, decision, unit = whoever
        how = f"whoever has every permission of {side.id} is {role.name} of {other.id}"
        place = everything(side)
        yield _hop(
            place,
            role.arn,
            how,
            decision,
            unit=unit,
            account=other.id,
            mend=_let(role, side),
            policy=trust,
        )


def _within(
    identity: Identity, side: Account, other: Account, role: Identity, trust: Document
) -> tuple[Decision, str]:
    return within_units(
        identity, _units(side, other), lambda one: _assumes(one, side, other, role, trust)
    )


def _whoever(several: Iterable[_Read]) -> _Read | None:
    """What the one of several comes to who may most, by all that lets any of them.

    Whoever may be each of them is kept out only where none is let in any more.
    """
    found = [_tagged(one) for one in several if one[1].may_be]
    if not found:
        return None
    calls, best, unit = max(found, key=lambda one: one[1].outcome is Outcome.ALLOWED)
    every = dict.fromkeys((*calls, *(call for several, _, _ in found for call in several)))
    statements = dict.fromkeys(each for _, one, _ in found for each in one.all_by)
    also = dict.fromkeys((*best.also, *(one for one in statements if one not in best.by)))
    left = dict.fromkeys(each for _, one, _ in found for each in one.left_by)
    return tuple(every), replace(best, also=tuple(also), left_by=tuple(left)), unit


def _let(role: Identity, side: Account) -> str:
    return f"name in the trust policy of {role.name} fewer of {side.id}"


def _assumes(
    one: Identity, account: Account, other: Account, role: Identity, trust: Document
) -> Decision:
    there = Kept("", role.arn, role.name).keys(other.organisation)
    context = context_of(one, organisation=account.organisation, target=role, said=there)
    one = _toward(one, account, other)
    return may(one, "sts:AssumeRole", role.arn, context=context, resource_policy=trust)


def _toward(one: Identity, account: Account, other: Account) -> Identity:
    """Somebody who asks for what another account has: its resource control policies count there.

    Those of a unit that it may be in stand after those of the identity's own account.
    """
    more = one.policies.rcps[len(account.rcps) :]
    return replace(one, policies=replace(one.policies, rcps=(*other.rcps, *more)))


def _units(side: Account, other: Account) -> tuple[Unit, ...]:
    """What may bind somebody of one account, and what may bind what another one has."""
    own = ((name, _of(several, Kind.SCP)) for name, several in side.units)
    theirs = ((name, _of(several, Kind.RCP)) for name, several in other.units)
    return tuple((name, several) for name, several in (*own, *theirs) if several)


def _of(several: Iterable[Document], kind: Kind) -> tuple[Document, ...]:
    return tuple(one for one in several if one.kind is kind)


def _tagged(read: _Read) -> _Read:
    """The same of somebody who tags whom they make: what asks for the tags keeps nobody out."""
    action, decision, unit = read
    keys = [one.key for one in (*decision.requires, *decision.forbids)]
    is_tags = all(one.startswith("aws:principaltag/") for one in keys)
    if decision.outcome is Outcome.CONDITIONAL and keys and is_tags:
        return action, replace(decision, outcome=Outcome.ALLOWED), unit
    return read


def readings_across(accounts: Iterable[Account], kept: Kept, within: Terrain) -> Iterator[Hop]:
    """Who of other accounts reads what is kept in one, of those whom somebody comes to."""
    owner, near, helpers = within.account, within.near, within.helpers(kept)
    policy = kept.policy
    asked = list(calls_that_read(kept.kind, kept.arn, is_own=False))
    if not asked or policy is None:
        return
    documents = (policy,) if kept.lock is None else (policy, kept.lock.policy)
    for side in accounts:
        number = side.id
        if number == owner.id or not mentions(policy, number):
            continue

        def reads(one: Identity, account: Account = side) -> _Read:
            return reading_of(
                one,
                account,
                asked,
                kept,
                owner=owner,
                units=_units(account, owner),
                toward=lambda each: _toward(each, account, owner),
                helpers=helpers,
            )

        for identity in side.everybody:
            if identity.at in near:
                calls, decision, unit = reads(identity)
                if decision.may_be:
                    how = f"{identity.name} of {number} may {calls[0]} {kept.name} of {owner.id}"
                    how += kept.told(decision, unit)
                    yield _hop(
                        identity.at,
                        kept.arn,
                        how,
                        decision,
                        unit="",
                        account=owner.id,
                        mend=f"let fewer of {number} {listed(calls)} {kept.name} by its policy",
                        policy=policy,
                    )
        place = everything(side)
        whoever = _whoever(map(reads, anybody_of(side, *documents))) if place in near else None
        if whoever is not None:
            calls, decision, unit = whoever
            said = f"whoever has every permission of {number}"
            how = f"{said} may {calls[0]} {kept.name} of {owner.id}{kept.told(decision, unit)}"
            mend = f"let fewer of {number} {listed(calls)} {kept.name} by its policy"
            yield _hop(
                place,
                kept.arn,
                how,
                decision,
                unit="",
                account=owner.id,
                mend=mend,
                policy=policy,
            )


def _hop(
    source: str,
    target: str,
    how: str,
    decision: Decision,
    *,
    unit: str,
    account: str,
    mend: str,
    policy: Document,
) -> Hop:
    """A hop that both sides allow; what is changed against it is what ``policy`` says there."""
    said = f"{how}, {decision.why}" if unit else how
    certain = decision.outcome is Outcome.ALLOWED
    hop = Hop(source, target, said, is_certain=certain, effort=1, by=by_of(decision), mend=mend)
    changed = tuple(str(one) for one in decision.all_by if one in policy.statements)
    return replace(hop, account=account, changed=changed)
