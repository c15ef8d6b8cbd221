"""Type constraints of variables: what is given is made what was declared."""

from typing import Any

from ringwall.posture.code.hcl.parsing import parse_expression
from ringwall.posture.code.hcl.trees import Call, Expression, Literal, ObjectOf, Variable
from ringwall.posture.code.reading import CodeError
from ringwall.posture.code.terraform.evaluating import number, truth
from ringwall.posture.code.terraform.functions import set_of
from ringwall.posture.code.terraform.values import ExpressionError, text_of
from ringwall.posture.snapshot.partial import Unknown


def converted(value: Any, type_: Expression) -> Any:
    """The value as this type has it; as it is where it does not fit."""
    if value is None or isinstance(value, Unknown):
        return value
    try:
        return _converted(value, type_)
    except (CodeError, ExpressionError):
        return value


def _converted(value: Any, type_: Expression) -> Any:
    name = (
        type_.name
        if isinstance(type_, Variable)
        else type_.value
        if isinstance(type_, Literal)
        else ""
    )
    if name == "string":
        return text_of(value)
    if name == "number":
        return number(value)
    if name == "bool":
        return truth(value)
    if isinstance(name, str) and "(" in name:  # as JSON syntax has it
        return _converted(value, parse_expression(name, "a type"))
    if not isinstance(type_, Call) or not type_.arguments:
        return value
    inner = type_.arguments[0]
    if type_.name in {"list", "set"} and isinstance(value, list):
        made = [converted(one, inner) for one in value]
        return set_of(made) if type_.name == "set" else made
    if type_.name == "map" and isinstance(value, dict):
        return {key: converted(one, inner) for key, one in value.items()}
    if type_.name == "object" and isinstance(value, dict) and isinstance(inner, ObjectOf):
        return _object(value, inner)
    return value


def _object(value: dict[str, Any], type_: ObjectOf) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, declared in type_.items:
        name = str(key.value) if isinstance(key, Literal) else ""
        default: Any = None
        if isinstance(declared, Call) and declared.name == "optional" and declared.arguments:
            if len(declared.arguments) > 1:
                default = _constant(declared.arguments[1])
            declared = declared.arguments[0]  # noqa: PLW2901 - what is optional has the type inside
        given = value.get(name)
        made[name] = converted(default if given is None else given, declared)
    return made


def _constant(node: Expression) -> Any:
    from ringwall.posture.code.terraform.evaluating import evaluate  # noqa: PLC0415 - of each other

    return evaluate(node, _Nothing())


class _Nothing:
    def root(self, name: str, line: int) -> Any:
        raise ExpressionError(f"{name} means nothing in line {line}")

    def special(self, name: str, arguments: list[Any], line: int) -> Any:
        raise ExpressionError(f"{name} reads no file of {arguments} in line {line}")
