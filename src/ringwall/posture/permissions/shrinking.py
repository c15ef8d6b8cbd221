"""The least policy that keeps what was used: never more than the old one, and all that was used.

What AWS tracks decides. A service that was used keeps all that a wildcard gave of it, since AWS
tracks only some actions of a service; an action that is named, tracked and was not used goes.
Conditions, resources and every Deny stay as they are.

IAM User Guide, "IAM action last accessed information": ``iam:PassRole`` is not tracked. Where it is
named it stays; where a wildcard gave it, nobody knows whether it was used, and that is told.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from ringwall.posture.permissions import patterns

_PASSING: Final = "iam:passrole"
_UNTRACKED: Final = frozenset({_PASSING})


@dataclass(frozen=True, slots=True)
class Used:
    """What somebody used, in lower case. ``services`` were used, ``idle`` were told and not used.

    ``actions`` are those that are tracked, of services that were used, each with whether it was.
    """

    services: frozenset[str] = frozenset()
    idle: frozenset[str] = frozenset()
    actions: Mapping[str, bool] = field(default_factory=dict)

    @property
    def is_told(self) -> bool:
        """Whether AWS tells of anything."""
        return bool(self.services or self.idle)


@dataclass(frozen=True, slots=True)
class Smaller:
    """A policy as it could be. ``document`` is ``None`` where nothing of it was used.

    ``drops`` says what is left out of it, ``unsure`` of what nobody knows whether it was used.
    """

    name: str
    arn: str
    document: dict[str, Any] | None
    drops: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    @property
    def is_smaller(self) -> bool:
        """Whether anything of it goes."""
        return bool(self.drops)


def used_of(last_accessed: Iterable[Mapping[str, Any]], *, now: datetime, days: int) -> Used:
    """What was used within ``days``, of ServicesLastAccessed."""
    since = now - timedelta(days=days)
    services, idle, actions = set[str](), set[str](), dict[str, bool]()
    for one in last_accessed:
        name = str(one["ServiceNamespace"]).lower()
        last = one.get("LastAuthenticated")
        if last is None or last < since:
            idle.add(name)
            continue
        services.add(name)
        for action in one.get("TrackedActionsLastAccessed") or ():
            when = action.get("LastAccessedTime")
            actions[f"{name}:{str(action['ActionName']).lower()}"] = (
                when is not None and when >= since
            )
    return Used(frozenset(services), frozenset(idle - services), actions)


def smaller(name: str, arn: str, document: Any, used: Used) -> Smaller:
    """A policy without what was not used. ``ValueError`` where its form is none that IAM takes."""
    policy = json.loads(document) if isinstance(document, str) else document
    if not isinstance(policy, Mapping) or "Statement" not in policy:
        raise ValueError(f"{name} is no policy")
    statements = _several(policy["Statement"])
    left, drops, keeps = list[Any](), list[str](), list[str]()
    for one in statements:
        if not isinstance(one, Mapping):
            raise ValueError(f"{name} has a statement that is none")  # noqa: TRY004 - of a text
        if one.get("Effect") != "Allow":
            left.append(dict(one))
            continue
        made, gone, kept = _allowing(one, used)
        drops += gone
        keeps += kept
        if made is not None:
            left.append(made)
    allows = any(one.get("Effect") == "Allow" for one in left)
    has_denials = any(one.get("Effect") == "Deny" for one in left)
    whole = {**policy, "Statement": left} if allows or has_denials else None
    return Smaller(name, arn, whole, tuple(dict.fromkeys(drops)), tuple(dict.fromkeys(keeps)))


_Made = tuple[dict[str, Any] | None, list[str], list[str]]


def _allowing(one: Mapping[str, Any], used: Used) -> _Made:
    if "NotAction" in one:
        return _all_but(one, used)
    actions = [str(action) for action in _several(one.get("Action", ()))]
    left, gone, kept = list[str](), list[str](), list[str]()
    for action in actions:
        stays = _narrowed(action, used)
        left += stays
        if stays != [action]:
            gone.append(action if not stays else f"{action} but for {', '.join(stays)}")
            if _PASSING not in stays and patterns.text(action.lower())(_PASSING):
                passes = any(patterns.text(each.lower())(_PASSING) for each in stays)
                kept += [] if passes else [_PASSES]
            if patterns.is_wild(action.partition(":")[0]):
                kept.append(_OTHERS)
    left = list(dict.fromkeys(left))
    if not left:
        return None, gone, kept
    return {**one, "Action": left[0] if len(left) == 1 else left}, gone, kept


_PASSES: Final = (
    "AWS does not track iam:PassRole: if it passes a role to a service, allow that for this role"
)
_OTHERS: Final = "services of which AWS tells nothing are not in it any more"


def _all_but(one: Mapping[str, Any], used: Used) -> _Made:
    """What it leaves out grows by the services that were not used."""
    out = [str(action) for action in _several(one["NotAction"])]
    whole = {action.lower() for action in out}
    more = [f"{name}:*" for name in sorted(used.idle) if f"{name}:*" not in whole]
    if any(map(patterns.is_all, out)) or not more:
        return dict(one), [], []
    gone = [f"all of {name.removesuffix(':*')}" for name in more]
    kept = [_PASSES] if "iam:*" in more else []
    return {**one, "NotAction": [*out, *more]}, gone, kept


def _narrowed(action: str, used: Used) -> list[str]:
    """What stays of one pattern of actions: itself, parts of it, or nothing."""
    lower = action.lower()
    if patterns.is_all(lower):
        return [f"{name}:*" for name in sorted(used.services)]
    service, colon, rest = lower.partition(":")
    if not colon:
        return [action]
    if patterns.is_wild(service):
        own = action.partition(":")[2]
        found = [name for name in sorted(used.services) if patterns.text(service)(name)]
        return [f"{name}:{own}" for name in found]
    if lower in _UNTRACKED:
        return [action]
    if service not in used.services:
        return [] if service in used.idle else [action]
    if patterns.is_wild(rest):
        return [action]
    return [action] if used.actions.get(lower, True) else []


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]
