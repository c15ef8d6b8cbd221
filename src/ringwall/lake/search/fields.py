"""The fields that a query can name: one table, of which documentation and completion are made."""

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ringwall.runtime.configuration.spelling import nearest


class Kind(StrEnum):
    """What a field holds, and so what may be asked of it."""

    TEXT = "text"
    NUMBER = "number"
    ADDRESS = "address"
    DURATION = "duration"
    BYTES = "bytes"
    TIME = "time"
    CLASS = "class"
    CATEGORY = "category"
    SEVERITY = "severity"
    STATUS = "result"
    ACTION = "decision"
    RAW = "raw"
    WRITTEN = "written"


FORMS: Final = MappingProxyType(
    {
        Kind.TEXT: "text; * stands for anything",
        Kind.NUMBER: "a whole number, a comparison such as >=400, or a range such as 400..499",
        Kind.ADDRESS: "an address, or a network such as 10.0.0.0/8 or 2001:db8::/32",
        Kind.DURATION: "a length of time such as 250ms or >1s",
        Kind.BYTES: "a size such as >1MB (kB, MB, GB or KiB, MiB, GiB)",
        Kind.TIME: "a day such as 2026-11-20, or a moment such as >=2026-11-20T14:00",
        Kind.CLASS: "the name or number of an OCSF class, such as http or 3002",
        Kind.CATEGORY: "the number of an OCSF category, such as 3",
        Kind.SEVERITY: "informational, low, medium, high, critical or fatal; or such as >=high",
        Kind.STATUS: "success, failure, unknown or other",
        Kind.ACTION: "allowed or denied",
        Kind.WRITTEN: "a word or a phrase in quotes; * stands for anything",
        Kind.RAW: "text or a number, as it stands in the raw form",
    }
)
"""By kind, what may be written after the colon."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. ``column`` is empty where the value is looked up in the raw form, by ``path``.

    ``names`` are what it is called in queries, the friendliest first; ``ocsf`` its dotted path in
    the OCSF object of the event.
    """

    names: tuple[str, ...]
    kind: Kind
    says: str
    column: str = ""
    ocsf: str = ""
    path: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.names[0]


def _field(names: str, kind: Kind, column: str, ocsf: str, says: str) -> Field:
    return Field(tuple(names.split()), kind, says, column, ocsf)


_T, _N = Kind.TEXT, Kind.NUMBER
FIELDS: Final = (
    _field("id index", _N, "index", "", "the event's number in the log"),
    _field("time", Kind.TIME, "time", "time", "when it happened"),
    _field("received", Kind.TIME, "received", "metadata.logged_time", "when it was recorded"),
    _field("class", Kind.CLASS, "class_uid", "class_uid", "its OCSF class"),
    _field("category", Kind.CATEGORY, "category_uid", "category_uid", "its OCSF category"),
    _field("activity", _N, "activity_id", "activity_id", "the number of the activity in its class"),
    _field("type", _N, "type_uid", "type_uid", "the number of class and activity together"),
    _field("severity", Kind.SEVERITY, "severity_id", "severity_id", "how bad it is"),
    _field("outcome result", Kind.STATUS, "status_id", "status_id", "whether it succeeded"),
    _field("source", _T, "source", "", "who recorded it, such as edge; quarantine if ill-formed"),
    _field("kind", _T, "kind", "", "which form its raw form has, such as edge/1"),
    _field("uid request", _T, "uid", "metadata.uid", "its own id, as its source gave it"),
    _field("message", _T, "message", "message", "what happened, as a sentence"),
    _field("user actor", _T, "actor_user_uid", "actor.user.uid", "who did it"),
    _field("username", _T, "actor_user_name", "actor.user.name", "the name of who did it"),
    _field("session", _T, "actor_session_uid", "actor.session.uid", "in which session"),
    _field("app program", _T, "actor_app_uid", "actor.app_uid", "through which application"),
    _field(
        "key credential",
        _T,
        "actor_credential_uid",
        "actor.user.credential_uid",
        "with which API key or certificate",
    ),
    _field("tenant", _T, "tenant_uid", "metadata.tenant_uid", "in which organisation"),
    _field("ip address", Kind.ADDRESS, "src_ip", "src_endpoint.ip", "from which address"),
    _field("service", _T, "dst_service", "dst_endpoint.svc_name", "towards which service"),
    _field("host", _T, "host", "http_request.url.hostname", "which host was asked"),
    _field("method", _T, "method", "http_request.http_method", "with which HTTP method"),
    _field("path", _T, "path", "http_request.url.path", "for which path"),
    _field("status code", _N, "status_code", "http_response.code", "the HTTP status answered"),
    _field("detail details", _T, "status_detail", "status_detail", "why it ended so"),
    _field("action decision", Kind.ACTION, "action_id", "action_id", "allowed or denied"),
    _field("policy", _T, "policy_uid", "policy.uid", "by which policy"),
    _field("route", _T, "route", "", "the route that it took"),
    _field("duration", Kind.DURATION, "duration_ms", "duration", "how long it took"),
    _field("bytes_in", Kind.BYTES, "bytes_in", "traffic.bytes_in", "how much came in"),
    _field("bytes_out", Kind.BYTES, "bytes_out", "traffic.bytes_out", "how much went out"),
    _field("tls", _T, "tls_version", "tls.version", "the version of TLS"),
    _field("fingerprint", _T, "fingerprint", "", "what its TLS handshake or client looks like"),
    _field("resource", _T, "resource_uid", "resource.uid", "to what it was done"),
    _field("resource_type", _T, "resource_type", "resource.type", "of which kind that is"),
    _field("resource_name", _T, "resource_name", "resource.name", "what that is called"),
    _field("account", _T, "user_uid", "user.uid", "the account to which it was done"),
    _field("account_name", _T, "user_name", "user.name", "the name of that account"),
    _field("operation", _T, "operation", "api.operation", "the operation of the API"),
    _field("flags", _T, "flags", "", "what was wrong with its form"),
)
"""Every field that has a column of the table."""

FREE_TEXT: Final = (
    "message", "path", "actor_user_uid", "actor_user_name", "user_uid", "user_name",
    "resource_uid", "resource_name",
)  # fmt: skip
"""The columns in which words without a field are looked for, before the raw form."""

RAW: Final = ("raw", "personal")
"""Where they are looked for as well, as they are written."""

IN_COLUMNS: Final = frozenset({"edge/1"})
"""Kinds of raw form of which words are looked for in columns alone, else a day of requests would be
read whole for each word. ``raw:word`` looks in the raw form of every kind."""

WRITTEN: Final = Field(("raw",), Kind.WRITTEN, "anywhere in the raw form, as it is written")
"""The raw form as a text."""

BY_NAME: Final = MappingProxyType(
    {
        name: one
        for one in (*FIELDS, WRITTEN)
        for name in (*one.names, *filter(None, (one.column, one.ocsf)))
    }
)
BY_COLUMN: Final = MappingProxyType({one.column: one for one in FIELDS})

_PATH: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*(?:\.[A-Za-z0-9_][A-Za-z0-9_\-]*)*")


def field_named(name: str) -> Field | None:
    """Return the field of that name; a dotted name without a column is one of the raw form.

    ``raw.x`` is the field ``x`` of the raw form itself, whatever it is.
    """
    found = BY_NAME.get(name) or BY_NAME.get(name.lower())
    if found is not None or "." not in name or not _PATH.fullmatch(name):
        return found
    path = tuple(name.removeprefix("raw.").split("."))
    return Field((name,), Kind.RAW, "in the raw form", path=path)


def name_meant(name: str) -> str | None:
    """The name of a field that a misspelt one probably means."""
    return nearest(name, BY_NAME)
