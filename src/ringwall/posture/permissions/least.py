"""What a statement allows for certain of which parts are not known, as in code before it has run.

Whatever the rest will be, an action beside an unknown one is allowed: more members of a list allow
more. Where they allow less (``NotAction``, ``StringNotEquals``), or deny, nothing is said of it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from ringwall.core.observations import UnknownError
from ringwall.posture.permissions.operators import OPERATORS

_ADDING: Final = frozenset({"Action", "Resource"})


def least(one: object) -> dict[str, Any] | None:
    """The statement without what is not known in it; ``None`` where less than that may be allowed.

    To be asked of one of which something is not known. It stands beside that one, which may allow
    more.
    """
    try:
        if not isinstance(one, Mapping) or one.get("Effect") != "Allow":
            return None
        return {key: _part(key, one[key]) for key in one if key != "Sid"} | _sid(one)
    except UnknownError:
        return None


def _sid(one: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"Sid": one["Sid"]} if "Sid" in one else {}
    except UnknownError:
        return {}


def _part(key: str, value: Any) -> Any:
    """An element of a statement, as far as more of it allows more; ``UnknownError`` else."""
    if key in _ADDING:
        return _known(value)
    if key == "Principal" and isinstance(value, Mapping):
        named = {kind: _members(value, kind) for kind in value}
        if not any(named.values()):
            raise UnknownError("whom it lets in is not known")
        return {kind: several for kind, several in named.items() if several}
    if key == "Condition" and isinstance(value, Mapping):
        return {operator: _asked(operator, value[operator]) for operator in value}
    return _whole(value)


def _members(value: Mapping[str, Any], kind: str) -> Any:
    """Whom it names of one kind; none where nobody of them is known."""
    try:
        return _known(value[kind])
    except UnknownError:
        return []


def _known(value: Any) -> Any:
    """Those of a list that are known; ``UnknownError`` where none of several is."""
    if not isinstance(value, list):
        return value
    found, why = [], ""
    for at in range(len(value)):
        try:
            found.append(value[at])
        except UnknownError as error:
            why = error.why
    if why and not found:
        raise UnknownError(why)
    return found


def _asked(operator: str, keys: Any) -> Any:
    """What an operator asks for; of one that is negated more values would let in fewer."""
    name = re.sub(r"^.*:|ifexists$", "", operator.lower())
    if name not in OPERATORS or OPERATORS[name].negated or not isinstance(keys, Mapping):
        return _whole(keys)
    return {key: _known(keys[key]) for key in keys}


def _whole(value: Any) -> Any:
    """The value; ``UnknownError`` where any of it is not known."""
    if isinstance(value, Mapping):
        for key in value:
            _whole(value[key])
    elif isinstance(value, list):
        for one in value:
            _whole(one)
    return value
