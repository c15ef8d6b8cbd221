"""What listeners of load balancers do and speak."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

_STRONG: Final = re.compile(r"TLS13-1-[23]|TLS-1-2|FS-1-2")


def redirects(listener: Mapping[str, Any]) -> bool:
    """Whether all that comes by it is sent on to HTTPS, unless one of its rules says otherwise."""
    actions = listener.get("DefaultActions") or ()
    return any(
        one.get("Type") == "redirect"
        and (one.get("RedirectConfig") or {}).get("Protocol") == "HTTPS"
        for one in actions
    )


def is_strong(policy: str) -> bool:
    """Whether a policy of AWS's, by its name, takes nothing older than TLS 1.2.

    Those named ``TLS13-1-0`` and ``TLS13-1-1`` take older ones, too.
    """
    return bool(_STRONG.search(policy))


_ASKING: Final = frozenset({"authenticate-oidc", "authenticate-cognito", "jwt-validation"})


def asks_who(actions: Iterable[Mapping[str, Any]]) -> bool:
    """Whether somebody has to say who they are before anything else is done."""
    return any(one.get("Type") in _ASKING for one in actions)


def forwards(actions: Iterable[Mapping[str, Any]]) -> list[str]:
    """The target groups that actions send on to, but those that get none of it."""
    found = []
    for one in actions:
        several = (one.get("ForwardConfig") or {}).get("TargetGroups") or ()
        found += [str(each["TargetGroupArn"]) for each in several if each.get("Weight", 1) != 0]
        if one.get("TargetGroupArn") and not several:
            found.append(str(one["TargetGroupArn"]))
    return list(dict.fromkeys(found))


def admitted(rule: Mapping[str, Any]) -> list[str] | None:
    """The networks that a rule is for; ``None`` where it is for all."""
    for one in rule.get("Conditions") or ():
        if one.get("Field") == "source-ip":
            config = one.get("SourceIpConfig") or {}
            return [str(each) for each in config.get("Values") or one.get("Values") or ()]
    return None
