"""Whom a role trusts beyond its account, and whether more come in than are meant.

IAM User Guide, "The confused deputy problem" and "Create a role for OpenID Connect federation".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product
from typing import Final

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.accounts import Levels
from ringwall.posture.permissions.asking import RANK, decided
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.exposure import EVERYTHING_OF_A_STRANGER, exposed, with_controls
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
_GITHUB: Final = "token.actions.githubusercontent.com"
_CLAIMS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    _GITHUB: {
        **dict.fromkeys(("repository", "workflow_ref", "job_workflow_ref"), ("", "/")),
        **dict.fromkeys(("repository_owner", "enterprise", "actor"), ("", "")),
        **dict.fromkeys(("repository_id", "repository_owner_id", "enterprise_id"), ("", "")),
        **dict.fromkeys(("actor_id", "run_id"), ("", "")),
    },
    "oidc.vercel.com": {"aud": ("https://vercel.com/", "")},
    "api.pulumi.com/oidc": {"aud": ("aws:", "")},
    "graph.facebook.com": {"id": ("", "")},
    "www.amazon.com": {"user_id": ("", "")},
}
"""What else in a token says whose it is, and how: as a subject does."""
_CHOSEN: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(_OWNERS, frozenset(["aud"])),
    _GITHUB: frozenset(
        [
            *("aud", "ref", "ref_type", "base_ref", "head_ref", "environment", "workflow"),
            *("event_name", "repository_visibility", "run_number", "run_attempt"),
            "runner_environment",
        ]
    ),
}
"""The claims that say nothing of whose a token is: whoever gets one chooses what they say."""
_LENT: Final[Mapping[str, frozenset[str]]] = {_GITHUB: frozenset(["job_workflow_ref"])}
"""Claims that name what a token was made by, which others may let everybody use."""
_SHARED: Final = frozenset(
    [
        COGNITO,
        *_OWNERS,
        *("oidc-configuration.audit-log.githubusercontent.com", "studio.datachain.ai/api"),
        *("sandboxes.cloud", "tokens.cloud.shisho.dev", "vstoken.actions.githubusercontent.com"),
        *("api.pulumi.com/oidc/v2", "oidc.modal.com", "api.gitpod.io/idp"),
        "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d",
        *("accounts.google.com", "appleid.apple.com", "graph.facebook.com", "www.amazon.com"),
        "login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
    ]
)
"""The providers that vouch for everybody, each by one address; all others are one owner's.

IAM User Guide, "Identity-provider controls for shared OIDC providers"; the last are those where
people sign in.
"""
_MOST: Final = 1_024
"""As many tokens are tried."""
_TOO_MANY: Final = Decision(Outcome.UNKNOWN, "it asks for more claims than are gone through")
_CLUSTER: Final = "oidc.eks."
"""The providers of EKS, each of one cluster: strangers are whatever else runs there."""
_DEPUTIES: Final = {
    *("apigateway", "cloudtrail", "config", "events", "s3", "sns", "ses", "scheduler", "iot"),
    *("logging.s3", "delivery.logs", "backup", "bedrock", "states", "cloudformation", "glue"),
    *("sagemaker", "codebuild", "elasticmapreduce", "dms", "firehose", "logs", "rds"),
}
"""Services that act for one customer on resources that another names."""
_WEB: Final = "sts:AssumeRoleWithWebIdentity"
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
    }
    both = [
        _asked(who, policies, role, theirs | {"aws:sourceorgid": organisation})
        for organisation in (("o-stranger00",), ABSENT)
    ]
    decision = max(both, key=lambda one: RANK[one.outcome])
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
    prefix = host.lower()
    is_shared = prefix.rstrip("/") in _SHARED
    decision = _of_strangers(who, policies, role, prefix, is_shared=is_shared)
    if decision.is_allowed:
        how = f"lets in {host}: {Weakness.ANY_SUBJECT}" if is_shared else ""
        yield Trusted(host, "provider", decision, Weakness.ANY_SUBJECT, how)
        return
    if decision.may_be and is_shared:
        yield Trusted(host, "provider", decision, opening=f"may let in {host}: {decision.why}")
        return
    decision = _asked(who, policies, role, {f"{prefix}:amr": ("unauthenticated",)}, _WEB)
    if decision.may_be and prefix == COGNITO:
        how = "lets in guests of its identity pool, if that has any"
        yield Trusted(host, "provider", decision, opening=how)
        return
    decision = _asked(who, policies, role, {}, _WEB)
    if decision.may_be:
        yield Trusted(host, "provider", decision)


def _of_strangers(
    who: Principal, policies: Policies, role: str, prefix: str, *, is_shared: bool
) -> Decision:
    """What comes of the token of a stranger that does best."""
    best = Decision(Outcome.DENIED, "no token of a stranger's is let in")
    chosen = _chosen(prefix, is_shared)
    for number, said in enumerate(_tokens(prefix, policies)):
        decision = _asked(who, policies, role, said, _WEB, chosen=chosen)
        best = max(best, decision, key=lambda one: RANK[one.outcome])
        if best.outcome is Outcome.ALLOWED:
            break
        if number == _MOST:
            return max(best, _TOO_MANY, key=lambda one: RANK[one.outcome])
    return best


def _chosen(prefix: str, is_shared: bool) -> Callable[[str], bool]:
    """Which keys of a provider's a stranger makes say what suits: with one of one owner's, all."""
    begin, chosen = f"{prefix}:", _CHOSEN.get(prefix, frozenset())

    def is_chosen(key: str) -> bool:
        return key.startswith(begin) and (not is_shared or key.removeprefix(begin) in chosen)

    return is_chosen


def _tokens(prefix: str, policies: Policies) -> Iterator[dict[str, Values]]:
    """What a stranger's token may say, at providers where strangers get one; else any subject."""
    document = policies.resource and with_controls(policies.resource, policies.rcps, (_WEB,))
    key = f"{prefix}:sub"
    if prefix == COGNITO:
        aud, amr = f"{prefix}:aud", f"{prefix}:amr"
        by = sorted(_asked_for(document, amr) - {"unauthenticated"})
        for pool in _pools(_asked_for(document, aud)):
            for how in (("unauthenticated",), ("authenticated",), ("authenticated", *by)):
                yield {aud: (pool,), amr: how, key: (pool,)}
        return
    begin, end = _OWNERS.get(prefix, ("", ""))
    subjects = [f"{begin}stranger{end or ':'}stranger"]
    if prefix.startswith(_CLUSTER):
        subjects.append("system:serviceaccount:stranger:stranger")
    if begin:
        subjects += _suiting(_asked_for(document, key), begin, end)
    claims: dict[str, list[Values]] = {}
    for name, (first, last) in _CLAIMS.get(prefix, {}).items():
        wanted = _asked_for(document, f"{prefix}:{name}")
        own = f"{first}stranger{last}{'stranger' if last else ''}"
        several: list[Values] = [(one,) for one in (own, *_suiting(wanted, first, last))]
        is_lent = wanted and name in _LENT.get(prefix, ())
        claims[f"{prefix}:{name}"] = [*several, OPEN] if is_lent else several
    for subject in subjects:
        for said in product(*claims.values()):
            yield {key: (subject,), **dict(zip(claims, said, strict=True))}


def _asked_for(document: Document | None, key: str) -> set[str]:
    """The values that conditions of a document compare with a key's."""
    return {
        value
        for one in (document.statements if document else ())
        for condition in one.conditions
        if condition.key == key
        for value in condition.values
    }


def _pools(wanted: Iterable[str]) -> list[str]:
    """Identity pools of strangers, in each region in which any pool at all is let in."""
    regions = {one.partition(":")[0] for one in wanted if one.partition(":")[2].startswith("*")}
    plain = sorted(one for one in regions if not patterns.is_wild(one))
    return [f"{one}:00000000-stranger" for one in ("eu-west-1", *plain)]


def _suiting(wanted: Iterable[str], begin: str, end: str) -> list[str]:
    """What a stranger's own may be that is as wanted: where the owner's name is left open."""
    found = [
        patterns.witness(value, f"{begin}*", "stranger")
        for value in sorted(wanted)
        if patterns.is_wild(_owner(value, begin, end))
    ]
    return [one for one in found if one is not None]


def _owner(pattern: str, begin: str, end: str) -> str:
    """The part of a pattern that says whose it is; all of it where a star reaches into that."""
    head = pattern[: len(begin)]
    if "*" in head:
        return pattern
    if not patterns.text(head)(begin):
        return ""
    rest = pattern[len(begin) :]
    return rest.partition(end)[0] if end else rest


def _asked(
    who: Principal,
    policies: Policies,
    role: str,
    said: Mapping[str, Values],
    action: str = "sts:AssumeRole",
    *,
    chosen: Callable[[str], bool] | None = None,
) -> Decision:
    """Whether the trust policy lets somebody in who holds every permission of their own account."""
    keys = dict(said)
    if who.kind is PrincipalKind.ROOT:
        keys |= dict.fromkeys(("aws:principalarn", "aws:principaltype", "aws:username"), OPEN)
    decision = decided(Request(action, role, who, Context(keys)), policies)
    hangs = (*decision.requires, *decision.forbids)
    is_free = chosen is not None and all(chosen(one.key) for one in hangs)
    if decision.outcome is Outcome.CONDITIONAL and is_free:
        return replace(decision, outcome=Outcome.ALLOWED)
    return decision
