"""Questions to the engine about an identity: may it do this, may it do this to anything at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.accounts import Identity
from ringwall.posture.permissions.deciding import Decision, Outcome, decide
from ringwall.posture.permissions.operators import BY_NAME
from ringwall.posture.permissions.policies import Policies
from ringwall.posture.permissions.requests import ABSENT, OPEN, Context, Request, Values
from ringwall.posture.permissions.statements import Condition, Document, Effect, Statement
from ringwall.posture.permissions.variables import fill, has_variables

RANK: Final = {
    Outcome.DENIED: 0,
    Outcome.UNKNOWN: 1,
    Outcome.CONDITIONAL: 2,
    Outcome.ALLOWED: 3,
}
_MOST: Final = 64
"""Resources that are tried for one question."""
_CHOSEN: Final = frozenset(
    [
        "aws:referer",
        "aws:requestedregion",
        "aws:securetransport",
        "aws:tagkeys",
        "aws:useragent",
        "s3:prefix",
        "s3:delimiter",
        "s3:max-keys",
        "s3:authtype",
        "s3:signatureversion",
        "s3:signatureage",
        "s3:tlsversion",
        "s3:x-amz-acl",
        "s3:x-amz-server-side-encryption",
        "s3:x-amz-storage-class",
    ]
)
_CHOSEN_FAMILIES: Final = ("aws:requesttag/", "s3:requestobjecttag", "s3:x-amz-", "sts:rolesession")
_RESOURCE_TAGS: Final = (
    *("secretsmanager:resourcetag/", "ssm:resourcetag/", "ec2:resourcetag/", "ecr:resourcetag/"),
)
"""The names of services' own for the tags of what they keep."""
_SAID_OR_NOT: Final = "sts:externalid"
"""What whoever asks says or not, without knowing which one is wanted."""
_TAGS_PEOPLE: Final = ("iam:tagrole", "iam:untagrole", "iam:taguser", "iam:untaguser")
_TAGS_THINGS: Final = (
    *("secretsmanager:tagresource", "secretsmanager:untagresource", "kms:tagresource"),
    *("kms:untagresource", "lambda:tagresource", "lambda:untagresource", "ecr:tagresource"),
    *("ecr:untagresource", "ssm:addtagstoresource", "ssm:removetagsfromresource"),
    *("rds:addtagstoresource", "rds:removetagsfromresource", "ec2:createtags", "ec2:deletetags"),
    *("redshift:createtags", "redshift:deletetags", "sqs:tagqueue", "sqs:untagqueue"),
    *("ecs:tagresource", "ecs:untagresource", "dynamodb:tagresource", "s3:putbuckettagging"),
)
"""Calls that change tags. Which of the things it may be asked of is not gone into."""
_OF_SESSIONS: Final = ("aws:requesttag/", "aws:tagkeys")
"""Keys of the tags that go with a request; with one for a role, to its session."""
NOBODY: Final = Decision(Outcome.DENIED, "it has no policies of its own")


def is_chosen(key: str) -> bool:
    """Whether whoever asks decides about a condition key: it keeps nobody out."""
    return key in _CHOSEN or key.startswith(_CHOSEN_FAMILIES)


def freed(decision: Decision) -> Decision:
    """The same decision for somebody who makes the requests that suit them."""
    if decision.outcome is not Outcome.CONDITIONAL:
        return decision
    if not decision.requires and not decision.forbids:
        return decision  # it hangs on what a variable stands for
    if all(_suits(one) for one in decision.requires) and all(
        _suits(one, to_deny=True) for one in decision.forbids
    ):
        return replace(decision, outcome=Outcome.ALLOWED)
    return decision


def _suits(one: Condition, *, to_deny: bool = False) -> bool:
    """Whether whoever asks makes it hold as they like; one of a Deny, that it does not."""
    if is_chosen(one.key) or one.key != _SAID_OR_NOT:
        return is_chosen(one.key)
    if one.operator == "Null":
        return True
    takes_any = one.operator == "StringLike" and any(map(patterns.is_all, one.values))
    return BY_NAME[one.operator].negated is not to_deny or (takes_any and not to_deny)


def decided(request: Request, policies: Policies) -> Decision:
    """What is decided of a request whose maker chooses what whoever asks can choose.

    Tags go along to a role's session only where ``sts:TagSession`` is allowed, too; who may not tag
    asks without (IAM User Guide, "Pass session tags in AWS STS").
    """
    decision = freed(decide(request, policies))
    if not request.action.lower().startswith("sts:assumerole") or not any(
        key.startswith(_OF_SESSIONS) for key in decision.keys
    ):
        return decision
    tagging = freed(decide(replace(request, action="sts:TagSession"), policies))
    context = request.context
    bare = replace(context, families={**dict.fromkeys(_OF_SESSIONS, ABSENT), **context.families})
    without = freed(decide(replace(request, context=bare), policies))
    return max(strictest((decision, tagging)), without, key=lambda one: RANK[one.outcome])


def context_of(
    identity: Identity,
    *,
    organisation: str = "",
    said: Mapping[str, Values] | None = None,
    target: Identity | None = None,
    tags: Mapping[str, str] | None = None,
) -> Context:
    """What is known of the circumstances when an identity asks: its tags, the target's.

    ``tags`` are those of what it asks for, if that is no identity, and they are known.

    A role's session may have more tags than the role has, and begins now. Where its trust lets
    sessions be tagged, they may have others in the place of its own; and whoever may tag things
    or people gives them the tags that suit.
    """
    tagging = _tagging(identity.policies.identity)
    keys: dict[str, Values] = {}
    families: dict[str, Values] = {"aws:principaltag/": ABSENT if identity.is_user else OPEN}
    if identity.is_role:
        keys["aws:tokenissuetime"] = (datetime.now(UTC).isoformat(),)
    if tagging.people:
        families["aws:principaltag/"] = OPEN
    elif not _is_tagged(identity):
        for key, value in identity.tags.items():
            keys[f"aws:principaltag/{key.lower()}"] = (value,)
    tagged = target.tags if target is not None else tags
    is_given = tagging.people if target is not None else tagging.things
    if tagged is not None and not is_given:
        own = ("iam:resourcetag/",) if target is not None else _RESOURCE_TAGS
        for family in ("aws:resourcetag/", *own):
            families[family] = ABSENT
            for key, value in tagged.items():
                keys[f"{family}{key.lower()}"] = (value,)
    if organisation:
        keys["aws:principalorgid"] = (organisation,)
    keys.update(said or {})
    return Context(keys, families, OPEN)


class _Tagging(NamedTuple):
    """Whether somebody may change the tags of users and roles, and of other things."""

    people: bool
    things: bool


@lru_cache(maxsize=4096)
def _tagging(documents: tuple[Document, ...]) -> _Tagging:
    def speak(actions: Iterable[str]) -> bool:
        return any(
            one.effect is Effect.ALLOW
            for document in documents
            for action in actions
            for one in document.concerning(action)
        )

    return _Tagging(speak(_TAGS_PEOPLE), speak(_TAGS_THINGS))


def _is_tagged(identity: Identity) -> bool:
    """Whether somebody may tag the sessions of a role as they take it."""
    trust = identity.trust
    return trust is not None and any(
        one.effect is Effect.ALLOW for one in trust.concerning("sts:tagsession")
    )


def may(
    identity: Identity,
    action: str,
    resource: str,
    *,
    context: Context,
    resource_policy: Document | None = None,
    resource_account: str = "",
) -> Decision:
    """Whether an identity may do something to one resource."""
    if identity.who is None:
        return NOBODY
    policies = identity.policies
    if resource_policy is not None:
        policies = replace(policies, resource=resource_policy)
    return decided(Request(action, resource, identity.who, context, resource_account), policies)


def could(
    identity: Identity,
    actions: Sequence[str],
    template: str,
    *,
    context: Context,
    resource_policy: Document | None = None,
    resource_account: str = "",
) -> tuple[Decision, str]:
    """Whether there may be a resource like ``template`` on which an identity may do all of these.

    Resources are made up that fit the template and what its statements name; the answer is the best
    that was found, with its resource. One that is allowed is proven; where none is, one may exist
    that fits only what no single statement tells.
    """
    best, found = None, template
    for action in actions:
        if resource_policy is None and not speaks(identity, action, template):
            return Decision(Outcome.DENIED, f"no identity policy allows {action}"), template
    if resource_policy is not None:
        policies = replace(identity.policies, resource=resource_policy)
        identity = replace(identity, policies=policies)
    for resource in _candidates(identity, actions, template, context):
        decision = strictest(
            may(identity, one, resource, context=context, resource_account=resource_account)
            for one in actions
        )
        if best is None or RANK[decision.outcome] > RANK[best.outcome]:
            best, found = decision, resource
        if best.outcome is Outcome.ALLOWED:
            break
    return best or NOBODY, found


def speaks(identity: Identity, action: str, template: str = "*") -> bool:
    """Whether an identity's own policies allow an action on anything, or on what is so called.

    Without, nothing else can. What is like a template is told by how both begin.
    """
    begin = patterns.beginning(template)
    return any(
        own.startswith(begin) or begin.startswith(own)
        for document in identity.policies.identity
        for own in document.allowed_beginnings(action.lower())
    )


def _candidates(
    identity: Identity, actions: Sequence[str], template: str, context: Context
) -> Iterator[str]:
    if template == "*":
        yield template
        return
    seen: set[str] = set()
    policies = identity.policies
    groups: list[Iterable[Document]] = [policies.identity]
    groups += [(one,) for one in (policies.boundary, policies.resource) if one is not None]
    groups += [*policies.scps, *policies.rcps]
    said = [
        list(
            dict.fromkeys(
                pattern
                for action in actions
                for pattern in _named(identity, several, action, context, names)
            )
        )
        for names in (_is_allowed, _is_spared)
        for several in groups
    ]
    first, spared = said[0], [one for several in said[len(groups) :] for one in several]
    narrowed = (
        patterns.witness(one, other)
        for others in (first, *said[1:])
        for one in (*spared, *first)
        for other in others
        if one != other and not patterns.is_all(other)
    )
    plain = (patterns.witness(one, template) for several in (spared, *said) for one in several)
    for found in (patterns.witness(template, "*"), *plain, *narrowed):
        if found is None or found in seen or not patterns.arn(template)(found):
            continue
        seen.add(found)
        yield found
        if len(seen) == _MOST:
            return


def _is_allowed(one: Statement) -> bool:
    return one.effect is Effect.ALLOW and not one.but_resources


def _is_spared(one: Statement) -> bool:
    return one.effect is Effect.DENY and one.but_resources


def _named(
    identity: Identity,
    documents: Iterable[Document],
    action: str,
    context: Context,
    names: Callable[[Statement], bool],
) -> Iterator[str]:
    """The patterns of resources that statements name which allow an action, or spare them."""
    if identity.who is None:
        return
    request = Request(action, "*", identity.who, context)
    for document in documents:
        for one in document.concerning(action.lower()):
            if not names(one):
                continue
            for pattern in one.resources or ():
                if not (one.variables and has_variables(pattern)):
                    yield pattern
                elif not (filled := fill(pattern, request)).key:
                    yield patterns.plain(filled.pattern)


def strictest(several: Iterable[Decision]) -> Decision:
    """All of them together: as the one that allows least, under the conditions of all."""
    decisions = []
    for one in several:
        if one.outcome is Outcome.DENIED:
            return one
        decisions.append(one)
    if len(decisions) == 1:
        return decisions[0]
    worst = min(decisions, key=lambda one: RANK[one.outcome])
    unknown = next((one for one in decisions if one.outcome is Outcome.UNKNOWN), None)
    if unknown is not None:
        worst = unknown

    def gathered(kept: Iterable[tuple[Condition, ...]]) -> tuple[Condition, ...]:
        return tuple(dict.fromkeys(condition for one in kept for condition in one))

    return replace(
        worst,
        by=tuple(dict.fromkeys(statement for one in decisions for statement in one.by)),
        also=tuple(dict.fromkeys(statement for one in decisions for statement in one.also)),
        left_by=tuple(dict.fromkeys(statement for one in decisions for statement in one.left_by)),
        requires=gathered(one.requires for one in decisions),
        forbids=gathered(one.forbids for one in decisions),
    )
