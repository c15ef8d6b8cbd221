"""Partial evaluation: a policy and a place give a condition over what the request will bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from ringwall.access.compiler import formulas
from ringwall.access.compiler.facts import GROUP_MARK, Clock, Number, Parameter, Several, Text
from ringwall.access.compiler.formulas import FALSE, TRUE, Formula
from ringwall.access.compiler.functions import (
    called,
    compared,
    contains,
    contains_all,
    contains_any,
    is_empty,
    like,
)
from ringwall.access.compiler.places import CATEGORIES, Reading
from ringwall.access.compiler.values import (
    Choice,
    Constant,
    Items,
    Linear,
    NotNativeError,
    Record,
    Sort,
    TheAddress,
    TheContext,
    ThePath,
    TheResource,
    TheSet,
    TheWord,
    Value,
    choose,
    condition,
    constant,
    equal,
    mapped,
    mapped_two,
    plus,
    times,
)
from ringwall.access.language import syntax
from ringwall.access.language.syntax import EntityUid, Policy, Scope, ScopeOp
from ringwall.access.model import Kind

ANONYMOUS: Final = EntityUid(Kind.ANONYMOUS, "anonymous")
"""Who is nobody."""


CALLOUT: Final = "callout"
"""The annotation of a policy that may be decided by a call-out, where the edge cannot."""


class RefusedError(Exception):
    """A policy that the edge cannot decide, and which part of it is to blame."""

    def __init__(self, policy: Policy, at: syntax.Span, reason: str) -> None:
        super().__init__(reason)
        self.policy, self.at, self.reason = policy, at, reason


@dataclass(frozen=True, slots=True)
class Asker:
    """Whose question it is. ``uid`` where there is just one such, else known by its words.

    ``delegated`` is an application that acts for a person: tenant and roles of the token are the
    person's. ``attributes`` are those of a service.
    """

    kind: Kind
    uid: EntityUid | None = None
    delegated: bool = False
    attributes: tuple[tuple[str, Value], ...] = ()


USER: Final = Asker(Kind.USER)
CLIENT: Final = Asker(Kind.CLIENT)
DELEGATE: Final = Asker(Kind.CLIENT, delegated=True)
NOBODY: Final = Asker(Kind.ANONYMOUS, uid=ANONYMOUS)

_IDS: Final = {Kind.USER: Text.USER, Kind.CLIENT: Text.CLIENT}


class Evaluation:
    """One policy at one place. ``holders`` are the roles that include a role, itself among them."""

    def __init__(
        self,
        policy: Policy,
        asker: Asker,
        ground: Reading,
        holders: Mapping[str, frozenset[str]],
    ) -> None:
        self._policy, self._asker, self._ground, self._holders = policy, asker, ground, holders

    def formula(self) -> Formula:
        """When the policy applies. ``RefusedError`` where the edge could not tell."""
        policy = self._policy
        found = [self._acted(), self._scoped(policy.resource, TheResource())]
        if FALSE in found:
            return FALSE
        found.append(self._scoped(policy.principal, self._principal()))
        for one in policy.conditions:
            if FALSE in found:
                return FALSE
            met = self._condition(one.body)
            found.append(formulas.negate(met) if one.negated else met)
        return formulas.all_of(found)

    # the head

    def _acted(self) -> Formula:
        scope = self._policy.action
        if scope.op is ScopeOp.ALL:
            return TRUE
        asked = self._ground.action
        within = (asked,) if scope.op is ScopeOp.EQUAL else (asked, *self._ground.groups)
        return TRUE if any(uid in within for uid in scope.uids) else FALSE

    def _scoped(self, scope: Scope, value: Value) -> Formula:
        if scope.op is ScopeOp.ALL:
            return TRUE
        found: list[Formula] = []
        if scope.type is not None:
            found.append(TRUE if self._type(value) == scope.type else FALSE)
        if scope.uid is not None and found != [FALSE]:
            other = Constant(scope.uid)
            is_equal = scope.op is ScopeOp.EQUAL
            found.append(self._equal(value, other) if is_equal else self._in(value, other))
        return formulas.all_of(found)

    def _principal(self) -> Value:
        if self._asker.uid is not None:
            return Constant(self._asker.uid)
        return TheWord(_IDS[self._asker.kind], self._asker.kind)

    # expressions

    def _condition(self, expression: syntax.Expression) -> Formula:
        try:
            return condition(self._value(expression))
        except NotNativeError as error:
            return self._asked(expression, RefusedError(self._policy, expression.at, str(error)))
        except RefusedError as error:
            return self._asked(expression, error)

    def _asked(self, expression: syntax.Expression, refused: RefusedError) -> Formula:
        """A condition as Cedar's engine is asked for it; the refusal where that must not be."""
        if CALLOUT not in self._policy.annotations:
            raise refused
        if self._asker.kind is Kind.SERVICE:
            reason = (
                f"{refused.reason}; sidecars make no call-outs: "
                "let its head say for whom it is, such as principal is User"
            )
            raise RefusedError(self._policy, refused.at, reason) from refused
        place = self._ground.whole
        roles = sorted((name, sorted(some)) for name, some in self._holders.items())
        start = self._policy.at.start
        written = self._policy.text[expression.at.start - start : expression.at.end - start]
        # As it is written: blanks tell strings apart, though readers see one for several.
        of = sha256(repr((place, roles, self._asker, written)).encode()).hexdigest()[:16]
        return formulas.Asked(" ".join(written.split()), of, refused.reason)

    def _value(self, expression: syntax.Expression) -> Value:
        try:
            return self._evaluated(expression)
        except NotNativeError as error:
            raise RefusedError(self._policy, expression.at, str(error)) from error

    def _evaluated(self, expression: syntax.Expression) -> Value:  # noqa: PLR0912 - one case a node
        match expression:
            case syntax.Literal(value):
                return constant(value)
            case syntax.Entity(uid):
                return Constant(uid)
            case syntax.Variable(name):
                return self._variable(name)
            case syntax.Binary("&&", left, right):
                first = self._condition(left)
                return FALSE if first == FALSE else formulas.all_of([first, self._condition(right)])
            case syntax.Binary("||", left, right):
                first = self._condition(left)
                return TRUE if first == TRUE else formulas.any_of([first, self._condition(right)])
            case syntax.Binary(op, left, right):
                return self._operator(op, self._value(left), self._value(right))
            case syntax.Unary("!", operand):
                return formulas.negate(self._condition(operand))
            case syntax.Unary("neg", operand):
                return times(constant(-1), self._value(operand))
            case syntax.Unary("isEmpty", operand):
                return mapped(is_empty, self._value(operand))
            case syntax.Attribute(of, name):
                return mapped(lambda one: self._attribute(one, name)[1], self._value(of))
            case syntax.Has(of, name):
                return mapped(lambda one: self._attribute(one, name)[0], self._value(of))
            case syntax.Like(of, pattern):
                return mapped(lambda one: like(one, pattern), self._value(of))
            case syntax.Is(of, kind, within):
                return self._is(self._value(of), kind, within)
            case syntax.If(asked, one, other):
                met = self._condition(asked)
                if met in (TRUE, FALSE):
                    return self._value(one if met == TRUE else other)
                return choose(met, self._value(one), self._value(other))
            case syntax.SetOf(items):
                return Items(tuple(self._value(item) for item in items))
            case syntax.RecordOf(entries):
                return Record({name: (TRUE, self._value(one)) for name, one in entries})
            case syntax.Call(function, arguments):
                return called(function, [self._value(one) for one in arguments])
        raise NotNativeError("the edge cannot decide this")

    def _variable(self, name: str) -> Value:
        match name:
            case "principal":
                return self._principal()
            case "resource":
                return TheResource()
            case "action":
                return Constant(self._ground.action)
        return TheContext()

    def _equal(self, one: Value, other: Value) -> Formula:
        return condition(equal(self._looked_at(one), self._looked_at(other)))

    def _looked_at(self, value: Value) -> Value:
        """The same, with the resource as the entity that it is, to be compared."""
        match value:
            case TheResource():
                return Constant(self._ground.resource)
            case Choice() | Items():
                return self._looked_into(value)
        return value

    def _looked_into(self, value: Choice | Items) -> Value:
        if isinstance(value, Items):
            return Items(tuple(self._looked_at(one) for one in value.items))
        return choose(value.condition, self._looked_at(value.one), self._looked_at(value.other))

    def _operator(self, op: str, left: Value, right: Value) -> Value:
        match op:
            case "==":
                return self._equal(left, right)
            case "!=":
                return formulas.negate(self._equal(left, right))
            case "in":
                return mapped_two(self._in, left, right)
            case "<" | "<=" | ">" | ">=":
                return mapped_two(lambda a, b: compared(op, a, b), left, right)
            case "+" | "-":
                return plus(left, right, sign=1 if op == "+" else -1)
            case "*":
                return times(left, right)
            case "contains":
                return mapped_two(contains, self._looked_at(left), self._looked_at(right))
            case "containsAll":
                return mapped_two(contains_all, self._looked_at(left), self._looked_at(right))
            case "containsAny":
                return mapped_two(contains_any, self._looked_at(left), self._looked_at(right))
        raise NotNativeError("entities of Ringwall have no tags")

    def _is(self, value: Value, kind: str, within: syntax.Expression | None) -> Value:
        def judged(one: Value) -> Value:
            if self._type(one) != kind:
                return FALSE
            return TRUE if within is None else self._in(one, self._value(within))

        return mapped(judged, value)

    def _type(self, value: Value) -> str | None:
        match value:
            case TheResource():
                return self._ground.type
            case Constant(EntityUid() as uid):
                return uid.type
            case TheWord(_, kind):
                return kind
        return None

    # entities

    def _in(self, value: Value, other: Value) -> Formula:
        """``value in other``: itself, or anything above it."""
        if isinstance(other, Choice):
            return condition(mapped(lambda one: self._in(value, one), other))
        if isinstance(other, Items):
            return formulas.any_of([self._in(value, one) for one in other.items])
        found = [self._equal(value, other)]
        match value, other:
            case TheResource(), Constant(EntityUid("Service") as above):
                found.append(TRUE if above == self._ground.service else FALSE)
            case TheWord(_, Kind.USER | Kind.CLIENT), Constant(EntityUid() as above):
                found.append(self._member(above))
            case TheWord(_, Kind.USER | Kind.CLIENT), TheWord(word, "Tenant"):
                if not self._asker.delegated:
                    found.append(formulas.same(Text.TENANT, word))
            case Constant(EntityUid() as uid), Constant(EntityUid() as above):
                found.append(TRUE if above in self._above(uid) else FALSE)
        return formulas.any_of(found)

    def _member(self, above: EntityUid) -> Formula:
        """Whether the principal, a person or program, belongs to a role, group or tenant."""
        if self._asker.delegated:
            return FALSE
        match above.type:
            case "Role":
                return formulas.holds(Several.ROLES, self._holders.get(above.id, {above.id}))
            case "Group" if self._asker.kind is Kind.USER:
                return formulas.holds(Several.ROLES, [GROUP_MARK + above.id])
            case "Tenant":
                return formulas.among(Text.TENANT, [above.id])
        return FALSE

    def _above(self, uid: EntityUid) -> tuple[EntityUid, ...]:
        """What a known entity belongs to."""
        if uid.type == "Action":
            if uid == self._ground.action:
                return self._ground.groups
            raise NotNativeError("the edge knows the groups of the action that is asked for")
        if uid.type == "Route" and uid == self._ground.resource:
            return () if self._ground.service is None else (self._ground.service,)
        if uid.type == "Role":
            return tuple(
                EntityUid("Role", name)
                for name, holders in self._holders.items()
                if uid.id in holders and name != uid.id
            )
        return ()

    def _attribute(self, value: Value, name: str) -> tuple[Formula, Value]:
        """An attribute, and the condition that it is there."""
        match value:
            case Record(entries):
                return entries.get(name) or (FALSE, FALSE)
            case TheWord(_, Kind.USER | Kind.CLIENT):
                return self._of_asker(name)
            case TheResource():
                return self._of_resource(name)
            case TheContext() if name == "address" and self._asker.kind is Kind.SERVICE:
                raise NotNativeError(
                    "services are known by their certificates, not their addresses"
                )
            case TheContext():
                return _CONTEXT.get(name, (FALSE, FALSE))
            case ThePath():
                there = name in self._ground.parameters
                return (TRUE, TheWord(Parameter(name))) if there else (FALSE, FALSE)
            case Constant(EntityUid() as uid) if uid == self._asker.uid:
                found = dict(self._asker.attributes).get(name)
                return (FALSE, FALSE) if found is None else (TRUE, found)
        raise NotNativeError("the edge knows attributes of principal, resource and context only")

    def _of_asker(self, name: str) -> tuple[Formula, Value]:
        is_user = self._asker.kind is Kind.USER
        match name:
            case "id":
                return TRUE, TheWord(_IDS[self._asker.kind])
            case "tenant" if not self._asker.delegated:
                return formulas.Known(Text.TENANT), TheWord(Text.TENANT, "Tenant")
            case "scopes":
                return _HAS_SCOPES if is_user else TRUE, TheSet(Several.SCOPES)
            case "for_person" if not is_user:
                return TRUE, TRUE if self._asker.delegated else FALSE
            case "email" if is_user:
                return formulas.Known(Text.EMAIL), TheWord(Text.EMAIL)
            case "strength" if is_user:
                return TRUE, TheWord(Text.STRENGTH)
            case "proven_ago" if is_user:
                return TRUE, Linear(Sort.LONG, 0, Number(Clock.PROVEN_AGO), 1)
        return FALSE, FALSE

    def _of_resource(self, name: str) -> tuple[Formula, Value]:
        if name in CATEGORIES:
            return TRUE, Constant(self._ground.category(name))
        if name == "calls" and self._ground.type == Kind.SERVICE:
            return TRUE, Items(tuple(Constant(one) for one in self._ground.calls))
        if name == "tenant" and self._ground.tenant is not None:
            return TRUE, TheWord(self._ground.tenant, "Tenant")
        return FALSE, FALSE


_HAS_SCOPES: Final = formulas.any_of([formulas.Known(Several.SCOPES), formulas.Known(Text.CLIENT)])
"""Whether a person has a set of scopes: an application that asked for none has an empty one, of
which the edge has no header."""

_CONTEXT: Final[Mapping[str, tuple[Formula, Value]]] = {
    "address": (TRUE, TheAddress()),
    "now": (TRUE, Linear(Sort.MOMENT, 0, Number(Clock.NOW), 1000)),
    "weekday": (TRUE, Linear(Sort.LONG, 0, Number(Clock.WEEKDAY), 1)),
    "path": (TRUE, ThePath()),
}
