"""Which statements of a resource's policy let in strangers: everybody, whoever that is.

A condition narrows "everybody" only if it names who it means: a key that tells who or from where,
an operator that compares with it, and a value that is not everything.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ringwall.core.observations import UnknownError
from ringwall.posture.checks.aws.openings import is_open
from ringwall.posture.permissions.networks import Addresses

_WHO: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourcevpcarn",
        "aws:userid",
        "aws:username",
        "aws:viaawsservice",
        "elasticfilesystem:accesspointarn",
        "elasticfilesystem:accessedviamounttarget",
        "kms:calleraccount",
        "kms:viaservice",
        "sts:externalid",
    }
)
_ADDRESS: Final = {"aws:sourceip", "aws:vpcsourceip"}


def statements_of(policy: Any) -> list[Mapping[str, Any]]:
    """The statements of a policy, given as text or as what it says.

    :class:`UnknownError` where it is none: nothing may be concluded from what cannot be read.
    """
    if not policy:
        return []
    try:
        told = json.loads(policy) if isinstance(policy, str) else policy
        several = told["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise UnknownError(f"the policy cannot be read: {error}") from error
    return [several] if isinstance(several, Mapping) else list(several)


def listed(value: Any) -> list[Any]:
    """What a policy may write as one or as a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def principals_of(statement: Mapping[str, Any]) -> list[str]:
    """All that a statement's principal names."""
    told = statement.get("Principal")
    if isinstance(told, Mapping):
        return [str(one) for several in told.values() for one in listed(several)]
    return [str(one) for one in listed(told)]


def is_for_everybody(statement: Mapping[str, Any]) -> bool:
    """Whether it allows something to everybody, but for what its conditions say."""
    if statement.get("Effect") != "Allow":
        return False
    return "NotPrincipal" in statement or "*" in principals_of(statement)


def is_narrowed(statement: Mapping[str, Any]) -> bool:
    """Whether a condition says who of everybody is meant."""
    for operator, keys in (statement.get("Condition") or {}).items():
        name = str(operator).lower().removeprefix("foranyvalue:")
        if name.endswith("ifexists") or name.startswith("forallvalues:"):
            continue
        for key, value in keys.items():
            if _names(name, str(key).lower(), [str(one) for one in listed(value)]):
                return True
    return False


def _names(operator: str, key: str, values: list[str]) -> bool:
    if key in _ADDRESS and operator == "ipaddress":
        try:
            return not is_open(Addresses.of(values))
        except ValueError:
            return False
    if key == "aws:viaawsservice" or key.endswith(":accessedviamounttarget"):
        return operator == "bool" and values == ["true"]
    compares = operator.startswith(("stringequals", "stringlike", "arnequals", "arnlike"))
    return key in _WHO and compares and not any(_is_anything(one) for one in values)


def _is_anything(value: str) -> bool:
    return not value.strip("*?") or (value.startswith("arn:") and not value[4:].strip("*?:aws"))


def open_statements(policy: Any) -> Iterator[Mapping[str, Any]]:
    """The statements that let in strangers. What a policy denies them is not taken off."""
    for one in statements_of(policy):
        if is_for_everybody(one) and not is_narrowed(one):
            yield one


def named(statements: Iterable[Mapping[str, Any]]) -> str:
    """What statements allow, in a few words."""
    actions = [str(one) for each in statements for one in listed(each.get("Action"))]
    return ", ".join(actions[:3] or ["everything but a few things"])


def accounts_of(statement: Mapping[str, Any]) -> set[str]:
    """The accounts that a statement names."""
    found = set()
    for one in principals_of(statement):
        text = one.split(":")[4] if one.startswith("arn:") and one.count(":") > 4 else one
        if text.isdigit() and len(text) == 12:
            found.add(text)
    return found
