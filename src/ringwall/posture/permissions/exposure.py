"""What a resource's policy lets strangers do, asked of the engine rather than read off the text.

So a condition counts for what it does: ``aws:SourceVpce: "*"``, addresses that together are the
world, ``StringLike`` with a star, a role's name that everybody may choose, keep nobody out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Final

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.accounts import EVERYTHING
from ringwall.posture.permissions.asking import decided
from ringwall.posture.permissions.deciding import Decision, Outcome
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.networks import Addresses
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.principals import Principal
from ringwall.posture.permissions.requests import Context, Request, Values
from ringwall.posture.permissions.statements import Document, Effect, Kind, Statement
from ringwall.posture.permissions.strangers import Stranger, contexts, principals

TYPICAL: Final = {
    "s3": (
        *("s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:DeleteObject"),
        *("s3:PutObjectAcl", "s3:PutBucketPolicy", "s3:PutBucketAcl", "s3:GetBucketAcl"),
    ),
    "sqs": ("sqs:ReceiveMessage", "sqs:SendMessage", "sqs:DeleteMessage", "sqs:PurgeQueue"),
    "sns": ("sns:Subscribe", "sns:Publish", "sns:SetTopicAttributes"),
    "lambda": (
        *("lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:UpdateFunctionCode"),
        "lambda:GetFunction",
    ),
    "kms": ("kms:Decrypt", "kms:Encrypt", "kms:CreateGrant", "kms:PutKeyPolicy"),
    "secretsmanager": (
        *("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        "secretsmanager:PutResourcePolicy",
    ),
    "ecr": ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:PutImage"),
    "dynamodb": ("dynamodb:GetItem", "dynamodb:Scan", "dynamodb:PutItem"),
    "es": ("es:ESHttpGet", "es:ESHttpPost", "es:ESHttpDelete"),
    "execute-api": ("execute-api:Invoke",),
    "events": ("events:PutEvents", "events:PutRule"),
    "logs": ("logs:PutSubscriptionFilter",),
    "backup": ("backup:CopyIntoBackupVault",),
    "glacier": ("glacier:InitiateJob", "glacier:UploadArchive"),
    "elasticfilesystem": (
        *("elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"),
        "elasticfilesystem:ClientRootAccess",
    ),
    "sts": ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"),
}
"""What strangers would want of each service, worst first."""
_TYPICAL: Final = frozenset(one.lower() for several in TYPICAL.values() for one in several)
_WIDE: Final = 1 / 256
_MOST_EFFORT: Final = 3_000_000
_TOO_MUCH: Final = Decision(
    Outcome.UNKNOWN, "the policy has more statements, actions or networks than are gone through"
)
_OF_OBJECTS: Final = {"s3:abortmultipartupload", "s3:listmultipartuploadparts"}
EVERYTHING_OF_A_STRANGER: Final = (
    read(EVERYTHING, name="a stranger's own policy", kind=Kind.IDENTITY),
)


@dataclass(frozen=True, slots=True)
class Exposed:
    """That strangers may do something. ``addresses`` are where from; ``None`` is from anywhere."""

    stranger: Stranger
    action: str
    resource: str
    decision: Decision
    addresses: Addresses | None = None

    @property
    def is_wide(self) -> bool:
        """Whether it is from everywhere, or from as much as a 256th of the internet."""
        return self.addresses is None or self.addresses.share >= _WIDE

    @property
    def is_certain(self) -> bool:
        """Whether nothing has to be found out to say so."""
        return self.decision.outcome is Outcome.ALLOWED

    def __str__(self) -> str:
        from_where = "" if self.addresses is None else f" from {self.addresses}"
        return f"{self.stranger} may {self.action} {self.resource}{from_where}"


def exposed(
    document: Document,
    resources: Sequence[str],
    *,
    account: str,
    rcps: tuple[tuple[Document, ...], ...] = (),
    keys: Mapping[str, Values] | None = None,
) -> list[Exposed]:
    """What strangers may do by a resource's policy, for each kind and action the most there is.

    ``resources`` are the ARNs the policy is about, with stars for what is within (``bucket/*``);
    ``account`` is the account they are in; ``keys`` are what is known of all requests. Outcomes
    may be conditional, with the conditions, or unknown, where the policy is; a policy that keeps
    strangers out gives an empty list.
    """
    policies = Policies(identity=EVERYTHING_OF_A_STRANGER, resource=document, rcps=rcps)
    actions = _actions(document, resources)
    if rcps:  # which give nothing: they are asked of what is open without them
        several = exposed(document, resources, account=account, keys=keys)
        actions = list(dict.fromkeys(one.action for one in several))
    whole = with_controls(document, rcps, actions)
    effort = _Effort(whole)
    candidates = {action: _resources(document, action, resources) for action in actions}
    found: list[Exposed | None] = []
    for stranger in Stranger:
        asking = _Asking(
            policies,
            stranger,
            account,
            tuple(principals(stranger, whole if stranger is Stranger.ANY_ACCOUNT else document)),
            tuple(_with(contexts(stranger, whole), keys or {})),
            effort,
        )
        found += [asking.best(action, several) for action, several in candidates.items()]
    return [one for one in found if one is not None]


def with_controls(
    document: Document, rcps: Iterable[Iterable[Document]], actions: Iterable[str]
) -> Document:
    """All that may treat strangers differently: who slips through a control policy is one, too."""
    asked = [action.lower() for action in actions]
    more = tuple(
        each
        for level in rcps
        for one in level
        for each in one.statements
        if each.conditions and any(map(each.concerns, asked))
    )
    if not more:
        return document
    return Document(document.name, document.kind, (*document.statements, *more), document.faults)


def _with(
    several: Iterable[tuple[Addresses | None, Context]], keys: Mapping[str, Values]
) -> Iterator[tuple[Addresses | None, Context]]:
    for part, one in several:
        yield part, replace(one, keys={**one.keys, **keys}) if keys else one


class _Effort:
    """How much is left of the trying; a policy that takes more is not gone through to its end."""

    def __init__(self, document: Document) -> None:
        self.left = _MOST_EFFORT
        values = sum(
            len(condition.values) for one in document.statements for condition in one.conditions
        )
        named = sum(len(one.resources or ()) for one in document.statements)
        self.of_one = 30 + 4 * len(document.statements) + named + values // 2

    def is_spent(self) -> bool:
        """Whether one more request is too many; if not, it is counted."""
        self.left -= self.of_one
        return self.left < 0


@dataclass(frozen=True, slots=True)
class _Asking:
    """Strangers of one kind, in all circumstances that a policy may treat differently."""

    policies: Policies
    stranger: Stranger
    account: str
    whos: tuple[Principal, ...]
    circumstances: tuple[tuple[Addresses | None, Context], ...]
    effort: _Effort

    def best(self, action: str, resources: Iterable[str]) -> Exposed | None:
        """The most they may do by an action; ``None`` where they may not."""
        parts: list[Addresses] = []
        allowed: tuple[Decision, str] | None = None
        other: Exposed | None = None
        for resource, who, (part, context) in product(resources, self.whos, self.circumstances):
            if self.effort.is_spent():
                other = Exposed(self.stranger, action, resource, _TOO_MUCH)
                break
            request = Request(action, resource, who, context, self.account)
            decision = decided(request, self.policies)
            if decision.outcome is Outcome.ALLOWED:
                if part is None:
                    return Exposed(self.stranger, action, resource, decision)
                parts.append(part)
                allowed = decision, resource
            elif decision.may_be and (other is None or not other.decision.is_allowed):
                other = Exposed(self.stranger, action, resource, decision)
        if allowed is None:
            return other
        addresses = Addresses.union(parts)
        everywhere = None if addresses.is_world else addresses
        found = Exposed(self.stranger, action, allowed[1], allowed[0], everywhere)
        is_cut_short = other is not None and other.decision is _TOO_MUCH
        return other if is_cut_short and not found.is_wide else found


def _actions(document: Document, resources: Sequence[str]) -> list[str]:
    """What to ask for: what statements allow by name, of stars what is typical of the service."""
    services = {resource.split(":")[2] for resource in resources if resource.count(":") > 2}
    services = {"sts" if service == "iam" else service for service in services}
    typical = [action for service in sorted(services) for action in TYPICAL.get(service, ())]
    said: list[str] = []
    for one in _allowing(document):
        matched = [action for action in typical if one.concerns(action.lower())]
        said += matched
        if one.but_actions:
            continue
        for pattern in one.actions:
            if not patterns.is_wild(pattern):
                said.append(pattern)
            elif not matched:
                said.append(patterns.witness(pattern, "*:*") or pattern)
    lower: dict[str, str] = {}
    for action in [*(one for one in typical if one in said), *said]:
        lower.setdefault(action.lower(), action)
    return list(lower.values())


def _allowing(document: Document) -> Iterator[Statement]:
    return (one for one in document.statements if one.effect is Effect.ALLOW)


def _resources(document: Document, action: str, resources: Sequence[str]) -> list[str]:
    found: list[str | None] = []
    for template in resources:
        found.append(patterns.witness(template, "*"))
        for one in _allowing(document):
            if not one.but_resources and one.concerns(action.lower()):
                found += [patterns.witness(pattern, template) for pattern in one.resources or ()]
    lower = action.lower()
    is_made_up = lower not in _TYPICAL and all(
        lower not in one.actions for one in _allowing(document)
    )  # it stands for any of a pattern's: of buckets, and of what is in them
    fitting = [one for one in found if one is not None and (is_made_up or _fits(lower, one))]
    return list(dict.fromkeys(fitting))


def _fits(action: str, resource: str) -> bool:
    """Whether an action is about a bucket, or about what is in it."""
    if ":s3:::" not in resource or not action.startswith("s3:"):
        return True
    about_object = action in _OF_OBJECTS or ("object" in action and "bucket" not in action)
    return about_object is ("/" in resource)


def without_public_principals(several: Iterable[Exposed]) -> list[Exposed]:
    """What is left where RestrictPublicBuckets is on.

    Policies that AWS itself calls public are cut down to the bucket's own account; one that names
    few enough addresses it does not call so, and services of AWS are let through.
    """
    return [one for one in several if not one.is_wide or one.stranger is Stranger.ANY_CUSTOMER]


def as_unknown(several: Iterable[Exposed], why: str) -> list[Exposed]:
    """The same, where something that would undo it is not known."""
    return [
        replace(one, decision=replace(one.decision, outcome=Outcome.UNKNOWN, why=why))
        for one in several
    ]
