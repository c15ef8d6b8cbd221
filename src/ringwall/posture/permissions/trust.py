"""Whom a role trusts beyond its account, and whether more come in than are meant.

IAM User Guide, "The confused deputy problem" and "Create a role for OpenID Connect federation".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.accounts import Levels
from ringwall.posture.permissions.asking import RANK, freed
from ringwall.posture.permissions.deciding import Decision, Outcome, decide
from ringwall.posture.permissions.exposure import EVERYTHING_OF_A_STRANGER, exposed
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import COGNITO, Principal, PrincipalKind, principal
from ringwall.posture.permissions.requests import ABSENT, OPEN, Context, Request, Values
from ringwall.posture.permissions.statements import Document, Effect
from ringwall.posture.permissions.strangers import ACCOUNT, Stranger

_OWNERS: Final = {
    "token.actions.githubusercontent.com": ("repo:", "/"),
    "gitlab.com": ("project_path:", "/"),
    "app.terraform.io": ("organization:", ":"),
    "agent.buildkite.com": ("organization:", ":"),
    "oidc.codefresh.io": ("account:", ":"),
    "scalr.io": ("account:", ":"),
    "proidc.upbound.io": ("mcp:", "/"),
    "oidc.vercel.com": ("owner:", ":"),
    "api.pulumi.com/oidc": ("pulumi:deploy:org:", ":"),
}
"""How subjects begin at providers that everybody may use, and what ends the owner's name."""
_CLAIMS: Final[Mapping[str, Mapping[str, str]]] = {
    "token.actions.githubusercontent.com": {
        "repository": "stranger/*",
        "repository_id": "1",
        "repository_owner": "stranger",
        "repository_owner_id": "1",
        "enterprise": "stranger",
        "enterprise_id": "1",
    },
    "oidc.vercel.com": {"aud": "https://vercel.com/stranger"},
    "api.pulumi.com/oidc": {"aud": "aws:stranger"},
}
"""What else in a stranger's token says whose it is, with a star for what they name themselves."""
_CLUSTER: Final = "oidc.eks."
"""The providers of EKS, each of one cluster: strangers are whatever else runs there."""
_DEPUTIES: Final = {
    *("apigateway", "cloudtrail", "config", "events", "s3", "sns", "ses", "scheduler", "iot"),
    *("logging.s3", "delivery.logs", "backup", "bedrock", "states", "cloudformation", "glue"),
    *("sagemaker", "codebuild", "elasticmapreduce", "dms", "firehose", "logs", "rds"),
}
"""Services that act for one customer on resources that another names."""
_ANY_ID: Final = ("another-customer",)
"""The external id of somebody else, which is none of this role's."""


_NO_PERSON: Final[Mapping[str, Values]] = {"aws:multifactorauthpresent": ABSENT}
"""A deputy shows no second factor: whom a role asks for one is a person, and nobody's deputy."""


class Weakness(StrEnum):
    """What is wrong with a trust."""

    EVERYBODY = "it trusts every AWS account"
    NO_EXTERNAL_ID = "it asks the other account for no external id"
    ANY_SUBJECT = "it trusts whoever the provider vouches for"
    NO_SOURCE = "it does not say for whom the service may act"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Trusted:
    """Somebody outside whom a role trusts: an account, a provider or a service."""

    who: str
    kind: str
    decision: Decision
    weakness: Weakness = Weakness.NONE
    opening: str = ""
    """How somebody in the internet is one of them, or may be; empty where nobody is."""

    @property
    def is_certain(self) -> bool:
        """Whether it is known that it is so."""
        return self.decision.outcome is Outcome.ALLOWED


def trusted(
    document: Document,
    role: str,
    *,
    account: str,
    ours: frozenset[str] = frozenset(),
    rcps: Levels = (),
) -> list[Trusted]:
    """Everybody outside whom a role's trust policy lets in, with what is wrong about it.

    ``role`` is its ARN, ``account`` its account, ``ours`` are other accounts of the same company;
    ``rcps`` are the resource control policies that bind the account.
    Where something of the document is not known, an entry says so.
    """
    policies = Policies(identity=EVERYTHING_OF_A_STRANGER, resource=document, rcps=rcps)
    found = [*_everybody(document, role, account, rcps)]
    ours |= {account}
    for who in _named(document, ours):
        found += _judged(who, policies, role)
    if document.faults and all(one.decision.outcome is not Outcome.UNKNOWN for one in found):
        why = "; ".join(document.faults)
        found.append(Trusted("", "unknown", Decision(Outcome.UNKNOWN, why)))
    return found


def _everybody(document: Document, role: str, account: str, rcps: Levels) -> Iterator[Trusted]:
    """Whoever has an AWS account, by a call that lets in: others only add to one that does."""
    several = [
        one
        for one in exposed(document, (role,), account=account, rcps=rcps)
        if one.stranger is Stranger.ANY_ACCOUNT
        and one.is_wide
        and one.action.lower().startswith("sts:assumerole")
    ]
    if not several:
        return
    best = max(several, key=lambda one: RANK[one.decision.outcome])
    who, decision = str(best.stranger), best.decision
    if decision.outcome is Outcome.UNKNOWN:
        yield Trusted(who, "unknown", decision, opening=f"may let in {who}: {decision.why}")
    else:
        how = f"lets in {who}: {Weakness.EVERYBODY}"
        yield Trusted(who, "account", decision, Weakness.EVERYBODY, how)


def _named(document: Document, ours: frozenset[str]) -> list[Principal]:
    found: dict[str, Principal] = {}
    for one in document.statements:
        if one.effect is Effect.DENY or one.principals is None or one.but_principals:
            continue
        accounts = [f"arn:aws:iam::{number}:root" for number in one.principals.accounts]
        arns = [arn for arn in one.principals.arns if arn.startswith("arn:")]
        for said in sorted((*accounts, *arns, *one.principals.services, *one.principals.federated)):
            who = principal(said)
            if who.account not in ours:
                found[said] = who
    return list(found.values())


def _judged(who: Principal, policies: Policies, role: str) -> Iterator[Trusted]:
    if who.kind is PrincipalKind.SERVICE:
        yield from _service(who, policies, role)
    elif who.kind is PrincipalKind.WEB:
        yield from _provider(who, policies, role)
    else:
        for said in (ABSENT, _ANY_ID):
            without = _asked(who, policies, role, {"sts:externalid": said, **_NO_PERSON})
            if without.may_be:
                is_weak = without.outcome is not Outcome.UNKNOWN
                weakness = Weakness.NO_EXTERNAL_ID if is_weak else Weakness.NONE
                yield Trusted(who.account, "account", without, weakness)
                return
        decision = _asked(who, policies, role, {"sts:externalid": OPEN})
        if decision.may_be:
            yield Trusted(who.account, "account", decision)


def _service(who: Principal, policies: Policies, role: str) -> Iterator[Trusted]:
    name = who.arn.removesuffix(".amazonaws.com")
    theirs: dict[str, Values] = {
        "aws:sourceaccount": (ACCOUNT,),
        "aws:sourcearn": (f"arn:aws:{name.rpartition('.')[2]}:eu-west-1:{ACCOUNT}:stranger",),
        "aws:sourceorgid": ("o-stranger00",),
    }
    decision = _asked(who, policies, role, theirs)
    weak = name in _DEPUTIES and decision.is_allowed
    if not decision.may_be:
        decision = _asked(who, policies, role, {})
    if decision.may_be:
        yield Trusted(who.arn, "service", decision, Weakness.NO_SOURCE if weak else Weakness.NONE)


def _provider(who: Principal, policies: Policies, role: str) -> Iterator[Trusted]:
    if ":saml-provider/" in who.arn:
        decision = _asked(who, policies, role, {}, "sts:AssumeRoleWithSAML")
        if decision.may_be:
            yield Trusted(who.arn, "provider", decision)
        return
    host = who.arn.partition(":oidc-provider/")[2] or who.arn
    action = "sts:AssumeRoleWithWebIdentity"
    for said in _tokens(host, policies.resource):
        decision = _asked(who, policies, role, said, action, chosen=f"{host.lower()}:")
        if decision.is_allowed:
            how = f"lets in {host}: {Weakness.ANY_SUBJECT}"
            yield Trusted(host, "provider", decision, Weakness.ANY_SUBJECT, how)
            return
    decision = _asked(who, policies, role, {}, action)
    if decision.may_be:
        yield Trusted(host, "provider", decision)


def _tokens(host: str, document: Document | None) -> Iterator[dict[str, Values]]:
    """What a stranger's token may say, at providers where strangers get one; else any subject."""
    prefix = host.lower()
    if host == COGNITO:
        aud, amr = f"{prefix}:aud", f"{prefix}:amr"
        for how in ("unauthenticated", "authenticated"):
            yield {aud: ("eu-west-1:00000000-stranger",), amr: (how,)}
        return
    key = f"{prefix}:sub"
    begin, end = _OWNERS.get(prefix, ("", ""))
    claims: dict[str, Values] = {
        f"{prefix}:{name}": (_suiting(document, f"{prefix}:{name}", value),)
        for name, value in _CLAIMS.get(prefix, {}).items()
    }
    yield {**claims, key: (f"{begin}stranger{end or ':'}stranger",)}
    if prefix.startswith(_CLUSTER):
        yield {key: ("system:serviceaccount:stranger:stranger",)}
    for one in document.statements if document else ():
        for condition in one.conditions:
            if condition.key == key and begin:
                for value in condition.values:
                    if (owner := _owner(value, begin, end)) is not None and patterns.is_wild(owner):
                        said = patterns.witness(value, f"{begin}*", "stranger")
                        if said is not None:
                            yield {**claims, key: (said,)}


def _suiting(document: Document | None, key: str, template: str) -> str:
    """A claim of a stranger's that a condition of the document likes, if there is such a one."""
    values = {
        value
        for one in (document.statements if document else ())
        for condition in one.conditions
        if condition.key == key
        for value in condition.values
    }
    found = (patterns.witness(value, template, "stranger") for value in sorted(values))
    return next(filter(None, found), template.replace("*", "stranger"))


def _owner(pattern: str, begin: str, end: str) -> str | None:
    """The part of a subject's pattern that says whose it is; all of it where that is left open."""
    if not pattern.startswith(begin):
        return pattern if patterns.is_wild(pattern[: len(begin)]) else None
    return pattern.removeprefix(begin).partition(end)[0]


def _asked(
    who: Principal,
    policies: Policies,
    role: str,
    said: Mapping[str, Values],
    action: str = "sts:AssumeRole",
    *,
    chosen: str = "",
) -> Decision:
    """Whether the trust policy lets somebody in who holds every permission of their own account."""
    keys = dict(said)
    if who.kind is PrincipalKind.ROOT:
        keys |= dict.fromkeys(("aws:principalarn", "aws:principaltype"), OPEN)
    decision = freed(decide(Request(action, role, who, Context(keys)), policies))
    hangs = (*decision.requires, *decision.forbids)
    is_free = bool(chosen) and all(one.key.startswith(chosen) for one in hangs)
    if decision.outcome is Outcome.CONDITIONAL and is_free:
        return replace(decision, outcome=Outcome.ALLOWED)
    return decision
