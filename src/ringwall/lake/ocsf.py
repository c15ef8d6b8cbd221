"""The whole OCSF event of a row, made of its raw form and its personal part.

Of the edge's requests it is an HTTP Activity (4002) with the profiles of host and security
controls; other rows are OCSF as they were sent. Its index in the tree is ``metadata.sequence``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import orjson

from ringwall.lake.sources.accepted import VERSION

Event = dict[str, Any]

_PRODUCT: Final = {"name": "Ringwall", "vendor_name": "Ringwall", "feature": {"name": "edge"}}
_VERSIONS: Final = {"HTTP/1.0": "1.0", "HTTP/1.1": "1.1", "HTTP/2": "2.0", "HTTP/3": "3.0"}
_ALLOWED, _BLOCKED = 1, 2
"""``disposition_id`` of the profile, beside the same numbers of ``action_id``."""
_OF_A_CLIENT: Final = 1
"""The ``type_id`` of a JA4 fingerprint of what a client says to begin TLS."""


def event_of(row: Mapping[str, Any]) -> Event:
    """The event of a row of the table, whose columns are named as there."""
    raw = orjson.loads(row["raw"])
    parts = orjson.loads(row["personal"]) if row.get("personal") else {}
    if row["kind"] == "edge/1":
        line = raw
        for part in parts.values():
            line = {**line, **part}
        event = _http_activity(line, row)
    else:
        event = raw
        for part in parts.values():
            event = merged(event, part)
    metadata = {**event.get("metadata", {})}
    metadata["sequence"] = row["index"]
    metadata["processed_time"] = _millis(row["received"])
    metadata["log_provider"] = row["source"]
    return {**event, "metadata": metadata}


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396: a JSON Merge Patch applied."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merged(found.get(name), value)
    return found


def _http_activity(line: Mapping[str, Any], row: Mapping[str, Any]) -> Event:
    event = {
        "class_uid": 4002,
        "category_uid": 4,
        "activity_id": row["activity_id"],
        "type_uid": row["type_uid"],
        "severity_id": row["severity_id"],
        "status_id": row["status_id"],
        "status_code": None if line["status"] is None else str(line["status"]),
        "status_detail": line["details"],
        "time": _millis(row["time"]),
        "duration": line["ms"],
        "action_id": row["action_id"],
        "disposition_id": _BLOCKED if row["action_id"] == _BLOCKED else _ALLOWED,
        "policy": {"uid": line["policy"]},
        "http_request": {
            "uid": line["request_id"],
            "http_method": _method(line["method"]),
            "version": _VERSIONS.get(line["protocol"] or ""),
            "url": {"hostname": line["host"], "path": line["path"], "scheme": "https"},
        },
        "http_response": {"code": line["status"]},
        "src_endpoint": {"ip": line.get("client")},
        "dst_endpoint": {"svc_name": line["service"]},
        "traffic": {"bytes_in": line["received"], "bytes_out": line["sent"]},
        "tls": {"version": line["tls"]},
        "ja4_fingerprint_list": _fingerprints(line.get("ja4")),
        "actor": {
            "user": {"uid": line["user"], "credential_uid": row["actor_credential_uid"]},
            "session": {"uid": row["actor_session_uid"]},
            "app_uid": line["program"],
        },
        "metadata": {
            "version": VERSION,
            "product": _PRODUCT,
            "profiles": ["host", "security_control"],
            "uid": line["request_id"],
            "tenant_uid": line["tenant"],
            "log_format": "edge/1",
        },
        "unmapped": {
            name: line.get(name)
            for name in (
                "action",
                "flags",
                "policies",
                "proven",
                "roles",
                "route",
                "scopes",
                "strength",
                "upstream",
            )
        },
    }
    found: Event = _told(event)
    url = found["http_request"].get("url", {})
    if "path" not in url:
        found["http_request"].pop("url", None)
    if line["status"] is None:
        found.pop("http_response", None)
    return found


def _fingerprints(ja4: str | None) -> list[Event] | None:
    return None if ja4 is None else [{"type_id": _OF_A_CLIENT, "value": ja4}]


def _method(method: str | None) -> str | None:
    """OCSF knows the methods of HTTP; others are told as they are in the raw form alone."""
    known = {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}
    return method if method in known else None


def _told(value: Any) -> Any:
    """Without what is not known: neither nulls nor objects that say nothing."""
    if not isinstance(value, dict):
        return value
    cleaned = {name: _told(one) for name, one in value.items()}
    return {name: one for name, one in cleaned.items() if one is not None and one != {}}


def _millis(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
