"""Whether an OCSF event has the form that is read from it later. Pure.

What nothing is read from is not looked at. Reasons name fields of the standard, and nothing that
the sender chose.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ringwall.lake.intake.classes import CATEGORY_OF

AHEAD_MS: Final = 5 * 60 * 1000
BEHIND_MS: Final = 7 * 24 * 3600 * 1000

WRONGLY_TIMED: Final = "wrongly timed"
NO_TIME: Final = "time is no number of milliseconds"
NO_CLASS: Final = "class_uid is no class of OCSF"

_LONGEST_UID: Final = 256

_NUMBERS: Final[Sequence[Sequence[str]]] = (
    ("category_uid",),
    ("activity_id",),
    ("type_uid",),
    ("severity_id",),
    ("status_id",),
    ("action_id",),
    ("duration",),
    ("http_response", "code"),
    ("traffic", "bytes_in"),
    ("traffic", "bytes_out"),
)
_TEXTS: Final[Sequence[Sequence[str]]] = (
    ("message",),
    ("status_detail",),
    ("raw_data",),
    ("metadata", "uid"),
    ("metadata", "tenant_uid"),
    ("actor", "app_uid"),
    ("actor", "session", "uid"),
    ("actor", "user", "uid"),
    ("actor", "user", "name"),
    ("actor", "user", "credential_uid"),
    ("user", "uid"),
    ("user", "name"),
    ("src_endpoint", "ip"),
    ("dst_endpoint", "svc_name"),
    ("http_request", "http_method"),
    ("http_request", "url", "path"),
    ("http_request", "url", "hostname"),
    ("api", "operation"),
    ("policy", "uid"),
    ("entity", "type"),
    ("entity", "uid"),
    ("entity", "name"),
    ("tls", "version"),
)
_UIDS: Final[Sequence[Sequence[str]]] = (
    ("metadata", "uid"),
    ("actor", "user", "uid"),
    ("user", "uid"),
)


def fault(event: Mapping[str, Any]) -> str | None:
    """Why ``event``, which has a ``class_uid``, is no event of OCSF that could be read on."""
    class_uid = event["class_uid"]
    if type(class_uid) is not int or class_uid not in CATEGORY_OF:
        return NO_CLASS
    if type(event.get("time")) is not int:
        return NO_TIME
    return (
        _fault_of_numbers(event)
        or _fault_of_texts(event)
        or _fault_of_resources(event)
        or _fault_of_class(event, class_uid)
    )


def fault_of_time(time: int, *, received: int) -> str | None:
    """Whether it cannot be that something of ``time`` comes now; both in milliseconds."""
    if received - BEHIND_MS <= time <= received + AHEAD_MS:
        return None
    return WRONGLY_TIMED


def _fault_of_numbers(event: Mapping[str, Any]) -> str | None:
    for path in _NUMBERS:
        found, reason = _at(event, path)
        if reason is not None:
            return reason
        if found is not None and (type(found) is not int or not 0 <= found < 2**63):
            return f"{'.'.join(path)} is no number"
    return None


def _fault_of_texts(event: Mapping[str, Any]) -> str | None:
    for path in _TEXTS:
        found, reason = _at(event, path)
        if reason is not None:
            return reason
        if found is not None and not isinstance(found, str):
            return f"{'.'.join(path)} is no text"
    for path in _UIDS:
        found, _ = _at(event, path)
        if found is not None and not 0 < len(found) <= _LONGEST_UID:
            return f"{'.'.join(path)} has not 1 to {_LONGEST_UID} characters"
    return None


def _fault_of_resources(event: Mapping[str, Any]) -> str | None:
    resources = event.get("resources")
    if resources is None:
        return None
    if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
        return "resources is no list of objects"
    if any(
        not isinstance(one.get(name, ""), str)
        for one in resources
        for name in ("type", "uid", "name")
    ):
        return "resources have a type, uid or name that is no text"
    return None


def _fault_of_class(event: Mapping[str, Any], class_uid: int) -> str | None:
    """Whether it says of its class what is not so."""
    category, activity = event.get("category_uid"), event.get("activity_id")
    if category is not None and category != CATEGORY_OF[class_uid]:
        return "category_uid is not that of the class"
    kind = event.get("type_uid")
    if activity is not None and kind is not None and kind != class_uid * 100 + activity:
        return "type_uid is not that of the class and the activity"
    return None


def _at(event: Mapping[str, Any], path: Sequence[str]) -> tuple[Any, str | None]:
    """What is at ``path``, and why it cannot be looked for there."""
    found: Any = event
    for depth, name in enumerate(path):
        if not isinstance(found, dict):
            return None, f"{'.'.join(path[:depth])} is no object"
        found = found.get(name)
        if found is None:
            return None, None
    return found, None
