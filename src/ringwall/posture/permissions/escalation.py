"""Which identity of an account comes by which technique to which permissions."""

from collections import deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from ringwall.posture.permissions.accounts import Account, Identity
from ringwall.posture.permissions.administrators import is_administrator
from ringwall.posture.permissions.asking import RANK, speaks, strictest
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.gaining import Gaining, Reach, Way
from ringwall.posture.permissions.needing import Needing, Workload
from ringwall.posture.permissions.principals import Named, Principal, named
from ringwall.posture.permissions.statements import Document, Effect
from ringwall.posture.permissions.techniques import Gain, Need, Target, Technique
from ringwall.posture.permissions.techniques_iam import IAM
from ringwall.posture.permissions.techniques_passing import PASSING
from ringwall.posture.permissions.techniques_running import RUNNING

TECHNIQUES: Final = (*IAM, *PASSING, *RUNNING)
BY_ID: Final = {one.id: one for one in TECHNIQUES}
_DEEP: Final = 3
"""So many things are given to one whom somebody then becomes."""
_MOST: Final = 200
"""Of as many who have more than they had it is asked what they come to."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """That whoever is at ``principal`` comes by a technique to ``target``.

    ``reach`` says how far that leads.

    Both are places: an ARN, or that of somebody with more than they had, who is ``becomes``.
    ``target`` is empty where nobody knows which it would be: then it is unknown.
    """

    principal: str
    technique: str
    target: str
    reach: Reach
    decision: Decision
    does: str
    becomes: Identity | None = field(default=None, compare=False, repr=False)

    @property
    def is_certain(self) -> bool:
        """Whether it is allowed without conditions that others decide about."""
        return self.decision.outcome is Outcome.ALLOWED


@dataclass(frozen=True, slots=True)
class Risen:
    """What all of an account come to: ``account`` has those with more than they had, too.

    ``is_all`` is whether all of these were asked what they come to.
    """

    account: Account
    escalations: list[Escalation]
    is_all: bool = True


def escalations(
    account: Account,
    *,
    workloads: Sequence[Workload] | None = None,
    techniques: Sequence[Technique] = TECHNIQUES,
    of: Iterable[Identity] | None = None,
) -> list[Escalation]:
    """All there are, of all users and roles that are no administrators already; or ``of`` these.

    ``workloads`` is what runs; ``None`` where nobody looked: then what would need it is unknown.
    """
    asking = _Asking(account, workloads)
    several = account.principals if of is None else of
    return [found for one in several for found in asking.all_by(one, techniques)]


def risen(
    account: Account,
    *,
    workloads: Sequence[Workload] | None = None,
    techniques: Sequence[Technique] = TECHNIQUES,
    near: Collection[str] = (),
) -> Risen:
    """The same, and what those come to who have given themselves, or whom they become, more.

    ``near`` are the ARNs of those to whom somebody comes: they are followed before all others.
    """
    asking = _Asking(account, workloads)
    changing = [one for one in techniques if one.to_others]
    first = deque(one for one in account.principals if one.arn in near)
    waiting = deque(one for one in account.principals if one.arn not in near)
    asked = {one.at for one in first}
    places = {_whole(one): one.arn for one in account.principals}
    found: list[Escalation] = []
    more: list[Identity] = []
    is_all = True
    while first or waiting:
        is_near = bool(first)
        one = first.popleft() if is_near else waiting.popleft()
        if not is_near and one.at in asked:
            continue
        own = asking.all_by(one, techniques)
        own += asking.of_others(one, changing, own)
        for each in own:
            if each.becomes is None:
                found.append(each)
                target = account.find(each.target) if is_near else None
                if target is not None and target.at not in asked:
                    asked.add(target.at)
                    first.append(target)
                continue
            key = _whole(each.becomes)
            if key not in places and len(more) == _MOST:
                is_all = False
                continue
            if key not in places:
                places[key] = each.target
                more.append(each.becomes)
                (first if is_near else waiting).append(each.becomes)
            if places[key] != one.at:
                found.append(replace(each, target=places[key]))
    return Risen(replace(account, more=tuple(more)), found, is_all)


def _whole(one: Identity) -> Hashable:
    """All by which it is told who somebody is and what they have, whatever ways led to it."""
    policies = one.policies
    return one.arn, frozenset(policies.identity), policies.boundary, frozenset(one.groups)


class _Asking:
    """Answers that many techniques need, kept."""

    def __init__(self, account: Account, workloads: Sequence[Workload] | None) -> None:
        self.account, self.workloads = account, workloads
        self.needing = Needing(account)
        self.gaining = Gaining(account, self.needing)
        self._administrators: dict[str, bool] = {}

    def is_administrator(self, identity: Identity) -> bool:
        known = self._administrators.get(identity.at)
        if known is None:
            known = self._administrators[identity.at] = is_administrator(identity)
        return known

    def all_by(self, identity: Identity, techniques: Iterable[Technique]) -> list[Escalation]:
        """What one identity comes to that is no administrator already."""
        if identity.is_services or self.is_administrator(identity):
            return []
        return [found for technique in techniques for found in self.by(identity, technique)]

    def by(self, identity: Identity, technique: Technique) -> Iterator[Escalation]:
        """What one identity comes to by one technique."""
        if not (technique.users if identity.is_user else technique.roles):
            return
        if not _speaks_of(identity, technique):
            return
        for way in self._ways(identity, technique):
            if way.decision.may_be:
                does = technique.does.format(target=way.name) + way.adds
                yield _told(identity, technique, way, way.decision, does)

    def of_others(
        self, actor: Identity, techniques: Iterable[Technique], own: Iterable[Escalation]
    ) -> list[Escalation]:
        """What one comes to that gives more to others whom it then becomes."""
        becoming: dict[str, Escalation] = {}
        for one in own:
            if one.reach is Reach.TARGET and self.account.find(one.target) is not None:
                known = becoming.get(one.target)
                if known is None or _rank(one) > _rank(known):
                    becoming[one.target] = one
        if not becoming:
            return []
        subjects = [
            (subject, becoming[arn])
            for arn in becoming
            if (subject := self.account.find(arn)) is not None
            and not subject.is_services
            and not self.is_administrator(subject)
        ]
        fitting = [one for one in techniques if _speaks_of(actor, one)]
        found: list[Escalation] = []
        seen: set[str] = set()
        for _ in range(_DEEP):
            subjects.sort(key=lambda one: one[0].policies.boundary is not None)
            made = [
                each for technique in fitting for each in self._given(actor, technique, subjects)
            ]
            found += made
            subjects = [
                (one.becomes, one)
                for one in made
                if one.becomes is not None and one.target not in seen
            ]
            seen |= {one.target for one in made}
        return found

    def _given(
        self,
        actor: Identity,
        technique: Technique,
        subjects: Iterable[tuple[Identity, Escalation]],
    ) -> Iterator[Escalation]:
        """One stands for all that the same bounds: what is given to it is the same for each."""
        is_same = technique.gain is Gain.EVERYTHING or technique.target is Target.GROUP
        given: set[Document | None] = set()
        for subject, becoming in subjects:
            if not (technique.users if subject.is_user else technique.roles):
                continue
            boundary = subject.policies.boundary
            if None in given or boundary in given:
                continue
            for way in self.gaining.gains(actor, technique, subject):
                if not way.decision.may_be:
                    continue
                gives = technique.to_others.format(target=subject.name, group=way.name)
                decision = strictest((way.decision, becoming.decision))
                does = f"{gives}{way.adds} and {becoming.does}"
                yield _told(actor, technique, way, decision, does)
                if is_same and not _is_denied(subject) and decision.outcome is Outcome.ALLOWED:
                    given.add(boundary)

    def _ways(self, identity: Identity, technique: Technique) -> Iterator[Way]:
        match technique.target:
            case Target.SELF | Target.GROUP:
                return self.gaining.gains(identity, technique, identity)
            case Target.MEMBER:
                new = self.gaining.somebody(identity)
                return self.gaining.gains(identity, technique, new)
            case Target.WORKLOAD:
                return self._running(identity, technique)
            case Target.NEW if technique.needs_center:
                several = self.gaining.new(identity, technique)
                return (one._replace(decision=self._by_center(one.decision)) for one in several)
            case Target.NEW:
                return self.gaining.new(identity, technique)
            case _:
                return self._others(identity, technique)

    def _by_center(self, decision: Decision) -> Decision:
        """What permissions for the identity center come to in an account that may have none."""
        if self.account.has_center or not decision.may_be:
            return decision
        if self.account.has_center is None:
            why = "whether the account administers the identity center is not known"
            return replace(decision, outcome=Outcome.UNKNOWN, why=why)
        return Decision(Outcome.DENIED, "the account administers no identity center")

    def _others(self, identity: Identity, technique: Technique) -> Iterator[Way]:
        """Users and roles that it may become."""
        by_trust = any(map(_is_assuming, technique.needs)) and identity.who is not None
        for target in self._targets(technique):
            if by_trust and not _may_name(target.trust, identity.who):
                continue
            if target.arn == identity.arn or target.is_services:
                continue
            decision = self.gaining.allowed(identity, technique, target)
            if technique.gain is Gain.EVERYTHING:
                yield self.gaining.everything(target, decision, name=target.name)
            else:
                yield Way(target.arn, Reach.TARGET, target.name, decision)

    def _targets(self, technique: Technique) -> Iterable[Identity]:
        roles = self.account.roles.values()
        match technique.target:
            case Target.USER:
                return self.account.users.values()
            case Target.PASSED:
                trusting = self.needing.trusting_service(technique.service)
                if not technique.needs_profile:
                    return trusting
                return [role for role in trusting if role.has_instance_profile]
            case Target.EVERYBODY:
                kind = "saml-provider" if "saml" in technique.id else "oidc-provider"
                return [role for role in roles if _trusts_provider(role, kind)]
            case _:
                return roles

    def _running(self, identity: Identity, technique: Technique) -> Iterator[Way]:
        if self.workloads is None:
            if not self.needing.trusting_service(technique.service):
                return
            decision = self.needing.allowed(identity, technique, None)
            if decision.is_allowed:
                why = f"which {technique.workload} there are, and as whom they run, is not known"
                unknown = replace(decision, outcome=Outcome.UNKNOWN, why=why)
                yield Way("", Reach.TARGET, "a role", unknown)
            return
        for one in self.workloads:
            if one.kind != technique.workload or not one.role or one.role == identity.arn:
                continue
            role = self.account.roles.get(one.role)
            name = role.name if role else one.role
            decision = self.needing.allowed(identity, technique, role, one)
            yield Way(one.role, Reach.TARGET, name, decision)


def _told(
    identity: Identity, technique: Technique, way: Way, decision: Decision, does: str
) -> Escalation:
    return Escalation(identity.at, technique.id, way.target, way.reach, decision, does, way.becomes)


def _rank(one: Escalation) -> int:
    return RANK[one.decision.outcome]


def _is_denied(subject: Identity) -> bool:
    """Whether its own policies may keep it from what it is given."""
    return any(
        one.effect is Effect.DENY
        for document in subject.policies.identity
        for one in document.statements
    )


def _speaks_of(identity: Identity, technique: Technique) -> bool:
    return all(
        _is_assuming(need) or (speaks(identity, need.action) and _is_left(identity, need.action))
        for need in technique.needs
    )


def _is_left(identity: Identity, action: str) -> bool:
    """Whether a boundary speaks of what it may leave; one that nobody read may leave it."""
    boundary = identity.policies.boundary
    return boundary is None or any(
        one.effect is Effect.ALLOW for one in boundary.concerning(action.lower())
    )


def _trusts_provider(role: Identity, kind: str) -> bool:
    return role.trust is not None and any(
        one.effect is Effect.ALLOW
        and one.principals is not None
        and any(f":{kind}/" in arn for arn in one.principals.federated)
        for one in role.trust.statements
    )


def _is_assuming(need: Need) -> bool:
    """A trust policy may let somebody in whose own policies do not speak of it."""
    return need.action == "sts:AssumeRole"


def _may_name(trust: Document | None, who: Principal | None) -> bool:
    """Whether a trust policy speaks of somebody: one that does not lets nobody in."""
    if trust is None or who is None or trust.faults:
        return True
    return any(
        one.effect is Effect.ALLOW
        and (
            one.principals is None
            or one.but_principals
            or bool(one.fault)
            or named(who, one.principals) is not Named.NO
        )
        for one in trust.statements
    )
