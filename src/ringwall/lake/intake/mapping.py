"""From plain fields to an event in OCSF. Pure.

The class is HTTP Activity where a method and a path are told, API Activity where a user and their
address are, and Base Event for everything else. What has no place is ``unmapped``; how it came is
``raw_data``.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from ringwall.lake.intake import fields as names
from ringwall.lake.intake.classes import VERSION
from ringwall.lake.intake.fields import Fields

TIME_ASSUMED: Final = "time-assumed"
"""The flag of an event that told no time, or no zone."""

_BASE, _HTTP, _API = 0, 4002, 6003
_UNKNOWN: Final = 0
_ADDRESS_TYPE: Final = 2
"""The ``type_id`` of an observable that is an IP address."""
_METHODS: Final = {
    "CONNECT": 1,
    "DELETE": 2,
    "GET": 3,
    "HEAD": 4,
    "OPTIONS": 5,
    "POST": 6,
    "PUT": 7,
    "TRACE": 8,
    "PATCH": 9,
}


def mapped(
    told: Mapping[str, Any],
    *,
    service: str,
    received: int,
    raw: str | None,
    given: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The event that the fields ``told`` come to, and its flags.

    ``received`` is in milliseconds; ``raw`` is how it came. ``given`` are attributes of the event
    that are known already, such as ``time``, ``severity_id`` or ``message``.
    """
    fields, given = Fields(told), dict(given or {})
    flags: list[str] = []
    metadata: dict[str, Any] = {
        "version": VERSION,
        "product": {"name": service},
    }
    if (uid := fields.uid(names.EVENT_UID)) is not None:
        metadata["uid"] = uid
    event: dict[str, Any] = {"metadata": metadata}
    if "time" not in given:
        time, original, is_told = fields.time(names.TIME)
        event["time"] = received if time is None else time
        if original is not None:
            metadata["original_time"] = original
        if not is_told:
            flags.append(TIME_ASSUMED)
    _say(event, fields, metadata, given)
    actor, address = _actor(fields), fields.address(names.ADDRESS)
    if actor:
        event["actor"] = actor
    if host := fields.text(names.HOST):
        event["device"] = {"hostname": host, "type_id": _UNKNOWN}
    _classify(event, fields, address)
    if actor or host:
        metadata["profiles"] = ["host"]
    if fields.rest:
        event["unmapped"] = fields.rest
    if raw is not None:
        event["raw_data"] = raw
    event.update(given)
    return event, tuple(flags)


def _say(
    event: dict[str, Any], fields: Fields, metadata: dict[str, Any], given: Mapping[str, Any]
) -> None:
    """What is said, how bad it is, and of what it is a part."""
    if "severity_id" not in given:
        event["severity_id"] = _UNKNOWN
        for name in names.LEVEL:
            found = names.severity(fields.rest.get(name))
            if found is not None:
                event["severity_id"] = found
                metadata["log_level"] = str(fields.rest.pop(name))
                break
    if "message" not in given and (message := fields.text(names.MESSAGE)) is not None:
        event["message"] = message
    if (logger := fields.text(names.LOGGER)) is not None:
        metadata["log_name"] = logger
    if (tenant := fields.uid(names.TENANT)) is not None:
        metadata["tenant_uid"] = tenant
    if (correlation := fields.uid(names.CORRELATION)) is not None:
        metadata["correlation_uid"] = correlation
    if (duration := fields.number(names.DURATION)) is not None:
        event["duration"] = duration


def _actor(fields: Fields) -> dict[str, Any]:
    """Who did it, as far as is told."""
    user: dict[str, Any] = {}
    whole = next((fields.rest.get(name) for name in names.USER if name in fields.rest), None)
    inner = Fields(whole) if isinstance(whole, dict) else None
    sources = [fields] if inner is None else [inner, fields]
    for source in sources:
        own = source is inner
        told = {
            "uid": source.uid(("id", "uid", *names.USER_UID) if own else names.USER_UID),
            "name": source.text(("name", *names.USER_NAME) if own else names.USER_NAME),
            "email_addr": source.text(names.USER_EMAIL),
        }
        for name, found in told.items():
            if found is not None:
                user.setdefault(name, found)
    if inner is None:
        if "name" not in user and (whom := fields.text(names.USER)) is not None:
            user["name"] = whom
    else:
        key = next(name for name in names.USER if name in fields.rest)
        del fields.rest[key]
        if inner.rest:
            fields.rest[key] = inner.rest
    actor: dict[str, Any] = {}
    if user.keys() & {"uid", "name"}:
        actor["user"] = user
    elif user:
        actor["user"] = {"name": user["email_addr"], **user}
    if (session := fields.uid(names.SESSION)) is not None:
        actor["session"] = {"uid": session}
    return actor


def _classify(event: dict[str, Any], fields: Fields, address: str | None) -> None:
    """Find the class, and give it what only it has."""
    method, url = _request(fields)
    if method is not None:
        kind, category, activity = _HTTP, 4, _METHODS[method]
        event["http_request"] = {"http_method": method, "url": url}
        if (status := fields.number(names.STATUS)) is not None:
            event["http_response"] = {"code": status}
    elif address is not None and "user" in event.get("actor", {}):
        kind, category, activity = _API, 6, _UNKNOWN
        operation = fields.text(names.OPERATION) or event["metadata"].get("log_name") or "log"
        event["api"] = {"operation": operation}
    else:
        kind, category, activity = _BASE, 0, _UNKNOWN
        if address is not None:
            event["observables"] = [
                {"name": "src_endpoint.ip", "type_id": _ADDRESS_TYPE, "value": address}
            ]
            address = None
    if address is not None:
        event["src_endpoint"] = {"ip": address}
    event.update(
        class_uid=kind,
        category_uid=category,
        activity_id=activity,
        type_uid=kind * 100 + activity,
    )


def _request(fields: Fields) -> tuple[str | None, dict[str, str]]:
    """The method, and the URL without what is asked for in its query; both or none."""
    rest = fields.rest
    if not any(name in rest for name in names.METHOD) or not any(
        name in rest for name in names.URL
    ):
        return None, {}
    before = dict(rest)
    method, text = fields.text(names.METHOD), fields.text(names.URL)
    if method is not None and text is not None:
        try:
            parts = urlsplit(text)
            host = parts.hostname
        except ValueError:
            parts = None
        if parts is not None and method.upper() in _METHODS:
            url = {"path": parts.path or "/"}
            if host:
                url["hostname"] = host
            return method.upper(), url
    fields.rest = before
    return None, {}
