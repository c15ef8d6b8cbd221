"""What of an event is about a person, kept beside it so that it can be erased. Pure."""

from collections.abc import Sequence
from typing import Any, Final

WITHHELD: Final = "withheld"
"""The flag of an event whose ``raw_data`` and ``observables`` were left out: they speak of two
people, and could be erased for neither."""

_AUTHENTICATION: Final = 3002
_OF_A_USER: Final = (
    "name",
    "email_addr",
    "full_name",
    "display_name",
    "phone_number",
    "forward_addr",
    "ldap_person",
)
_OF_WHERE: Final = ("ip", "hostname", "mac", "location", "intermediate_ips")
_OF_A_REQUEST: Final = ("x_forwarded_for", "user_agent")
_REPEATING: Final = ("raw_data", "observables")
"""Attributes that say again, in other words, what others say."""

Personal = dict[str, dict[str, Any]]
"""A merge patch (RFC 7396) for each subject."""


def split(event: dict[str, Any]) -> tuple[Personal, tuple[str, ...]]:
    """Take out of ``event`` what is about its subjects; return that, and flags.

    ``event`` has the form that :func:`ringwall.lake.intake.forms.fault` finds no fault with. The
    subject is ``actor.user.uid``, and ``user.uid`` for what is done to somebody.
    """
    found: Personal = {}
    actor, user = _uid(event, ("actor", "user")), _uid(event, ("user",))
    signs_in = event.get("class_uid") == _AUTHENTICATION
    doer = user if actor is None and signs_in else actor  # who signs in is the one who acts
    if actor is not None:
        _move(event, ("actor", "user"), _OF_A_USER, found, actor)
    if user is not None:
        _move(event, ("user",), _OF_A_USER, found, user)
    if doer is not None:
        _move(event, ("src_endpoint",), _OF_WHERE, found, doer)
        _move(event, ("http_request",), _OF_A_REQUEST, found, doer)
    subjects = {one for one in (actor, user) if one is not None}
    repeated = [name for name in _REPEATING if name in event]
    if not subjects or not repeated:
        return found, ()
    if len(subjects) > 1:
        for name in repeated:
            del event[name]
        return found, (WITHHELD,)
    patch = found.setdefault(subjects.pop(), {})
    patch.update((name, event.pop(name)) for name in repeated)
    return found, ()


def _uid(event: dict[str, Any], path: Sequence[str]) -> str | None:
    at = _object(event, path)
    uid = None if at is None else at.get("uid")
    return uid if isinstance(uid, str) else None


def _object(event: dict[str, Any], path: Sequence[str]) -> dict[str, Any] | None:
    at: Any = event
    for name in path:
        at = at.get(name)
        if not isinstance(at, dict):
            return None
    return at  # type: ignore[no-any-return]


def _move(
    event: dict[str, Any],
    path: Sequence[str],
    names: Sequence[str],
    found: Personal,
    subject: str,
) -> None:
    at = _object(event, path)
    if at is None:
        return
    moved = {name: at.pop(name) for name in names if name in at}
    if not moved:
        return
    patch = found.setdefault(subject, {})
    for name in path:
        patch = patch.setdefault(name, {})
    patch.update(moved)
