"""Which permissions nobody used, and which are more than anybody needs.

By what GenerateServiceLastAccessedDetails tells (ServicesLastAccessed): a service that is not in it
was not tracked, and so is not known to be unused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ringwall.posture.permissions import patterns
from ringwall.posture.permissions.accounts import Identity
from ringwall.posture.permissions.statements import Effect, Statement

_CHANGING: Final = ("iam", "organizations", "sts", "kms", "sso", "lambda", "cloudformation")


@dataclass(frozen=True, slots=True)
class Unused:
    """A service an identity may use and did not. ``last`` is ``None`` where it never did."""

    service: str
    last: datetime | None
    actions: tuple[str, ...] = ()
    """Those of its actions that were tracked and not used; empty where none was tracked."""


@dataclass(frozen=True, slots=True)
class Excessive:
    """A statement that allows more than it should, and why."""

    statement: Statement
    why: str


def unused(
    last_accessed: Iterable[Mapping[str, Any]], *, now: datetime, days: int = 90
) -> list[Unused]:
    """Of ServicesLastAccessed, what was not used within ``days``."""
    since = now - timedelta(days=days)
    found = []
    for one in last_accessed:
        last = one.get("LastAuthenticated")
        if last is None or last < since:
            found.append(Unused(one["ServiceNamespace"], last))
            continue
        idle = tuple(
            f"{one['ServiceNamespace']}:{action['ActionName']}"
            for action in one.get("TrackedActionsLastAccessed", ())
            if action.get("LastAccessedTime") is None or action["LastAccessedTime"] < since
        )
        if idle:
            found.append(Unused(one["ServiceNamespace"], last, idle))
    return sorted(found, key=lambda one: one.service)


def excessive(identity: Identity) -> list[Excessive]:
    """The statements of an identity that allow too much: everything, or whole services anywhere."""
    return [
        Excessive(one, why)
        for document in identity.policies.identity
        for one in document.statements
        if one.effect is Effect.ALLOW and not one.fault and (why := _why(one))
    ]


def _why(one: Statement) -> str:
    anywhere = one.but_resources or any(map(patterns.is_all, one.resources or ()))
    if not anywhere or one.conditions:
        return ""
    if one.but_actions:
        return f"it allows all actions but {', '.join(one.actions)}, on anything"
    if any(map(patterns.is_all, one.actions)):
        return "it allows every action on anything"
    whole = sorted(
        action.partition(":")[0] for action in one.actions if action.partition(":")[2] == "*"
    )
    risky = [service for service in whole if service in _CHANGING]
    if risky:
        return f"it allows all of {', '.join(risky)} on anything"
    passing = [action for action in one.actions if patterns.text(action)("iam:passrole")]
    return "it lets any role be passed to any service" if passing else ""
