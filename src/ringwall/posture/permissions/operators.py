"""The operators of conditions: how one value of a policy compares with one of the request.

IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import eq, ge, gt, le, lt
from typing import Final

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.networks import interval_of

Comparison = Callable[[str, str], bool | None]
"""A value of the policy, one of the request; ``None`` where the policy's cannot be understood."""


@dataclass(frozen=True, slots=True)
class Operator:
    """``negated`` operators hold where no value compares; ``variables`` may stand in its values."""

    name: str
    compares: Comparison
    negated: bool = False
    variables: bool = False


def _equal(said: str, actual: str) -> bool:
    return patterns.plain(said) == actual


def _equal_whatever_case(said: str, actual: str) -> bool:
    return patterns.plain(said).casefold() == actual.casefold()


def _like(said: str, actual: str) -> bool:
    return bool(patterns.text(said)(actual))


def _arn_like(said: str, actual: str) -> bool:
    return bool(patterns.arn(said)(actual))


def _boolean(said: str, actual: str) -> bool | None:
    if said.lower() not in {"true", "false"}:
        return None
    return said.lower() == actual.lower()


@lru_cache(maxsize=4096)
def _number(said: str) -> float | None:
    try:
        return float(said)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _moment(said: str) -> float | None:
    """W3C's profile of ISO 8601, or seconds since 1970."""
    if (seconds := _number(said)) is not None:
        return seconds
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


@lru_cache(maxsize=65536)
def _interval(said: str) -> tuple[int, tuple[int, int]] | None:
    try:
        return interval_of(said)
    except ValueError:
        return None


def _within(said: str, actual: str) -> bool | None:
    network, address = _interval(said), _interval(actual)
    if network is None:
        return None
    if address is None or network[0] != address[0]:
        return False
    return network[1][0] <= address[1][0] and address[1][1] <= network[1][1]


def _ordered(
    read: Callable[[str], float | None], compare: Callable[[float, float], bool]
) -> Comparison:
    def compares(said: str, actual: str) -> bool | None:
        wanted, found = read(said), read(actual)
        if wanted is None:
            return None
        return found is not None and compare(found, wanted)

    return compares


_ORDERS: Final = {
    "LessThan": lt,
    "LessThanEquals": le,
    "GreaterThan": gt,
    "GreaterThanEquals": ge,
}
_ALL: Final = (
    Operator("StringEquals", _equal, variables=True),
    Operator("StringNotEquals", _equal, negated=True, variables=True),
    Operator("StringEqualsIgnoreCase", _equal_whatever_case, variables=True),
    Operator("StringNotEqualsIgnoreCase", _equal_whatever_case, negated=True, variables=True),
    Operator("StringLike", _like, variables=True),
    Operator("StringNotLike", _like, negated=True, variables=True),
    Operator("ArnEquals", _arn_like, variables=True),
    Operator("ArnNotEquals", _arn_like, negated=True, variables=True),
    Operator("ArnLike", _arn_like, variables=True),
    Operator("ArnNotLike", _arn_like, negated=True, variables=True),
    Operator("Bool", _boolean),
    Operator("BinaryEquals", _equal),
    Operator("IpAddress", _within),
    Operator("NotIpAddress", _within, negated=True),
    Operator("Null", _boolean),
    *(
        Operator(f"{family}{name}", _ordered(read, compare), negated=negated)
        for family, read in (("Numeric", _number), ("Date", _moment))
        for name, compare, negated in (
            ("Equals", eq, False),
            ("NotEquals", eq, True),
            *((name, compare, False) for name, compare in _ORDERS.items()),
        )
    ),
)
OPERATORS: Final = {one.name.lower(): one for one in _ALL}
BY_NAME: Final = {one.name: one for one in _ALL}
