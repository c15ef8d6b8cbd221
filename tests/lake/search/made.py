"""Rows of the table of events, and the table in memory."""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

COLUMNS = {
    "index": "BIGINT", "day": "DATE", "class_uid": "INTEGER", "time": "TIMESTAMPTZ",
    "received": "TIMESTAMPTZ", "category_uid": "INTEGER", "activity_id": "INTEGER",
    "type_uid": "BIGINT", "severity_id": "INTEGER", "status_id": "INTEGER", "source": "VARCHAR",
    "kind": "VARCHAR", "uid": "VARCHAR", "message": "VARCHAR", "actor_user_uid": "VARCHAR",
    "actor_user_name": "VARCHAR", "actor_session_uid": "VARCHAR", "actor_app_uid": "VARCHAR",
    "actor_credential_uid": "VARCHAR", "tenant_uid": "VARCHAR", "src_ip": "VARCHAR",
    "dst_service": "VARCHAR", "host": "VARCHAR", "method": "VARCHAR", "path": "VARCHAR",
    "status_code": "INTEGER", "status_detail": "VARCHAR", "action_id": "INTEGER",
    "policy_uid": "VARCHAR", "route": "VARCHAR", "duration_ms": "BIGINT", "bytes_in": "BIGINT",
    "bytes_out": "BIGINT", "tls_version": "VARCHAR", "fingerprint": "VARCHAR",
    "resource_type": "VARCHAR", "resource_uid": "VARCHAR", "resource_name": "VARCHAR",
    "user_uid": "VARCHAR", "user_name": "VARCHAR", "operation": "VARCHAR", "flags": "VARCHAR",
    "raw": "VARCHAR", "personal": "VARCHAR", "seals": "VARCHAR",
}  # fmt: skip

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def row(index: int = 0, **columns: Any) -> dict[str, Any]:
    """One row, a request that was answered well unless ``columns`` say otherwise."""
    found: dict[str, Any] = dict.fromkeys(COLUMNS)
    found |= {
        "index": index, "class_uid": 4002, "category_uid": 4, "activity_id": 3,
        "type_uid": 400203, "severity_id": 1, "status_id": 1, "source": "edge", "kind": "edge/1",
        "time": NOW - timedelta(hours=1) + timedelta(seconds=index), "status_code": 200,
        "raw": '{"status":200}',
    }  # fmt: skip
    found |= columns
    found["day"] = found["time"].date()
    found["received"] = found["received"] or found["time"]
    return found


def connection() -> duckdb.DuckDBPyConnection:
    """DuckDB in UTC."""
    found = duckdb.connect(config={"threads": 1})
    found.execute("SET TimeZone = 'UTC'")
    return found


def create(found: duckdb.DuckDBPyConnection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put rows into the table ``rows``, in place of those that were there."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in COLUMNS.items())
    found.execute(f"CREATE OR REPLACE TABLE rows ({columns})")
    places = ", ".join("?" * len(COLUMNS))
    for one in rows:
        found.execute(f"INSERT INTO rows VALUES ({places})", [one[name] for name in COLUMNS])


def steers_nothing(shown: str) -> bool:
    """Whether a text has nothing that a terminal or a reader's eye would obey."""
    return not any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for one in shown)
