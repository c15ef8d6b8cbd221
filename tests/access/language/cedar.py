"""Our trees as Cedar's JSON, to be compared with what Cedar itself makes of the same text.

https://docs.cedarpolicy.com/policies/json-format.html
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import cedarpy

from ringwall.access.language.parser import parse
from ringwall.access.language.syntax import (
    WILDCARD,
    ActionScope,
    Attribute,
    Binary,
    Call,
    Condition,
    Entity,
    EntityUid,
    Expression,
    Has,
    If,
    Is,
    Like,
    Literal,
    Policy,
    RecordOf,
    Scope,
    ScopeOp,
    SetOf,
    Unary,
    Variable,
    Wildcard,
)

FILE = Path("policies/orders.cedar")


def ours(text: str) -> dict[str, Any]:
    """What our parser reads, as JSON."""
    return as_json(parse(text, FILE))


def theirs(text: str) -> dict[str, Any]:
    """What Cedar reads; ``ValueError`` where it refuses."""
    found: dict[str, Any] = json.loads(cedarpy.policies_to_json_str(text))
    if found["templates"] or '{"unknown":[' in json.dumps(found, separators=(",", ":")):
        # We refuse templates, and the unknowns of partial evaluation, which are no language.
        raise ValueError("a template, or an unknown")
    static: dict[str, Any] = found["staticPolicies"]
    return static


def as_json(policies: Iterable[Policy]) -> dict[str, Any]:
    """Policies as the ``staticPolicies`` of Cedar's JSON, by position."""
    return {f"policy{number}": _policy(policy) for number, policy in enumerate(policies)}


def _policy(policy: Policy) -> dict[str, Any]:
    found = {
        "effect": policy.effect.value,
        "principal": _scope(policy.principal),
        "action": _actions(policy.action),
        "resource": _scope(policy.resource),
        "conditions": [_condition(one) for one in policy.conditions],
    }
    if policy.annotations:
        found["annotations"] = {
            name: said if _is_said(policy, name) else None
            for name, said in policy.annotations.items()
        }
    return found


def _is_said(policy: Policy, name: str) -> bool:
    at = policy.places.get(name)
    return at is None or policy.text[at.start - policy.at.start] == '"'


def _uid(uid: EntityUid) -> dict[str, str]:
    return {"type": uid.type, "id": uid.id}


def _scope(scope: Scope) -> dict[str, Any]:
    if scope.op is ScopeOp.ALL:
        return {"op": "All"}
    if scope.op in {ScopeOp.IS, ScopeOp.IS_IN}:
        found: dict[str, Any] = {"op": "is", "entity_type": scope.type}
        return found | ({"in": {"entity": _uid(scope.uid)}} if scope.uid else {})
    assert scope.uid is not None
    return {"op": scope.op.value, "entity": _uid(scope.uid)}


def _actions(scope: ActionScope) -> dict[str, Any]:
    if scope.op is ScopeOp.ALL:
        return {"op": "All"}
    if len(scope.uids) == 1:
        return {"op": scope.op.value, "entity": _uid(scope.uids[0])}
    return {"op": scope.op.value, "entities": [_uid(uid) for uid in scope.uids]}


def _condition(condition: Condition) -> dict[str, Any]:
    return {"kind": "unless" if condition.negated else "when", "body": _value(condition.body)}


def _value(of: Expression) -> dict[str, Any]:
    match of:
        case Literal(value=value):
            return {"Value": value}
        case Entity(uid=uid):
            return {"Value": {"__entity": _uid(uid)}}
        case Variable(name=name):
            return {"Var": name}
        case Unary(op=op, operand=operand):
            return {op: {"arg": _value(operand)}}
        case Binary(op=op, left=left, right=right):
            return {op: {"left": _value(left), "right": _value(right)}}
        case Attribute(of=inner, name=name):
            return {".": {"left": _value(inner), "attr": name}}
        case Has(of=inner, name=name):
            return {"has": {"left": _value(inner), "attr": name}}
        case Like(of=inner, pattern=pattern):
            return {"like": {"left": _value(inner), "pattern": list(_pattern(pattern))}}
        case Is(of=inner, type=name, within=within):
            found = {"left": _value(inner), "entity_type": name}
            return {"is": found | ({} if within is None else {"in": _value(within)})}
        case If(condition=condition, one=one, other=other):
            parts = {"if": _value(condition), "then": _value(one), "else": _value(other)}
            return {"if-then-else": parts}
        case SetOf(items=items):
            return {"Set": [_value(item) for item in items]}
        case RecordOf(entries=entries):
            return {"Record": {name: _value(value) for name, value in entries}}
        case Call(function=function, arguments=arguments):
            return {function: [_value(one) for one in arguments]}


def _pattern(pattern: tuple[str | Wildcard, ...]) -> Iterable[object]:
    for piece in pattern:
        if piece is WILDCARD:
            yield "Wildcard"
        elif isinstance(piece, str):
            yield from ({"Literal": character} for character in piece)
