"""How raw events become columns: one select a kind, the same wherever rows are read from.

A kind is permanent: what its rows came to can be computed again from ``raw`` and ``personal`` at
any time, which is how a changed column is found. Another mapping is another kind. Names and files
in these texts are our own; nothing that was sent becomes part of them.
"""

from collections.abc import Collection
from typing import Final

from ringwall.lake.journal import COLUMNS

TYPES: Final[dict[str, str]] = {
    "index": "BIGINT",
    "day": "DATE",
    "class_uid": "INTEGER",
    "time": "TIMESTAMP WITH TIME ZONE",
    "received": "TIMESTAMP WITH TIME ZONE",
    "category_uid": "INTEGER",
    "activity_id": "INTEGER",
    "type_uid": "BIGINT",
    "severity_id": "INTEGER",
    "status_id": "INTEGER",
    "source": "VARCHAR",
    "kind": "VARCHAR",
    "uid": "VARCHAR",
    "message": "VARCHAR",
    "actor_user_uid": "VARCHAR",
    "actor_user_name": "VARCHAR",
    "actor_session_uid": "VARCHAR",
    "actor_app_uid": "VARCHAR",
    "actor_credential_uid": "VARCHAR",
    "tenant_uid": "VARCHAR",
    "src_ip": "VARCHAR",
    "dst_service": "VARCHAR",
    "host": "VARCHAR",
    "method": "VARCHAR",
    "path": "VARCHAR",
    "status_code": "INTEGER",
    "status_detail": "VARCHAR",
    "action_id": "INTEGER",
    "policy_uid": "VARCHAR",
    "route": "VARCHAR",
    "duration_ms": "BIGINT",
    "bytes_in": "BIGINT",
    "bytes_out": "BIGINT",
    "tls_version": "VARCHAR",
    "fingerprint": "VARCHAR",
    "resource_type": "VARCHAR",
    "resource_uid": "VARCHAR",
    "resource_name": "VARCHAR",
    "user_uid": "VARCHAR",
    "user_name": "VARCHAR",
    "operation": "VARCHAR",
    "flags": "VARCHAR",
    "raw": "VARCHAR",
    "personal": "VARCHAR",
    "seals": "VARCHAR",
}
"""The columns of the table of events, in their order, and DuckDB's types."""

_PLAIN: Final = ("index", "source", "kind", "flags", "personal", "raw", "seals")

_EDGE_FIELDS: Final = {
    "time": "VARCHAR",
    "request_id": "VARCHAR",
    "method": "VARCHAR",
    "host": "VARCHAR",
    "path": "VARCHAR",
    "status": "INTEGER",
    "details": "VARCHAR",
    "route": "VARCHAR",
    "service": "VARCHAR",
    "user": "VARCHAR",
    "session": "VARCHAR",
    "tenant": "VARCHAR",
    "program": "VARCHAR",
    "policy": "VARCHAR",
    "action": "VARCHAR",
    "client": "VARCHAR",
    "tls": "VARCHAR",
    "ja4": "VARCHAR",
    "received": "BIGINT",
    "sent": "BIGINT",
    "ms": "BIGINT",
}

_DENIED: Final = (
    "(e.details LIKE 'rbac_access_denied%' OR e.details LIKE 'jwt_authn_access_denied%'"
    " OR e.details LIKE 'ext_authz_%' OR e.details LIKE '%rate_limited%'"
    " OR e.details LIKE '%overload%')"
)
"""Answers by which the edge itself turned a request away."""

_EDGE: Final[dict[str, str]] = {
    "class_uid": "4002",
    "time": "COALESCE(TRY_CAST(e.time AS TIMESTAMPTZ), make_timestamptz(received))",
    "category_uid": "4",
    "activity_id": (
        "CASE e.method WHEN 'CONNECT' THEN 1 WHEN 'DELETE' THEN 2 WHEN 'GET' THEN 3 WHEN 'HEAD' "
        "THEN 4 WHEN 'OPTIONS' THEN 5 WHEN 'POST' THEN 6 WHEN 'PUT' THEN 7 WHEN 'TRACE' THEN 8 "
        "WHEN 'PATCH' THEN 9 ELSE 99 END"
    ),
    "type_uid": "400200 + activity_id",
    "severity_id": f"CASE WHEN {_DENIED} THEN 2 ELSE 1 END",
    "status_id": "CASE WHEN e.status BETWEEN 100 AND 399 THEN 1 ELSE 2 END",
    "uid": "e.request_id",
    "actor_user_uid": "e.user",
    "actor_session_uid": "CASE WHEN e.session LIKE 'k%' THEN NULL ELSE e.session END",
    "actor_app_uid": "e.program",
    "actor_credential_uid": "CASE WHEN e.session LIKE 'k%' THEN e.session END",
    "tenant_uid": "e.tenant",
    "src_ip": "COALESCE(e.client, address)",
    "dst_service": "e.service",
    "host": "e.host",
    "method": "e.method",
    "path": "e.path",
    "status_code": "e.status",
    "status_detail": "e.details",
    "action_id": f"CASE WHEN {_DENIED} THEN 2 ELSE 1 END",
    "policy_uid": "e.policy",
    "route": "e.route",
    "duration_ms": "e.ms",
    "bytes_in": "e.received",
    "bytes_out": "e.sent",
    "tls_version": "e.tls",
    "fingerprint": "e.ja4",
    "operation": "e.action",
}

_OCSF_PATHS: Final[dict[str, tuple[str, str]]] = {
    "class_uid": ("$.class_uid", "INTEGER"),
    "ms": ("$.time", "BIGINT"),
    "category_uid": ("$.category_uid", "INTEGER"),
    "activity_id": ("$.activity_id", "INTEGER"),
    "type_uid": ("$.type_uid", "BIGINT"),
    "severity_id": ("$.severity_id", "INTEGER"),
    "status_id": ("$.status_id", "INTEGER"),
    "uid": ("$.metadata.uid", "VARCHAR"),
    "message": ("$.message", "VARCHAR"),
    "actor_user_uid": ("$.actor.user.uid", "VARCHAR"),
    "actor_user_name": ("$.actor.user.name", "VARCHAR"),
    "actor_session_uid": ("$.actor.session.uid", "VARCHAR"),
    "actor_app_uid": ("$.actor.app_uid", "VARCHAR"),
    "actor_credential_uid": ("$.actor.user.credential_uid", "VARCHAR"),
    "tenant_uid": ("$.metadata.tenant_uid", "VARCHAR"),
    "src_ip": ("$.src_endpoint.ip", "VARCHAR"),
    "dst_service": ("$.dst_endpoint.svc_name", "VARCHAR"),
    "host": ("$.http_request.url.hostname", "VARCHAR"),
    "method": ("$.http_request.http_method", "VARCHAR"),
    "path": ("$.http_request.url.path", "VARCHAR"),
    "status_code": ("$.http_response.code", "INTEGER"),
    "status_detail": ("$.status_detail", "VARCHAR"),
    "action_id": ("$.action_id", "INTEGER"),
    "policy_uid": ("$.policy.uid", "VARCHAR"),
    "route": ("$.unmapped.route", "VARCHAR"),
    "duration_ms": ("$.duration", "BIGINT"),
    "bytes_in": ("$.traffic.bytes_in", "BIGINT"),
    "bytes_out": ("$.traffic.bytes_out", "BIGINT"),
    "tls_version": ("$.tls.version", "VARCHAR"),
    "fingerprint": ("$.ja4_fingerprint_list[0].value", "VARCHAR"),
    "resource_type": ("$.entity.type", "VARCHAR"),
    "resource_uid": ("$.entity.uid", "VARCHAR"),
    "resource_name": ("$.entity.name", "VARCHAR"),
    "first_resource_type": ("$.resources[0].type", "VARCHAR"),
    "first_resource_uid": ("$.resources[0].uid", "VARCHAR"),
    "first_resource_name": ("$.resources[0].name", "VARCHAR"),
    "user_uid": ("$.user.uid", "VARCHAR"),
    "user_name": ("$.user.name", "VARCHAR"),
    "operation": ("$.api.operation", "VARCHAR"),
}


KINDS: Final = frozenset({"edge/1", "ocsf/1"})
"""All that there have been."""


def columns_of(rows: str, kinds: Collection[str] = KINDS) -> str:
    """A select of the table's columns from a relation (SQL) with the columns of the journal.

    Of these all but ``index`` and ``received`` (microseconds since 1970) are texts; the relation
    has ``seals`` beside them. ``kinds`` are those that it can have.
    """
    mapped = {"edge/1": _edge, "ocsf/1": _ocsf}
    return " UNION ALL ".join(mapped[kind](rows) for kind in sorted(kinds))


def of_journal(files: list[str]) -> str:
    """A relation (SQL) of the rows in files of the journal, as :func:`columns_of` takes it."""
    if not files:
        none = ", ".join(f'NULL::VARCHAR AS "{name}"' for name in COLUMNS[2:])
        return f"(SELECT 0::BIGINT AS index, 0::BIGINT AS received, {none}, NULL AS seals LIMIT 0)"
    names = ", ".join("'" + one.replace("'", "''") + "'" for one in files)
    types = ", ".join(
        f"'{name}': '{'BIGINT' if name in {'index', 'received'} else 'VARCHAR'}'"
        for name in COLUMNS
    )
    return (
        f"(SELECT * REPLACE (NULLIF(flags, '') AS flags, NULLIF(personal, '') AS personal),"
        f" NULL::VARCHAR AS seals FROM read_csv([{names}], delim='\\t', quote='', escape='',"
        f" header=false, skip=1, auto_detect=false, nullstr='\\x00', max_line_size=1000000,"
        f" columns={{{types}}}))"
    )


def _edge(rows: str) -> str:
    fields = ", ".join(f'"{name}":"{kind}"' for name, kind in _EDGE_FIELDS.items())
    return (
        f"SELECT {_selected(_EDGE)} FROM (SELECT *, "
        f"json_transform(raw, '{{{fields}}}') AS e, "
        "json_extract_string(personal, '$.*.client')[1] AS address "
        f"FROM {rows} WHERE kind = 'edge/1')"
    )


def _ocsf(rows: str) -> str:
    made = {name: name for name in _OCSF_PATHS if name in TYPES} | {
        "time": "make_timestamptz(ms * 1000)",
        "resource_type": "COALESCE(resource_type, first_resource_type)",
        "resource_uid": "COALESCE(resource_uid, first_resource_uid)",
        "resource_name": "COALESCE(resource_name, first_resource_name)",
    }
    paths = ", ".join(f"'{path}'" for path, _ in _OCSF_PATHS.values())
    taken = ", ".join(
        f"TRY_CAST(v[{number}] AS {kind}) AS {name}"
        for number, (name, (_, kind)) in enumerate(_OCSF_PATHS.items(), 1)
    )
    whole = (
        "CASE WHEN personal IS NULL THEN raw ELSE "
        "list_reduce(list_prepend(raw, json_extract(personal, '$.*')), "
        "lambda a, b: json_merge_patch(a, b)) END"
    )
    plain = ", ".join(f'"{name}"' for name in (*_PLAIN, "received"))
    return (
        f"SELECT {_selected(made)} FROM (SELECT {plain}, {taken} FROM (SELECT {plain}, "
        f"json_extract_string({whole}, [{paths}]) AS v FROM {rows} WHERE kind = 'ocsf/1'))"
    )


def _selected(made: dict[str, str]) -> str:
    chosen = {name: name for name in _PLAIN} | made
    chosen["received"] = "make_timestamptz(received)"
    # A day of UTC, which is DuckDB's time zone here.
    chosen["day"] = f"CAST({chosen['time']} AS DATE)"
    chosen["type_uid"] = chosen["type_uid"].replace("activity_id", f"({chosen['activity_id']})")
    return ", ".join(
        f'CAST({chosen.get(name, "NULL")} AS {kind}) AS "{name}"' for name, kind in TYPES.items()
    )
