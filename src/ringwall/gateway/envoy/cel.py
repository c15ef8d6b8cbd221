"""Conditions as syntax trees of CEL: RBAC takes no text (``google.api.expr.v1alpha1.Expr``)."""

from collections.abc import Sequence
from functools import reduce
from typing import Final

from ringwall.gateway.envoy.resources import Json, extension


def text(value: str) -> Json:
    """A string."""
    return {"const_expr": {"string_value": value}}


def number(value: int) -> Json:
    """A whole number."""
    return {"const_expr": {"int64_value": str(value)}}


def select(name: str, field: str) -> Json:
    """A field of an attribute: ``request.host``."""
    return {"select_expr": {"operand": {"ident_expr": {"name": name}}, "field": field}}


def call(function: str, *arguments: Json) -> Json:
    """A function or operator."""
    return {"call_expr": {"function": function, "args": list(arguments)}}


def method(function: str, receiver: Json, *arguments: Json) -> Json:
    """A function called on something: ``text.startsWith("a")``."""
    return {"call_expr": {"target": receiver, "function": function, "args": list(arguments)}}


def index(container: Json, key: str) -> Json:
    """``container[key]``; an error when there is none."""
    return call("_[_]", container, text(key))


def header(name: str) -> Json:
    """The value of a request header; an error when there is none."""
    return index(_HEADERS, name)


def has_header(name: str) -> Json:
    """Whether the request has a header."""
    return contains(text(name), _HEADERS)


def equal(one: Json, other: Json) -> Json:
    """``one == other``."""
    return call("_==_", one, other)


def subtract(one: Json, other: Json) -> Json:
    """``one - other``."""
    return call("_-_", one, other)


def at_most(one: Json, limit: int) -> Json:
    """``one <= limit``."""
    return call("_<=_", one, number(limit))


def at_least(one: Json, limit: int) -> Json:
    """``one >= limit``."""
    return call("_>=_", one, number(limit))


def contains(key: Json, container: Json) -> Json:
    """``key in container``."""
    return call("@in", key, container)


def negate(condition: Json) -> Json:
    """``!condition``."""
    return call("!_", condition)


def all_of(conditions: Sequence[Json]) -> Json:
    """``a && b``; there must be one."""
    return reduce(lambda one, other: call("_&&_", one, other), conditions)


def any_of(conditions: Sequence[Json]) -> Json:
    """``a || b``; there must be one."""
    return reduce(lambda one, other: call("_||_", one, other), conditions)


_HEADERS: Final = select("request", "headers")


def predicate(condition: Json) -> Json:
    """A condition as a predicate of the unified matcher (``xds.type.matcher.v3.CelMatcher``)."""
    return {
        "input": extension("request attributes", "xds.type.matcher.v3.HttpAttributesCelMatchInput"),
        "custom_match": extension(
            "envoy.matching.matchers.cel_matcher",
            "xds.type.matcher.v3.CelMatcher",
            expr_match={"parsed_expr": {"expr": condition}},
        ),
    }
