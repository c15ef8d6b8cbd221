"""Whether the conditions of a statement hold, as far as the request tells.

IAM User Guide, "IAM JSON policy elements: Condition" and "Conditions with multiple context keys or
values": keys are all to hold, of values one, of those of negated operators none.
"""

from collections.abc import Iterable
from typing import Final

from ringwall.posture.permissions.operators import BY_NAME, Operator
from ringwall.posture.permissions.patterns import is_all
from ringwall.posture.permissions.requests import ABSENT, OPEN, Request
from ringwall.posture.permissions.statements import Condition
from ringwall.posture.permissions.truth import Truth, both, either, opposite
from ringwall.posture.permissions.variables import fill, has_variables

_TAKING_ALL: Final = {"StringLike", "ArnLike", "ArnEquals"}


def hold(conditions: Iterable[Condition], request: Request) -> tuple[Truth, tuple[Condition, ...]]:
    """Whether all hold; and which of them hang on what the request leaves open."""
    result = Truth.YES
    open_ones: list[Condition] = []
    for one in conditions:
        truth = holds(one, request)
        if truth is Truth.NO:
            return Truth.NO, ()
        if truth is Truth.OPEN:
            open_ones.append(one)
        result = both(result, truth)
    return result, tuple(open_ones)


def holds(one: Condition, request: Request) -> Truth:
    """Whether a condition holds."""
    operator = BY_NAME[one.operator]
    values = request.values(one.key)
    if operator.name == "Null":
        return _is_null(one, values is ABSENT, is_open=values is OPEN)
    if values is OPEN:
        takes_all = operator.name in _TAKING_ALL and any(is_all(said) for said in one.values)
        may_lack = one.if_exists or one.quantifier == "all"
        if not (operator.negated or may_lack) and _wants_nothing(operator, one.values, request):
            return Truth.NO
        return Truth.YES if takes_all and may_lack else Truth.OPEN
    if not isinstance(values, tuple) or not values:
        if one.quantifier:
            return Truth.YES if one.quantifier == "all" or one.if_exists else Truth.NO
        return Truth.YES if one.if_exists or operator.negated else Truth.NO
    each = [_compares(operator, one.values, actual, request) for actual in values]
    if operator.negated:
        each = [opposite(truth) for truth in each]
        return either(each) if one.quantifier == "any" else both(*each)
    return both(*each) if one.quantifier == "all" else either(each)


def _wants_nothing(operator: Operator, said: Iterable[str], request: Request) -> bool:
    """Whether all that it wants are variables without a value, which nothing compares with."""
    if not operator.variables:
        return False
    filled = [fill(value, request) if has_variables(value) else None for value in said]
    return all(one is not None and one.key and one.why is ABSENT for one in filled)


def _is_null(one: Condition, is_absent: bool, *, is_open: bool) -> Truth:
    wanted = {value.lower() for value in one.values}
    if not wanted <= {"true", "false"}:
        return Truth.UNKNOWN
    if len(wanted) == 2:
        return Truth.YES
    if is_open:
        return Truth.OPEN
    return Truth.YES if ("true" in wanted) is is_absent else Truth.NO


def _compares(operator: Operator, said: Iterable[str], actual: str, request: Request) -> Truth:
    """Whether one of the policy's values compares with one of the request's."""
    result = Truth.NO
    for value in said:
        truth = _compares_one(operator, value, actual, request)
        if truth is Truth.YES:
            return truth
        result = max(result, truth)
    return result


def _compares_one(operator: Operator, value: str, actual: str, request: Request) -> Truth:
    if operator.variables and has_variables(value):
        filled = fill(value, request)
        if filled.key:
            without = Truth.UNKNOWN if operator.negated else Truth.NO
            return Truth.OPEN if filled.why is OPEN else without
        value = filled.pattern
    answer = operator.compares(value, actual)
    if answer is None:
        return Truth.UNKNOWN
    return Truth.YES if answer else Truth.NO
