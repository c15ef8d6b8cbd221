"""Why no request fits the head of a policy: of that Cedar tells no more than that it is so."""

from ringwall.access.language.syntax import ActionScope, Policy, Scope, ScopeOp
from ringwall.access.validation.remarks import Remark
from ringwall.access.validation.vocabulary import PRINCIPALS, RESOURCES, Vocabulary
from ringwall.runtime.configuration.spelling import listed


def no_request(policy: Policy, vocabulary: Vocabulary) -> Remark:
    """Return what makes a head fit no request."""
    for variable, scope, types in (
        ("principal", policy.principal, PRINCIPALS),
        ("resource", policy.resource, RESOURCES),
    ):
        kind = type_of(scope)
        if kind is not None and kind not in types:
            return _at(policy, scope, kind, f"no {variable} is a {kind}", listed(types))
        if scope.op not in {ScopeOp.IN, ScopeOp.IS_IN} or scope.uid is None:
            continue
        able = (kind,) if kind is not None else types
        parents = frozenset().union(*(vocabulary.types[one].parents | {one} for one in able))
        if scope.uid.type not in parents:
            message = f"no {kind or variable} is in a {scope.uid.type}"
            return _at(policy, scope, scope.uid.type, message, listed(sorted(parents)))
    if policy.action.op is not ScopeOp.ALL and not policy.action.uids:
        return _at(policy, policy.action, "[", "the list of actions is empty", "an action")
    word = type_of(policy.resource) or "resource"
    message = "no request fits this: such actions are asked of no such resource"
    return _at(policy, policy.resource, word, message, "Route, for actions of routes")


def type_of(scope: Scope) -> str | None:
    """The one type that a scope lets through, if it is one."""
    if scope.op is ScopeOp.EQUAL and scope.uid is not None:
        return scope.uid.type
    return scope.type


def _at(policy: Policy, scope: Scope | ActionScope, word: str, message: str, hint: str) -> Remark:
    start = scope.at.start - policy.at.start
    text = policy.text[start : scope.at.end - policy.at.start]
    return Remark(start + max(0, text.find(word)), message, word, hint)
