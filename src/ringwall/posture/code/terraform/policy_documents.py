"""``data "aws_iam_policy_document"`` as the JSON that it makes."""

from typing import Any, Final

from ringwall.posture.code.terraform.values import ExpressionError, as_json, from_json
from ringwall.posture.snapshot.partial import Unknown

_LISTS: Final = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}
_PRINCIPALS: Final = {"principals": "Principal", "not_principals": "NotPrincipal"}


def document(values: dict[str, Any]) -> Any:
    """JSON text, or what is known of it; ``ExpressionError`` where it has another form."""
    try:
        return _document(values)
    except (AttributeError, KeyError, TypeError) as error:
        raise ExpressionError(f"it is no document of a policy: {error}") from error


def _document(values: dict[str, Any]) -> Any:
    told: dict[str, Any] = {"Version": values.get("version") or "2012-10-17"}
    if values.get("policy_id"):
        told["Id"] = values["policy_id"]
    statements = _from_others(values, "source_policy_documents", "source_json")
    own = values.get("statement") or []
    if isinstance(own, Unknown) or isinstance(statements, Unknown):
        return own if isinstance(own, Unknown) else statements
    statements += [one if isinstance(one, Unknown) else _statement(one) for one in own]
    overriding = _from_others(values, "override_policy_documents", "override_json")
    if isinstance(overriding, Unknown):
        return overriding
    named = {one.get("Sid") for one in overriding if isinstance(one, dict)} - {None, ""}
    kept = [one for one in statements if not isinstance(one, dict) or one.get("Sid") not in named]
    told["Statement"] = kept + overriding
    return as_json(told)


def _from_others(values: dict[str, Any], *names: str) -> Any:
    found: list[Any] = []
    for name in names:
        several = values.get(name)
        if isinstance(several, Unknown):
            return several
        for text in several if isinstance(several, list) else [several]:
            if text in {None, ""} if not isinstance(text, Unknown) else False:
                continue
            told = from_json(text)
            if isinstance(told, Unknown):
                found.append(told)
                continue
            some = told.get("Statement") or [] if isinstance(told, dict) else []
            found += some if isinstance(some, list) else [some]
    return found


def _statement(one: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if one.get("sid"):
        made["Sid"] = one["sid"]
    made["Effect"] = one.get("effect") or "Allow"
    for name, key in _LISTS.items():
        if one.get(name) is not None and one[name] != []:
            made[key] = one[name]
    for name, key in _PRINCIPALS.items():
        several = one.get(name)
        if several is not None and several != []:
            made[key] = several if isinstance(several, Unknown) else _principals(several)
    conditions = one.get("condition")
    if isinstance(conditions, Unknown):
        made["Condition"] = conditions
    elif conditions:
        made["Condition"] = _conditions(conditions)
    return made


def _principals(several: list[Any]) -> Any:
    found: dict[str, Any] = {}
    for one in several:
        if isinstance(one, Unknown):
            return one
        kind, names = one.get("type"), one.get("identifiers")
        if isinstance(kind, Unknown):
            return kind
        if kind == "*" and names == ["*"]:
            return "*"
        found[kind] = [*found.get(kind, []), *_several(names)]
    return found


def _conditions(several: list[Any]) -> Any:
    found: dict[str, Any] = {}
    for one in several:
        if isinstance(one, Unknown):
            return one
        test, variable = one.get("test"), one.get("variable")
        for part in (test, variable):
            if isinstance(part, Unknown):
                return part
        # the provider joins the values of conditions that ask the same
        told = found.setdefault(test, {})
        told[variable] = [*told.get(variable, []), *_several(one.get("values"))]
    return found


def _several(values: Any) -> list[Any]:
    return values if isinstance(values, list) else [] if values is None else [values]
