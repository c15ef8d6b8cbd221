"""Statements of policies, for checks that ask a plain question of one document.

What somebody may do in the end is decided by :mod:`ringwall.posture.permissions`.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ringwall.core.observations import UnknownError


def statements(document: Any) -> Iterator[Mapping[str, Any]]:
    """Each statement of a policy, JSON text or not; ``UnknownError`` where it is no policy."""
    try:
        found = json.loads(document) if isinstance(document, str) else document
        several = listed(found["Statement"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnknownError("the policy is none that can be understood") from error
    if not all(isinstance(one, Mapping) for one in several):
        raise UnknownError("the policy is none that can be understood")
    yield from several


def listed(value: Any) -> list[Any]:
    """What AWS has as one or as a list of them, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def current(details: Mapping[str, Any]) -> Any:
    """The document that is in force of a managed policy's versions."""
    return next(one for one in details["PolicyVersionList"] if one["IsDefaultVersion"])["Document"]


def is_aws_own(arn: str) -> bool:
    """Whether a policy is one of AWS's, which nobody can change."""
    return arn.split(":")[4:5] == ["aws"]


def allowed_everywhere(document: Any, actions: frozenset[str]) -> list[str]:
    """Which of these actions, in lower case, a policy allows on all resources unconditionally."""
    found: set[str] = set()
    for one in statements(document):
        everywhere = "*" in listed(one.get("Resource"))
        if one.get("Effect") == "Allow" and not one.get("Condition") and everywhere:
            given = listed(one.get("Action"))
            found |= {str(action) for action in given if str(action).lower() in actions}
    return sorted(found)


def names_everybody(principal: Any) -> bool:
    """Whether a principal is ``*``, in whichever form."""
    if isinstance(principal, Mapping):
        return any("*" in listed(one) for one in principal.values())
    return "*" in listed(principal)


def opened_to_all(document: Any) -> str | None:
    """What a policy allows everybody under no condition, in words; ``None`` where nothing."""
    for one in statements(document):
        if one.get("Effect") != "Allow" or one.get("Condition"):
            continue
        if "NotPrincipal" in one:
            return f"everybody but some may {', '.join(map(str, listed(one.get('Action'))))}"
        if names_everybody(one.get("Principal")):
            return f"everybody may {', '.join(map(str, listed(one.get('Action'))))}"
    return None
