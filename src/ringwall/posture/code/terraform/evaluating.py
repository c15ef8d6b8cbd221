"""Expressions to values. What is not known stays so, and does not make known what depends on it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Protocol

from ringwall.posture.code.hcl.trees import (
    Attribute,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    ListOf,
    Literal,
    ObjectOf,
    Operation,
    Splat,
    Template,
    Variable,
)
from ringwall.posture.code.terraform.bounds import TooMuchError, fitting, spend
from ringwall.posture.code.terraform.functions import call
from ringwall.posture.code.terraform.values import (
    ExpressionError,
    OfResource,
    Reference,
    Unread,
    first_unknown,
    has_unknown,
    joined,
    number_of,
    pairs_of,
    text_of,
)
from ringwall.posture.snapshot.partial import Unknown

_trying: ContextVar[bool] = ContextVar("trying", default=False)


def is_trying() -> bool:
    """Whether an expression goes on where something is not there: then that decides."""
    return _trying.get()


@contextmanager
def trying(*, is_on: bool) -> Iterator[None]:
    """Within ``try`` and ``can``; ``is_on`` is ``False`` for a name, which has a value or fails."""
    token = _trying.set(is_on)
    try:
        yield
    finally:
        _trying.reset(token)


class View(Protocol):
    """What a name stands for that has no value by itself: ``var``, ``local``, a resource."""

    def attribute(self, name: str) -> Any:
        """``it.name``."""

    def whole(self) -> Any:
        """It as a value."""


class Scope(Protocol):
    """What names mean."""

    def root(self, name: str, line: int) -> Any:
        """A value, or a :class:`View`; ``ExpressionError`` where nothing has this name."""

    def special(self, name: str, arguments: list[Any], line: int) -> Any:
        """A function that reads files."""


class Inner:
    """A scope with further names, as loops have them."""

    def __init__(self, outer: Scope, names: Mapping[str, Any]) -> None:
        self.outer, self.names = outer, names

    def root(self, name: str, line: int) -> Any:
        """The innermost meaning."""
        return self.names[name] if name in self.names else self.outer.root(name, line)

    def special(self, name: str, arguments: list[Any], line: int) -> Any:
        """As outside."""
        return self.outer.special(name, arguments, line)


def evaluate(node: Expression, scope: Scope) -> Any:
    """The value; ``ExpressionError`` where it has none."""
    spend()
    return whole(_EVALUATORS[type(node)](node, scope))


def whole(value: Any) -> Any:
    """A view as a value."""
    return value.whole() if hasattr(value, "whole") else value


def _step(node: Expression, scope: Scope) -> Any:
    """A value or a view, so that ``a.b.c`` asks only for what it names."""
    spend()
    return _EVALUATORS[type(node)](node, scope)


def _variable(node: Variable, scope: Scope) -> Any:
    return scope.root(node.name, node.line)


def _attribute(node: Attribute, scope: Scope) -> Any:
    return attribute(_step(node.on, scope), node.name)


def attribute(on: Any, name: str) -> Any:
    """``on.name``."""
    if isinstance(on, dict):
        if name in on:
            return on[name]
        if isinstance(on, OfResource):
            return on.tell(name)
        raise ExpressionError(f"the object has no {name}")
    if isinstance(on, Unread):
        return on.output(name)
    if isinstance(on, Unknown):
        return on if type(on) is Unknown else Unknown(on.why)
    if hasattr(on, "attribute"):
        return on.attribute(name)
    if isinstance(on, list) and len(on) == 1 and isinstance(on[0], dict):
        return attribute(on[0], name)
    raise ExpressionError(f"{_kind(on)} has no {name}")


def _index(node: Index, scope: Scope) -> Any:
    return index(_step(node.on, scope), evaluate(node.key, scope))


def index(on: Any, key: Any) -> Any:
    """``on[key]``."""
    if isinstance(on, Unread):
        return on
    if hasattr(on, "index") and not isinstance(on, list | str):
        return on.index(key)
    on = whole(on)
    for one in (on, key):
        if isinstance(one, Unknown):
            return Unknown(one.why)
    if isinstance(on, dict):
        name = text_of(key)
        if name in on:
            return on[name]
        if isinstance(on, OfResource) and isinstance(name, str):
            return on.tell(name)
        raise ExpressionError(f"the object has no {name}")
    if isinstance(on, list):
        try:
            at = int(key)
        except (TypeError, ValueError):
            raise ExpressionError(f"{key!r} is no index of a list") from None
        if 0 <= at < len(on):
            return on[at]
        raise ExpressionError(f"the list has no element {at}, only {len(on)}")
    raise ExpressionError(f"{_kind(on)} has no elements")


def _splat(node: Splat, scope: Scope) -> Any:
    on = _step(node.on, scope)
    if hasattr(on, "elements"):
        on = on.elements()
    on = whole(on)
    if isinstance(on, Unknown):
        return Unknown(on.why)
    several = [] if on is None else on if isinstance(on, list) else [on]
    return [evaluate(node.each, Inner(scope, {"_splat": one})) for one in several]


def _call(node: Call, scope: Scope) -> Any:
    if node.name in {"try", "can"}:
        return _tried(node, scope)
    arguments = [evaluate(one, scope) for one in node.arguments]
    if node.is_spread and arguments:
        last = arguments.pop()
        if isinstance(last, Unknown):
            return Unknown(last.why)
        if not isinstance(last, list):
            raise ExpressionError("only a list can be spread with ...")
        arguments += last
    return call(node.name, arguments, lambda name, some: scope.special(name, some, node.line))


def _tried(node: Call, scope: Scope) -> Any:
    error: ExpressionError | None = None
    for one in node.arguments:
        try:
            with trying(is_on=True):
                value = evaluate(one, scope)
        except TooMuchError:
            raise
        except ExpressionError as raised:
            error = raised
            continue
        is_there = not isinstance(value, Unknown) or isinstance(value, Reference)
        return True if node.name == "can" and is_there else value
    if node.name == "can":
        return False
    raise ExpressionError(f"nothing that try has been given has a value: {error}")


def _operation(node: Operation, scope: Scope) -> Any:
    operator = node.operator
    if node.left is None:
        right = evaluate(node.right, scope)
        if isinstance(right, Unknown):
            return Unknown(right.why)
        return not truth(right) if operator == "!" else -number(right)
    left = evaluate(node.left, scope)
    if operator in {"&&", "||"}:
        return _logic(operator, left, node.right, scope)
    right = evaluate(node.right, scope)
    if operator in {"==", "!="}:
        if (left is None) != (right is None) and not isinstance(
            left if right is None else right, Unknown
        ):
            return operator == "!="
        if _is_named(left, right) or _is_named(right, left):
            return operator == "!="
        for one in (left, right):
            found = first_unknown(one)
            if found is not None:
                return Unknown(found.why)
        return (_same(left, right)) is (operator == "==")
    for one in (left, right):
        if isinstance(one, Unknown):
            return Unknown(one.why)
    return _arithmetic(operator, number(left), number(right))


def _is_named(one: Any, other: Any) -> bool:
    """Whether one is the id or ARN of a resource, which is never missing nor empty as the other."""
    is_none = other is None or (isinstance(other, str) and not other)
    return is_none and isinstance(one, Reference) and one.attribute in _NAMES


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, bool) != isinstance(right, bool):
        return False
    return bool(left == right)


def _logic(operator: str, left: Any, node: Expression, scope: Scope) -> Any:
    decides = operator == "||"
    if not isinstance(left, Unknown) and truth(left) is decides:
        return decides
    right = evaluate(node, scope)
    if not isinstance(right, Unknown) and truth(right) is decides:
        return decides
    for one in (left, right):
        if isinstance(one, Unknown):
            return Unknown(one.why)
    return not decides


def _arithmetic(operator: str, left: float, right: float) -> Any:
    try:
        if operator == "/":
            found = left / right
            return int(found) if found.is_integer() else found
        if operator == "%":
            return left - right * int(left / right)
    except (ZeroDivisionError, OverflowError):
        raise ExpressionError("there is a division by zero") from None
    return fitting(_ARITHMETIC[operator](left, right))


def number(value: Any) -> Any:
    """A number, also one that is written as a text."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        return number_of(value)
    raise ExpressionError(f"{_kind(value)} is no number")


_NAMES: Final = frozenset({"arn", "id"})
_TRUTHS: Final = {"true": True, "1": True, "false": False, "0": False}


def truth(value: Any) -> bool:
    """A truth value, also one that is written as a text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in _TRUTHS:
        return _TRUTHS[value]
    raise ExpressionError(f"{_kind(value)} is neither true nor false")


def _conditional(node: Conditional, scope: Scope) -> Any:
    condition = evaluate(node.condition, scope)
    if not isinstance(condition, Unknown):
        return _step(node.then if truth(condition) else node.otherwise, scope)
    try:
        then, otherwise = evaluate(node.then, scope), evaluate(node.otherwise, scope)
    except ExpressionError:
        return Unknown(condition.why)
    if not has_unknown(then) and not has_unknown(otherwise) and _same(then, otherwise):
        return then
    return Unknown(condition.why)


def _list(node: ListOf, scope: Scope) -> Any:
    return [evaluate(one, scope) for one in node.items]


def _object(node: ObjectOf, scope: Scope) -> Any:
    found: dict[str, Any] = {}
    for key, value in node.items:
        name = text_of(evaluate(key, scope))
        if isinstance(name, Unknown):
            return Unknown(name.why)
        found[name] = evaluate(value, scope)
    return found


def _for(node: For, scope: Scope) -> Any:
    over = evaluate(node.over, scope)
    if isinstance(over, Unknown):
        return Unknown(over.why)
    pairs = pairs_of(over)
    if pairs is None:
        raise ExpressionError(f"{_kind(over)} has no elements to go through")
    listed: list[Any] = []
    keyed: dict[str, Any] = {}
    for key, value in pairs:
        given = (key, value) if len(node.names) == 2 else (value,)
        inner = Inner(scope, dict(zip(node.names, given, strict=True)))
        if node.condition is not None:
            holds = evaluate(node.condition, inner)
            if isinstance(holds, Unknown):
                return Unknown(holds.why)
            if not truth(holds):
                continue
        if node.key is None:
            listed.append(evaluate(node.value, inner))
            continue
        name = text_of(evaluate(node.key, inner))
        if isinstance(name, Unknown):
            return Unknown(name.why)
        made = evaluate(node.value, inner)
        if node.is_grouped:
            keyed.setdefault(name, []).append(made)
        else:
            keyed[name] = made
    return listed if node.key is None else keyed


def _template(node: Template, scope: Scope) -> Any:
    if node.is_wrapped:
        return _step(node.parts[0], scope)
    return joined([text_of(evaluate(one, scope)) for one in node.parts])


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a truth value"
    if value is None:
        return "null"
    names: dict[type, str] = {str: "a text", list: "a list", dict: "an object"}
    return names.get(type(value), "a number")


_ARITHMETIC: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}
_EVALUATORS: Final[dict[type, Callable[[Any, Scope], Any]]] = {
    Literal: lambda node, _: node.value,
    Variable: _variable,
    Attribute: _attribute,
    Index: _index,
    Splat: _splat,
    Call: _call,
    Operation: _operation,
    Conditional: _conditional,
    ListOf: _list,
    ObjectOf: _object,
    For: _for,
    Template: _template,
}
