"""What somebody gives themselves, or whom they become, and who that then is.

Whoever comes to every permission is an administrator. Whoever comes to less is somebody with more
than they had, whom an account does not know: a place of its own, from which ways lead on.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum
from typing import Final, NamedTuple

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.accounts import (
    EVERYTHING,
    IAM_FULL_ACCESS,
    Account,
    Identity,
    Managed,
    in_force,
)
from ringwall.posture.permissions.administrators import is_administrator
from ringwall.posture.permissions.asking import RANK, strictest
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.needing import ATTACHED, BOUNDED_BY, Needing
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import Values
from ringwall.posture.permissions.statements import Document, Effect, Kind, unread
from ringwall.posture.permissions.techniques import Gain, On, Target, Technique

_EVERYTHING: Final = read(EVERYTHING, name="AdministratorAccess", kind=Kind.IDENTITY)
_AWS_OWN: Final = "arn:aws:iam::aws:policy/*"
_VARIABLE: Final = re.compile(r"\$\{[^}]*\}")
_TRIED: Final = 8
_NAMED: Final = 3
"""As many are named where there are several."""


class Reach(StrEnum):
    """How far a technique leads."""

    ADMINISTRATOR = "every permission"
    BOUNDED = "all that its boundary leaves"
    MORE = "more than it had"
    TARGET = "what the target may"


class Way(NamedTuple):
    """To whom a technique leads, how far that is, what they are called, and whether it may.

    ``adds`` is what the technique's own words do not say; ``becomes`` is who they then are, where
    that is nobody whom the account knows.
    """

    target: str
    reach: Reach
    name: str
    decision: Decision
    adds: str = ""
    becomes: Identity | None = None


class Gaining:
    """What there is to gain in an account by writing, attaching and taking away policies."""

    def __init__(self, account: Account, needing: Needing) -> None:
        self.account, self.needing = account, needing
        self._full: dict[str, bool] = {}
        self._made: dict[str, list[tuple[str, Decision]]] = {}

    def allowed(
        self,
        actor: Identity,
        technique: Technique,
        target: Identity | None,
        *,
        about: Identity | None = None,
    ) -> Decision:
        """Whether all that a technique needs is allowed, with the policy that suits who attaches.

        Not to be able to attach AdministratorAccess is no guard: whoever attaches IAMFullAccess
        writes themselves the rest, and so does whoever makes a policy and attaches that.
        """
        found = self.needing.allowed(actor, technique, target, about=about)
        if (
            found.outcome is Outcome.ALLOWED
            or not technique.attaches
            or not _asked(actor, ATTACHED)
        ):
            return found
        for policy, made in ((IAM_FULL_ACCESS, None), *self._makeable(actor)):
            said: dict[str, Values] = {ATTACHED: (policy,)}
            other = self.needing.allowed(actor, technique, target, about=about, said=said)
            other = other if made is None else strictest((made, other))
            found = max(found, other, key=lambda one: RANK[one.outcome])
        return found

    def _makeable(self, actor: Identity) -> list[tuple[str, Decision]]:
        """Policies that it may make, of names that conditions on what is attached may like."""
        known = self._made.get(actor.at)
        if known is None:
            partition = actor.arn.split(":")[1]
            own = f"arn:{partition}:iam::{self.account.id}:policy/*"
            liked = [patterns.witness(_opened(one), own) for one in _values(actor, ATTACHED)]
            names = dict.fromkeys(filter(None, (patterns.witness(own, "*"), *liked[:_TRIED])))
            several = ((one, self.needing.on(actor, "iam:CreatePolicy", one)) for one in names)
            known = self._made[actor.at] = [one for one in several if one[1].may_be]
        return known

    def full(self, target: Identity) -> bool:
        """Whether somebody who is given every permission then has it: no boundary stands before."""
        known = self._full.get(target.at)
        if known is None:
            known = self._full[target.at] = is_administrator(with_more(target, _EVERYTHING))
        return known

    def everything(self, target: Identity, decision: Decision, *, name: str = "") -> Way:
        """The way to a target that is given every permission."""
        if self.full(target):
            return Way(target.arn, Reach.ADMINISTRATOR, name, decision)
        more = with_more(target, _EVERYTHING)
        what = "with all its boundary leaves"
        return _become(target, more, what, decision, reach=Reach.BOUNDED, name=name)

    def gains(self, actor: Identity, technique: Technique, subject: Identity) -> Iterator[Way]:
        """What an actor gives a subject, which may be itself, by one technique."""
        if technique.target in {Target.GROUP, Target.MEMBER}:
            yield from self._joining(actor, technique, subject)
            return
        match technique.gain:
            case Gain.EVERYTHING:
                decision = self.allowed(actor, technique, None, about=subject)
                yield self.everything(subject, decision)
                if technique.attaches and decision.outcome is not Outcome.ALLOWED:
                    yield from self._attaching(actor, technique, subject)
            case Gain.UNBOUNDED if subject.policies.boundary is not None:
                yield from self._unbound(actor, technique, subject)
            case Gain.WITHOUT_DENY:
                kept = _kept(subject, technique.needs[0].action)
                decision = self.needing.allowed(actor, technique, None, about=subject)
                if len(kept) < len(subject.policies.identity) and decision.may_be:
                    free = replace(subject, policies=replace(subject.policies, identity=kept))
                    yield self._more(subject, free, "without what denies it something", decision)
            case Gain.OTHER_VERSION:
                yield from self._versions(actor, subject)

    def new(self, actor: Identity, technique: Technique) -> Iterator[Way]:
        """Somebody new; within a boundary, where they may be made with that alone."""
        new = replace(actor, policies=Policies((_EVERYTHING,)))
        decision = self.allowed(actor, technique, None)
        reach = Reach.ADMINISTRATOR if is_administrator(new) else Reach.BOUNDED
        yield Way("", reach, "somebody new", decision)
        kind = next((one for one in ("role", "user") if _makes(technique, one)), "")
        if decision.outcome is Outcome.ALLOWED or not kind:
            return
        for boundary in self._said(actor, BOUNDED_BY):
            said: dict[str, Values] = {BOUNDED_BY: (boundary,)}
            decision = self.needing.allowed(actor, technique, None, said=said)
            if decision.may_be:
                yield self._bounded(actor, kind, boundary, decision)

    def somebody(self, actor: Identity, kind: str = "user") -> Identity:
        """Somebody new of an account, who has nothing yet."""
        partition = actor.arn.split(":")[1]
        arn = f"arn:{partition}:iam::{self.account.id}:{kind}/any-0"
        policies = Policies(scps=self.account.scps, rcps=self.account.rcps)
        return Identity(arn, "somebody new", policies, principal(arn))

    def _bounded(self, actor: Identity, kind: str, boundary: str, decision: Decision) -> Way:
        bounds = in_force(boundary, self.account.managed, Kind.BOUNDARY)
        name = boundary.rpartition("/")[2]
        made = with_more(self.somebody(actor, kind), _EVERYTHING)
        policies = replace(made.policies, boundary=bounds)
        made = replace(made, policies=policies, boundary_arn=boundary)
        what, adds = f"within {name}", f", within {name}"
        if bounds.faults:
            return _untold(made, decision, bounds, adds=adds)
        return self._more(made, made, what, decision, adds=adds, reach=Reach.BOUNDED)

    def _more(
        self,
        subject: Identity,
        more: Identity,
        what: str,
        decision: Decision,
        *,
        name: str = "",
        adds: str = "",
        reach: Reach = Reach.MORE,
    ) -> Way:
        if is_administrator(more):
            return Way(subject.arn, Reach.ADMINISTRATOR, name, decision, adds)
        return _become(subject, more, what, decision, reach=reach, name=name, adds=adds)

    def _joining(self, actor: Identity, technique: Technique, subject: Identity) -> Iterator[Way]:
        """Each group that makes an administrator; of all others all at once."""
        others: list[tuple[Identity, Decision]] = []
        for group in self.account.groups.values():
            if group.arn in subject.groups:
                continue
            decision = self.needing.allowed(actor, technique, group, about=subject)
            if not decision.may_be:
                continue
            more = with_more(subject, *group.policies.identity)
            if self.full(subject) and is_administrator(more):
                yield Way(group.arn, Reach.ADMINISTRATOR, group.name, decision)
            else:
                others.append((group, decision))
        for is_certain in (True, False):
            several = [one for one in others if (one[1].outcome is Outcome.ALLOWED) is is_certain]
            if several:
                yield self._in_groups(subject, several)

    def _in_groups(self, subject: Identity, several: list[tuple[Identity, Decision]]) -> Way:
        groups = [group for group, _ in several]
        documents = dict.fromkeys(one for group in groups for one in group.policies.identity)
        arns = [arn for group in groups for arn in group.managed]
        more = replace(
            with_more(subject, *documents),
            groups=(*subject.groups, *(one.arn for one in groups)),
            managed=tuple(dict.fromkeys((*subject.managed, *arns))),
        )
        names = _several(one.name for one in groups)
        decision = strictest(one for _, one in several)
        return self._more(subject, more, f"in {names}", decision, name=names)

    def _attaching(self, actor: Identity, technique: Technique, subject: Identity) -> Iterator[Way]:
        """Where it may attach some policies only: all of these at once."""
        found: list[tuple[Managed, Decision]] = []
        for one in self._attachable(actor):
            if one.arn not in subject.managed:
                said: dict[str, Values] = {ATTACHED: (one.arn,)}
                decision = self.needing.allowed(actor, technique, None, about=subject, said=said)
                found += [(one, decision)] if decision.may_be else []
        kinds = ((certain, read) for certain in (True, False) for read in (True, False))
        for is_certain, is_read in kinds:
            several = [
                (one, decision)
                for one, decision in found
                if (decision.outcome is Outcome.ALLOWED) is is_certain
                and (not one.document.faults) is is_read
            ]
            if several:
                yield self._attached(subject, several)

    def _attached(self, subject: Identity, several: list[tuple[Managed, Decision]]) -> Way:
        more = replace(
            with_more(subject, *(one.document for one, _ in several)),
            managed=(*subject.managed, *(one.arn for one, _ in several)),
        )
        names = _several(one.arn.rpartition("/")[2] for one, _ in several)
        decision = strictest(one for _, one in several)
        untold = next((one.document for one, _ in several if one.document.faults), None)
        if untold is not None:
            return _untold(subject, decision, untold, adds=f" ({names})")
        return self._more(subject, more, f"with {names}", decision, adds=f" ({names})")

    def _attachable(self, actor: Identity) -> Iterator[Managed]:
        """The account's own, and those of AWS that conditions name, which nobody read."""
        if not _asked(actor, ATTACHED):
            return
        yield from (one for one in self.account.managed.values() if one.is_ours)
        for pattern in _values(actor, ATTACHED):
            arn = patterns.witness(pattern, _AWS_OWN)
            if arn is not None and arn != IAM_FULL_ACCESS:
                yield self.account.managed.get(arn) or _of_aws(arn, pattern.rpartition("/")[2])
        yield _of_aws(_AWS_OWN.replace("*", patterns.FILLER), "another policy of AWS")

    def _unbound(self, actor: Identity, technique: Technique, subject: Identity) -> Iterator[Way]:
        free = replace(subject, policies=replace(subject.policies, boundary=None), boundary_arn="")
        decision = self.needing.allowed(actor, technique, None, about=subject)
        if decision.may_be:
            yield self._more(subject, free, "without its boundary", decision, reach=Reach.BOUNDED)
        if decision.outcome is Outcome.ALLOWED or "Put" not in technique.needs[0].action:
            return
        for boundary in self._said(actor, BOUNDED_BY):
            if boundary == subject.boundary_arn:
                continue
            said: dict[str, Values] = {BOUNDED_BY: (boundary,)}
            decision = self.needing.allowed(actor, technique, None, about=subject, said=said)
            if decision.may_be:
                bounds = in_force(boundary, self.account.managed, Kind.BOUNDARY)
                if bounds.faults:
                    yield _untold(subject, decision, bounds)
                    continue
                policies = replace(subject.policies, boundary=bounds)
                other = replace(subject, policies=policies, boundary_arn=boundary)
                what = f"within {boundary.rpartition('/')[2]}"
                yield self._more(subject, other, what, decision)

    def _versions(self, actor: Identity, subject: Identity) -> Iterator[Way]:
        for policy in self.needing.own(subject, On.OWN_POLICY):
            decision = self.needing.on(actor, "iam:SetDefaultPolicyVersion", policy.arn)
            for version in policy.versions if decision.may_be else ():
                documents = tuple(
                    version if one is policy.document else one for one in subject.policies.identity
                )
                more = replace(subject, policies=replace(subject.policies, identity=documents))
                yield self._more(subject, more, f"with {version.name}", decision)
        for policy in self.needing.own(subject, On.OWN_BOUNDARY):
            decision = self.needing.on(actor, "iam:SetDefaultPolicyVersion", policy.arn)
            for version in policy.versions if decision.may_be else ():
                more = replace(subject, policies=replace(subject.policies, boundary=version))
                yield self._more(subject, more, f"within {version.name}", decision)

    def _said(self, actor: Identity, key: str) -> list[str]:
        """The ARNs of policies that conditions of an identity name, stars made those there are."""
        found: dict[str, None] = {}
        for pattern in _values(actor, key):
            if patterns.is_wild(pattern) or "$" in pattern:
                fits = patterns.text(_opened(pattern))
                found |= dict.fromkeys(arn for arn in self.account.managed if fits(arn))
            else:
                found[pattern] = None
        return list(found)


def with_more(identity: Identity, *documents: Document) -> Identity:
    """An identity with more policies than it has."""
    several = (*identity.policies.identity, *documents)
    return replace(identity, policies=replace(identity.policies, identity=several))


def _become(
    subject: Identity,
    more: Identity,
    what: str,
    decision: Decision,
    *,
    reach: Reach,
    name: str = "",
    adds: str = "",
) -> Way:
    said = what.replace("/", "-")
    place = f"{subject.at} {said}"
    more = replace(more, name=f"{subject.name} {said}", place=place)
    return Way(place, reach, name, decision, adds, more)


def _untold(subject: Identity, decision: Decision, unread: Document, *, adds: str = "") -> Way:
    """Nobody knows how far it leads by a policy that nobody read: perhaps to everything."""
    unknown = replace(decision, outcome=Outcome.UNKNOWN, why=unread.faults[0])
    return Way(subject.arn, Reach.ADMINISTRATOR, "", unknown, adds)


def _of_aws(arn: str, name: str) -> Managed:
    return Managed(arn, unread(name, Kind.IDENTITY, "what a policy of AWS allows is not read"))


def _several(names: Iterable[str]) -> str:
    told = list(names)
    more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
    return f"{', '.join(told[:_NAMED])}{more}"


def _makes(technique: Technique, kind: str) -> bool:
    return any(need.action == f"iam:Create{kind.title()}" for need in technique.needs)


def _documents(actor: Identity) -> Iterator[Document]:
    policies = actor.policies
    yield from policies.identity
    if policies.boundary is not None:
        yield policies.boundary
    for level in policies.scps:
        yield from level


def _values(actor: Identity, key: str) -> list[str]:
    """What conditions of whatever bears on an identity say of a key."""
    return list(
        dict.fromkeys(
            value
            for document in _documents(actor)
            for one in document.statements
            for condition in one.conditions
            if condition.key == key
            for value in condition.values
        )
    )


def _asked(actor: Identity, key: str) -> bool:
    return bool(_values(actor, key))


def _opened(pattern: str) -> str:
    """A pattern with stars for variables."""
    return _VARIABLE.sub("*", pattern)


def _kept(identity: Identity, action: str) -> tuple[Document, ...]:
    """The documents that are left when an action has taken away those it can that deny."""
    documents = identity.policies.identity
    ends = identity.inline + identity.attached
    if "Group" in action:
        first, last = ends, len(documents)
    elif "Detach" in action:
        first, last = identity.inline, ends
    else:
        first, last = 0, identity.inline
    return tuple(
        one for place, one in enumerate(documents) if not (first <= place < last and _denies(one))
    )


def _denies(document: Document) -> bool:
    return any(one.effect is Effect.DENY for one in document.statements)
