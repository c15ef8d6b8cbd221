"""Whether an identity may do all that a technique needs, on what it needs it for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.accounts import (
    ADMINISTRATOR_ACCESS,
    Account,
    Identity,
    Managed,
)
from ringwall.posture.permissions.asking import RANK, context_of, could, freed, may, strictest
from ringwall.posture.permissions.deciding import Decision, Outcome, decide
from ringwall.posture.permissions.granting import is_out_of_reach, is_ruled_by_resource
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import COGNITO, principal
from ringwall.posture.permissions.requests import ABSENT, Context, Request, Values
from ringwall.posture.permissions.statements import Document, Effect
from ringwall.posture.permissions.techniques import On, Target, Technique

ATTACHED: Final = "iam:policyarn"
BOUNDED_BY: Final = "iam:permissionsboundary"
NOTHING_SAID: Final[Mapping[str, Values]] = MappingProxyType({})
_Said = tuple[tuple[str, Values], ...]
_ANYWHERE: Final = {"ec2-instance-connect": "ec2", "ssm": "ec2"}
"""Services whose actions are on another service's resources."""
_PRIVATE: Final = (".internal", ".local", ".localdomain", ".lan", ".corp", ".home.arpa")
"""How names end for which no public authority signs."""
_TAGS: Final = ("aws:resourcetag/", "ec2:resourcetag/", "ssm:resourcetag/", "ecs:resourcetag/")


@dataclass(frozen=True, slots=True)
class Workload:
    """Something that runs as a role: ``kind`` as the inventory has it, ``role`` an ARN.

    ``tags`` are its own, ``None`` where they are not known; ``policy`` says besides who may do what
    to it. ``doubts`` say of a service why nobody may get into it by that, though they may call it.
    """

    kind: str
    arn: str
    role: str
    tags: Mapping[str, str] | None = field(default=None, compare=False)
    policy: Document | None = field(default=None, compare=False, repr=False)
    doubts: Mapping[str, str] = field(default_factory=dict, compare=False)


class Needing:
    """Answers about an account that many techniques need, kept."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._trusting: dict[str, list[Identity]] = {}
        self._passing: dict[tuple[str, str, str], Decision] = {}
        self._on: dict[tuple[str, str, str, _Said], Decision] = {}
        self._blind: dict[tuple[str, str], Decision | None] = {}
        self._any: dict[tuple[str, str, str, tuple[str, ...], _Said], Decision] = {}

    def allowed(
        self,
        identity: Identity,
        technique: Technique,
        target: Identity | None,
        workload: Workload | None = None,
        *,
        about: Identity | None = None,
        said: Mapping[str, Values] = NOTHING_SAID,
    ) -> Decision:
        """Whether all that a technique needs is allowed; without a target, on any there may be.

        ``about`` is who is meant by itself, where it does it to another; ``said`` what it chooses
        that conditions ask for, such as the policy that it attaches.
        """
        about = about or identity
        decisions: list[Decision] = []
        grouped: dict[tuple[On, str], list[str]] = {}
        for need in technique.needs:
            grouped.setdefault((need.on, need.template), []).append(need.action)
        for (on, template), actions in grouped.items():
            if technique.target is Target.EVERYBODY and target is not None:
                decisions.append(self._vouching(identity, actions, template, target))
            elif on is On.ANY:
                decisions.append(self._anywhere(identity, technique, actions, template, said))
            elif on is On.TARGET and technique.workload and workload is None:
                service = actions[0].partition(":")[0]
                written = f"arn:aws:{_ANYWHERE.get(service, service)}:*:{{account}}:*"
                decisions.append(self._anywhere(identity, technique, actions, written, said))
            elif workload is not None:
                decisions += [self._of_running(identity, one, workload) for one in actions]
            elif on is On.TARGET and target is not None:
                decisions.append(self._on_target(identity, technique, actions, target, said))
            else:
                chosen = self._chosen(on, about, target)
                itself = about if on is On.SELF else None
                best = self._on_those(identity, actions, chosen, itself=itself, said=said)
                none = Decision(Outcome.DENIED, f"there is no {on}")
                decisions.append(best or none)
            if not decisions[-1].may_be:
                return decisions[-1]
        decision = strictest(decisions)
        return decision if workload is None else _doubted(decision, technique, workload)

    def _vouching(
        self, identity: Identity, actions: list[str], template: str, target: Identity
    ) -> Decision:
        """Whether it may do that to a provider which a role trusts."""
        partition = target.arn.split(":")[1]
        written = template.format(account=self.account.id)
        fits = patterns.arn(written.replace("arn:aws:", f"arn:{partition}:", 1))
        best = Decision(Outcome.DENIED, "it trusts no such provider")
        for arn in _providers(target):
            if fits(arn):
                found = strictest(self.on(identity, one, arn) for one in actions)
                best = max(best, _by_thumbprint(found, arn), key=lambda one: RANK[one.outcome])
        return best

    def _of_running(self, identity: Identity, action: str, workload: Workload) -> Decision:
        """Whether it may do one thing to what runs, by its own policies and those of that."""
        if workload.policy is None:
            known = self._everywhere(identity, action, workload.arn)
            if known is not None:
                return known
        key = (identity.at, action, workload.arn, ())
        known = self._on.get(key)
        if known is None:
            context = self._context(identity, None, None, action)
            if workload.tags is not None:
                context = _tagged(context, workload.tags)
            known = self._on[key] = may(
                identity, action, workload.arn, context=context, resource_policy=workload.policy
            )
        return known

    def _anywhere(
        self,
        identity: Identity,
        technique: Technique,
        actions: list[str],
        template: str,
        said: Mapping[str, Values],
    ) -> Decision:
        key = (identity.at, technique.service, template, tuple(actions), tuple(said.items()))
        known = self._any.get(key)
        if known is None:
            context = self._context(identity, technique, None, said=said)
            partition = identity.arn.split(":")[1]
            written = template.format(account=self.account.id)
            known = Decision(Outcome.DENIED, "none is like it")
            for each in written.replace("arn:aws:", f"arn:{partition}:").split("|"):
                found = could(identity, actions, each, context=context)[0]
                known = max(known, found, key=lambda one: RANK[one.outcome])
            self._any[key] = known
        return known

    def _on_target(
        self,
        identity: Identity,
        technique: Technique,
        actions: list[str],
        target: Identity,
        said: Mapping[str, Values],
    ) -> Decision:
        return strictest(
            self._pass(identity, target, technique.service)
            if action == "iam:PassRole"
            else self.on(identity, action, target.arn, target, said)
            for action in actions
        )

    def _chosen(self, on: On, about: Identity, target: Identity | None) -> list[str]:
        """The ARNs of what there is to choose from."""
        if on is On.SELF:
            return [about.arn]
        if on is On.OWN_GROUP:
            return list(about.groups)
        if on is On.TARGET_GROUP:
            return list(target.groups) if target is not None else []
        whose = target if on is On.TARGET_POLICY and target is not None else about
        return [policy.arn for policy in self.own(whose, on)]

    def _on_those(
        self,
        identity: Identity,
        actions: list[str],
        chosen: Iterable[str],
        *,
        itself: Identity | None,
        said: Mapping[str, Values],
    ) -> Decision | None:
        """The best of what there is to choose from; none where none may be."""
        best: Decision | None = None
        for arn in chosen:
            found = strictest(self.on(identity, action, arn, itself, said) for action in actions)
            if found.outcome is Outcome.ALLOWED:
                return found
            best = found if found.may_be else best
        return best

    def own(self, identity: Identity, on: On) -> Iterable[Managed]:
        """The policies of its own, or that which bounds it, that somebody may change."""
        arns = (identity.boundary_arn,) if on is On.OWN_BOUNDARY else identity.managed
        found = (self.account.managed.get(arn) for arn in arns)
        return [one for one in found if one is not None and one.is_ours]

    def on(
        self,
        identity: Identity,
        action: str,
        resource: str,
        target: Identity | None = None,
        said: Mapping[str, Values] = NOTHING_SAID,
    ) -> Decision:
        """Whether it may do one thing to one resource."""
        known = self._everywhere(identity, action, resource)
        if known is not None:
            return known
        key = (identity.at, action, resource, tuple(said.items()))
        known = self._on.get(key)
        if known is None:
            known = self._on[key] = self._decided(identity, action, resource, target, said)
        return known

    def _everywhere(self, identity: Identity, action: str, resource: str) -> Decision | None:
        """The same for each resource of the account that decides nothing itself, where it is so."""
        key = (identity.at, action)
        lower = action.lower()
        if key not in self._blind:
            self._blind[key] = None
            if identity.policies.is_blind(lower) and not is_ruled_by_resource(lower, ""):
                anywhere = f"arn:aws:iam::{self.account.id}:any-0"
                self._blind[key] = self._decided(identity, action, anywhere, None)
        known = self._blind[key]
        is_other = f":{self.account.id}:" not in resource
        return None if known is None or is_other or is_out_of_reach(lower, resource) else known

    def _decided(
        self,
        identity: Identity,
        action: str,
        resource: str,
        target: Identity | None,
        said: Mapping[str, Values] = NOTHING_SAID,
    ) -> Decision:
        context = self._context(identity, None, target, action, said=said)
        trust = target.trust if target is not None and action == "sts:AssumeRole" else None
        return may(identity, action, resource, context=context, resource_policy=trust)

    def _pass(self, identity: Identity, role: Identity, service: str) -> Decision:
        known = self._everywhere(identity, "iam:PassRole", role.arn)
        if known is not None:
            return known
        key = (identity.at, role.arn, service)
        if key not in self._passing:
            said: dict[str, Values] = {"iam:passedtoservice": (service,)}
            context = context_of(
                identity, organisation=self.account.organisation, said=said, target=role
            )
            self._passing[key] = may(identity, "iam:PassRole", role.arn, context=context)
        return self._passing[key]

    def _context(
        self,
        identity: Identity,
        technique: Technique | None,
        target: Identity | None,
        action: str = "",
        *,
        said: Mapping[str, Values] = NOTHING_SAID,
    ) -> Context:
        boundary: Values = ABSENT
        if action.endswith("PermissionsBoundary") and action.startswith("iam:Put"):
            boundary = (ADMINISTRATOR_ACCESS,)
        elif target is not None and target.boundary_arn:
            boundary = (target.boundary_arn,)
        keys: dict[str, Values] = {
            ATTACHED: (ADMINISTRATOR_ACCESS,),
            BOUNDED_BY: boundary,
            **said,
        }
        if technique is not None and technique.service:
            keys["iam:passedtoservice"] = (technique.service,)
        return context_of(
            identity, organisation=self.account.organisation, said=keys, target=target
        )

    def trusting_service(self, service: str) -> list[Identity]:
        """The roles of the account that a service may take."""
        if service not in self._trusting:
            self._trusting[service] = [
                role
                for role in self.account.roles.values()
                if not role.is_services and trusts_service(role, service, self.account.id)
            ]
        return self._trusting[service]


def _providers(role: Identity) -> list[str]:
    """The providers of identities that its trust policy names."""
    return [
        arn
        for one in (role.trust.statements if role.trust is not None else ())
        if one.effect is Effect.ALLOW and one.principals is not None
        for arn in one.principals.federated
    ]


def _by_thumbprint(decision: Decision, provider: str) -> Decision:
    """What a thumbprint comes to: AWS looks at it where no public authority signed (IAM API)."""
    host = provider.partition(":oidc-provider/")[2].partition("/")[0]
    if decision.is_allowed and "." in host and not host.endswith(_PRIVATE):
        why = f"whether a public authority signs for {host}, by which thumbprints do not count"
        return replace(decision, outcome=Outcome.UNKNOWN, why=f"{why}, is not known")
    return decision


def _tagged(context: Context, tags: Mapping[str, str]) -> Context:
    """Where it is known how something is tagged that holds no identity."""
    families = {**context.families, **dict.fromkeys(_TAGS, ABSENT)}
    told = {f"{family}{key.lower()}": (value,) for family in _TAGS for key, value in tags.items()}
    return replace(context, keys={**context.keys, **told}, families=families)


def _doubted(decision: Decision, technique: Technique, workload: Workload) -> Decision:
    """The same decision, not known where it is not known if what runs can be got into so."""
    if not decision.is_allowed:
        return decision
    for need in technique.needs:
        why = workload.doubts.get(need.action.partition(":")[0])
        if why and need.on is On.TARGET:
            return replace(decision, outcome=Outcome.UNKNOWN, why=why)
    return decision


def trusts_service(role: Identity, service: str, number: str) -> bool:
    """Whether a role's trust policy lets a service in that acts for its own account; or may."""
    context = Context.of({"aws:SourceAccount": number})
    action = "sts:AssumeRoleWithWebIdentity" if service == COGNITO else "sts:AssumeRole"
    asked = Request(action, role.arn, principal(service), context)
    return freed(decide(asked, Policies(resource=role.trust))).may_be
