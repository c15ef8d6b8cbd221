"""Conditions: each operator, each quantifier, and what is absent or left open."""

from typing import Any

import pytest
from tests.posture.permissions.asked import ANA, allow, policy

from ringwall.posture.permissions.conditions import hold
from ringwall.posture.permissions.documents import read
from ringwall.posture.permissions.principals import principal
from ringwall.posture.permissions.requests import ABSENT, OPEN, Context, Left, Request
from ringwall.posture.permissions.statements import Kind
from ringwall.posture.permissions.truth import Truth


def held(block: dict[str, Any], said: dict[str, Any], rest: Left = ABSENT) -> Truth:
    found = read(policy(allow("s3:*", Condition=block)), name="it", kind=Kind.IDENTITY)
    assert not found.faults
    request = Request(
        "s3:GetObject", "arn:aws:s3:::b/k", principal(ANA), Context.of(said, rest=rest)
    )
    return hold(found.statements[0].conditions, request)[0]


YES, NO, ASKS, UNKNOWN = Truth.YES, Truth.NO, Truth.OPEN, Truth.UNKNOWN
IP = "aws:SourceIp"
NOW = "aws:CurrentTime"


@pytest.mark.parametrize(
    ("operator", "value", "actual", "truth"),
    [
        ("StringEquals", "a", "a", YES),
        ("StringEquals", "a", "A", NO),
        ("StringEquals", ["a", "b"], "b", YES),
        ("StringEquals", "a*", "ab", NO),
        ("StringNotEquals", "a", "b", YES),
        ("StringNotEquals", ["a", "b"], "b", NO),
        ("StringEqualsIgnoreCase", "a", "A", YES),
        ("StringNotEqualsIgnoreCase", "a", "A", NO),
        ("StringLike", "a*c?", "abbcd", YES),
        ("StringLike", "a*", "ba", NO),
        ("StringNotLike", "a*", "ab", NO),
        ("NumericEquals", "5", "5.0", YES),
        ("NumericNotEquals", "5", "6", YES),
        ("NumericLessThan", "5", "5", NO),
        ("NumericLessThanEquals", "5", "5", YES),
        ("NumericGreaterThan", 5, "6", YES),
        ("NumericGreaterThanEquals", "5", "4", NO),
        ("NumericEquals", "five", "5", UNKNOWN),
        ("NumericEquals", "5", "five", NO),
        ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", YES),
        ("DateLessThan", "2026-01-01", "2025-12-31T23:59:59Z", YES),
        ("DateGreaterThan", "2026-01-01T00:00:00Z", "1767225601", YES),
        ("DateNotEquals", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", YES),
        ("DateGreaterThanEquals", "soon", "2026-01-01", UNKNOWN),
        ("Bool", "true", "True", YES),
        ("Bool", True, "true", YES),
        ("Bool", "false", "true", NO),
        ("Bool", "maybe", "true", UNKNOWN),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", YES),
        ("ArnLike", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", YES),
        ("ArnEquals", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", YES),
        ("ArnLike", "arn:aws:iam::*:role/x", "arn:aws:iam::1:a:role/x", NO),
        ("ArnNotLike", "arn:aws:s3:::b*", "arn:aws:s3:::bucket", NO),
        ("ArnNotEquals", "arn:aws:s3:::c", "arn:aws:s3:::bucket", YES),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", YES),
        ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], "2001:db8::1", YES),
        ("IpAddress", "203.0.113.0/24", "198.51.100.1", NO),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", NO),
        ("IpAddress", "203.0.113.9", "203.0.113.9", YES),
        ("IpAddress", "the office", "203.0.113.9", UNKNOWN),
        ("NotIpAddress", "203.0.113.0/24", "203.0.113.9", NO),
        ("NotIpAddress", "203.0.113.0/24", "198.51.100.1", YES),
    ],
)
def test_an_operator_compares(operator: str, value: Any, actual: str, truth: Truth) -> None:
    assert held({operator: {"some:key": value}}, {"Some:Key": actual}) is truth
    absent = YES if "Not" in operator else NO
    assert held({operator: {"some:key": value}}, {}) is absent
    assert held({f"{operator}IfExists": {"some:key": value}}, {}) is YES
    assert held({operator: {"some:key": value}}, {}, rest=OPEN) is ASKS


@pytest.mark.parametrize(
    ("operator", "value", "actual", "truth"),
    [
        ("ForAnyValue:StringEquals", ["a", "b"], ["b", "c"], YES),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c"], NO),
        ("ForAnyValue:StringEquals", ["a"], [], NO),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], YES),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], NO),
        ("ForAllValues:StringEquals", ["a"], [], YES),
        ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"], YES),
        ("ForAnyValue:StringNotEquals", ["a"], ["a"], NO),
        ("ForAllValues:StringNotEquals", ["a"], ["b", "c"], YES),
        ("ForAllValues:StringNotEquals", ["a"], ["a", "b"], NO),
        ("foranyvalue:stringlike", "a*", ["xx", "ab"], YES),
    ],
)
def test_a_key_of_several_values_has_a_quantifier(
    operator: str, value: Any, actual: list[str], truth: Truth
) -> None:
    assert held({operator: {"aws:TagKeys": value}}, {"aws:TagKeys": actual}) is truth


def test_for_all_values_holds_where_the_key_is_absent_and_for_any_value_does_not() -> None:
    assert held({"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}, {}) is YES
    assert held({"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}, {}) is NO


def test_null_asks_whether_a_key_is_absent() -> None:
    absent, present = {"Null": {"k:k": "true"}}, {"Null": {"k:k": "false"}}
    assert (held(absent, {}), held(present, {})) == (YES, NO)
    assert (held(absent, {"k:k": "x"}), held(present, {"k:k": "x"})) == (NO, YES)
    assert held(absent, {}, rest=OPEN) is ASKS


def test_all_keys_and_operators_have_to_hold() -> None:
    both = {"StringEquals": {"k:a": "1", "k:b": "2"}, "Bool": {"k:c": "true"}}
    assert held(both, {"k:a": "1", "k:b": "2", "k:c": "true"}) is YES
    assert held(both, {"k:a": "1", "k:b": "3", "k:c": "true"}) is NO
    assert held(both, {"k:a": "1", "k:c": "true"}, rest=OPEN) is ASKS
    assert held(both, {"k:b": "3"}, rest=OPEN) is NO


def test_variables_take_what_the_request_has() -> None:
    team = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    said = {"aws:ResourceTag/team": "red", "aws:PrincipalTag/team": "red"}
    assert held(team, said) is YES
    assert held(team, {"aws:ResourceTag/team": "red"}) is NO
    assert held(team, {"aws:ResourceTag/team": "red"}, rest=OPEN) is ASKS
    default = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team, 'all'}"}}
    assert held(default, {"aws:ResourceTag/team": "all"}) is YES
    star = {"StringLike": {"k:k": "a${*}*"}}
    assert held(star, {"k:k": "a*b"}) is YES
    assert held(star, {"k:k": "ab"}) is NO


def test_stars_in_what_a_variable_stands_for_are_plain() -> None:
    home = {"StringLike": {"s3:prefix": "${aws:PrincipalTag/home}/*"}}
    assert held(home, {"s3:prefix": "ab/x", "aws:PrincipalTag/home": "*"}) is NO
    assert held(home, {"s3:prefix": "*/x", "aws:PrincipalTag/home": "*"}) is YES


def test_what_takes_everything_that_is_there_needs_nothing_known() -> None:
    assert held({"StringLikeIfExists": {"k:k": "*"}}, {}, rest=OPEN) is YES
    assert held({"StringLike": {"k:k": "*"}}, {}, rest=OPEN) is ASKS
