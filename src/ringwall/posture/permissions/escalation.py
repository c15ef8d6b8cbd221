"""Which identity of an account comes by which technique to which permissions."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Final

from ringwall.posture.permissions.accounts import (
    ADMINISTRATOR_ACCESS,
    EVERYTHING,
    Account,
    Identity,
)
from ringwall.posture.permissions.asking import context_of, may, speaks
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.needing import Needing, Workload
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import Named, Principal, named
from ringwall.posture.permissions.statements import Document, Effect, Kind, Statement
from ringwall.posture.permissions.techniques import Gain, Need, On, Target, Technique
from ringwall.posture.permissions.techniques_iam import IAM
from ringwall.posture.permissions.techniques_passing import PASSING
from ringwall.posture.permissions.techniques_running import RUNNING

TECHNIQUES: Final = (*IAM, *PASSING, *RUNNING)
BY_ID: Final = {one.id: one for one in TECHNIQUES}
_EVERYTHING: Final = read(EVERYTHING, name="AdministratorAccess", kind=Kind.IDENTITY)


_PROBES: Final = (
    ("iam:AttachRolePolicy", "arn:aws:iam::{account}:role/any-0"),
    ("iam:PutUserPolicy", "arn:aws:iam::{account}:user/any-0"),
    ("iam:CreatePolicyVersion", "arn:aws:iam::{account}:policy/any-0"),
    ("s3:GetObject", "arn:aws:s3:::any-0/any-0"),
    ("ec2:RunInstances", "arn:aws:ec2:eu-west-1:{account}:instance/i-0"),
)
_Way = tuple[str, "Reach", str, Decision]
"""The ARN of whom it comes to, how far that is, their name, and whether it may."""


class Reach(StrEnum):
    """How far a technique leads."""

    ADMINISTRATOR = "every permission"
    BOUNDED = "all that its boundary leaves"
    TARGET = "what the target may"


@dataclass(frozen=True, slots=True)
class Escalation:
    """That ``principal`` comes by a technique to ``target``, as far as ``reach`` says.

    ``target`` is an ARN, and empty where nobody knows which it would be: then it is unknown.
    """

    principal: str
    technique: str
    target: str
    reach: Reach
    decision: Decision
    does: str

    @property
    def is_certain(self) -> bool:
        """Whether it is allowed without conditions that others decide about."""
        return self.decision.outcome is Outcome.ALLOWED


def is_administrator(identity: Identity) -> bool:
    """Whether an identity may do everything that matters: probed with requests of several kinds.

    Everything is all that control policies leave to the account: who has that is no less its
    administrator for what they deny to everybody.
    """
    if not identity.policies.identity:
        return False
    return all(one is Outcome.ALLOWED for one in _probed(_uncontrolled(identity)))


def is_shut_down(identity: Identity) -> bool:
    """Whether an identity may do nothing of what makes an administrator: all of it is denied."""
    return all(one is Outcome.DENIED for one in _probed(identity))


def _probed(identity: Identity) -> Iterator[Outcome]:
    number = identity.who.account if identity.who else ""
    context = context_of(identity, said={"iam:policyarn": (ADMINISTRATOR_ACCESS,)})
    for action, resource in _PROBES:
        yield may(identity, action, resource.format(account=number), context=context).outcome


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
    return [
        found
        for identity in (account.principals if of is None else of)
        if not identity.is_services and not asking.is_administrator(identity)
        for technique in techniques
        for found in asking.by(identity, technique)
    ]


def giving_everything(identity: Identity) -> tuple[Statement, ...]:
    """The statements by which an administrator is one, as far as a single request tells."""
    arn = f"arn:aws:iam::{identity.who.account if identity.who else ''}:role/any-0"
    identity = _uncontrolled(identity)
    return may(identity, "iam:PutRolePolicy", arn, context=context_of(identity)).all_by


def _uncontrolled(identity: Identity) -> Identity:
    policies = identity.policies
    if not policies.scps and not policies.rcps:
        return identity
    return replace(identity, policies=replace(policies, scps=(), rcps=()))


def administrators_without(account: Account) -> list[Identity]:
    """The administrators of an account, as they would be without what makes them that."""
    found = []
    for identity in account.principals:
        if not identity.is_services and is_administrator(identity):
            gone = set(giving_everything(identity))
            documents = tuple(_less(one, gone) for one in identity.policies.identity)
            policies = replace(identity.policies, identity=documents)
            found.append(replace(identity, policies=policies))
    return found


def _less(document: Document, gone: set[Statement]) -> Document:
    left = tuple(one for one in document.statements if one not in gone)
    return Document(document.name, document.kind, left, document.faults)


class _Asking:
    """Answers that many techniques need, kept."""

    def __init__(self, account: Account, workloads: Sequence[Workload] | None) -> None:
        self.account, self.workloads = account, workloads
        self.needing = Needing(account)
        self._administrators: dict[str, bool] = {}
        self._full: dict[str, Reach] = {}

    def is_administrator(self, identity: Identity) -> bool:
        known = self._administrators.get(identity.arn)
        if known is None:
            known = self._administrators[identity.arn] = is_administrator(identity)
        return known

    def by(self, identity: Identity, technique: Technique) -> Iterator[Escalation]:
        """What one identity comes to by one technique."""
        if not (technique.users if identity.is_user else technique.roles):
            return
        if not all(speaks(identity, need.action) or _is_assuming(need) for need in technique.needs):
            return
        for target, reach, name, decision in self._ways(identity, technique):
            if decision.may_be:
                does = technique.does.format(target=name)
                yield Escalation(identity.arn, technique.id, target, reach, decision, does)

    def _ways(self, identity: Identity, technique: Technique) -> Iterator[_Way]:
        match technique.target:
            case Target.SELF:
                return self._itself(identity, technique)
            case Target.WORKLOAD:
                return self._running(identity, technique)
            case Target.GROUP:
                return self._joining(identity, technique)
            case Target.NEW:
                new = replace(identity, policies=Policies((_EVERYTHING,)))
                decision = self.needing.allowed(identity, technique, None)
                if technique.needs_center:
                    decision = self._by_center(decision)
                return iter([("", _full(new), "somebody new", decision)])
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

    def _others(self, identity: Identity, technique: Technique) -> Iterator[_Way]:
        """Users and roles that it may become."""
        by_trust = any(map(_is_assuming, technique.needs)) and identity.who is not None
        for target in self._targets(technique):
            if by_trust and not _may_name(target.trust, identity.who):
                continue
            if target.arn != identity.arn and not target.is_services:
                decision = self.needing.allowed(identity, technique, target)
                yield target.arn, self._reach_of(target, technique), target.name, decision

    def _reach_of(self, target: Identity, technique: Technique) -> Reach:
        if technique.gain is not Gain.EVERYTHING:
            return Reach.TARGET
        known = self._full.get(target.arn)
        if known is None:
            known = self._full[target.arn] = _full(_with(target, _EVERYTHING))
        return known

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

    def _joining(self, identity: Identity, technique: Technique) -> Iterator[_Way]:
        for group in self.account.groups.values():
            if group.arn not in identity.groups:
                joined = _with(identity, *group.policies.identity)
                decision = self.needing.allowed(identity, technique, group)
                yield group.arn, _full(joined, Reach.TARGET), group.name, decision

    def _itself(self, identity: Identity, technique: Technique) -> Iterator[_Way]:
        allowed = partial(self.needing.allowed, identity, technique)
        match technique.gain:
            case Gain.EVERYTHING:
                yield identity.arn, _full(_with(identity, _EVERYTHING)), "", allowed(None)
            case Gain.UNBOUNDED if identity.policies.boundary is not None:
                free = replace(identity, policies=replace(identity.policies, boundary=None))
                yield identity.arn, _full(free), "", allowed(None)
            case Gain.WITHOUT_DENY:
                kept = _kept(identity, technique.needs[0].action)
                if len(kept) < len(identity.policies.identity):
                    free = replace(identity, policies=replace(identity.policies, identity=kept))
                    if is_administrator(free):
                        yield identity.arn, Reach.ADMINISTRATOR, "", allowed(None)
            case Gain.OTHER_VERSION:
                for policy in self.needing.own(identity, On.OWN_POLICY):
                    more = [_with(identity, version) for version in policy.versions]
                    if any(is_administrator(one) for one in more):
                        decision = self.needing.on(
                            identity, "iam:SetDefaultPolicyVersion", policy.arn
                        )
                        yield identity.arn, Reach.ADMINISTRATOR, "", decision

    def _running(self, identity: Identity, technique: Technique) -> Iterator[_Way]:
        if self.workloads is None:
            if not self.needing.trusting_service(technique.service):
                return
            decision = self.needing.allowed(identity, technique, None)
            if decision.is_allowed:
                why = f"which {technique.workload} there are, and as whom they run, is not known"
                yield (
                    "",
                    Reach.TARGET,
                    "a role",
                    replace(decision, outcome=Outcome.UNKNOWN, why=why),
                )
            return
        for one in self.workloads:
            if one.kind != technique.workload or not one.role or one.role == identity.arn:
                continue
            role = self.account.roles.get(one.role)
            name = role.name if role else one.role
            yield one.role, Reach.TARGET, name, self.needing.allowed(identity, technique, role, one)


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


def _with(identity: Identity, *documents: Document) -> Identity:
    several = (*identity.policies.identity, *documents)
    return replace(identity, policies=replace(identity.policies, identity=several))


def _full(identity: Identity, otherwise: Reach = Reach.BOUNDED) -> Reach:
    return Reach.ADMINISTRATOR if is_administrator(identity) else otherwise


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
