"""Which SQL may be asked: one SELECT over given tables, and nothing that reaches further. Pure.

What is judged is DuckDB's own tree of the statement (``json_serialize_sql``), not its text.
"""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, Final

_NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_SOURCES: Final = frozenset(
    {"EMPTY", "BASE_TABLE", "TABLE_FUNCTION", "SUBQUERY", "JOIN", "EXPRESSION_LIST", "SHOW_REF"}
)
_TABLE_FUNCTIONS: Final = frozenset(
    {"range", "generate_series", "unnest", "json_each", "json_tree", "repeat"}
)
_DENIED: Final = re.compile(
    r"getenv|write_log|current_setting|set_config|getvariable|nextval|currval|setseed|query|query_table"
    r"|read_.*|.*_scan|pg_.*|inet_.*|txid_current|current_query.*|current_(?:user|role|connection).*"
    r"|session_user|user|version|in_search_path|json_execute_serialized_sql|sleep.*|add_.*|create_.*"
)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


LONGEST: Final = 32_768
"""Octets of a statement as JSON has it: all of it goes into the event that tells who asked it."""


class StatementError(ValueError):
    """A statement that is not asked; the message says why."""


def check_length(sql: str) -> None:
    """Refuse with :class:`StatementError` what is too long to be told."""
    if len(json.dumps(sql)) > LONGEST:
        raise StatementError(f"a statement has at most {LONGEST} bytes")


def judge(serialized: str, tables: Collection[str]) -> None:
    """Refuse with :class:`StatementError` what is more than one SELECT over ``tables``."""
    found = json.loads(serialized)
    if found.get("error"):
        said = str(found.get("error_message", "")).strip()
        if "Only SELECT" in said:
            raise StatementError("only SELECT is possible here: the log is read and never changed")
        raise StatementError(said or "this is no statement")
    statements = found.get("statements") or []
    if len(statements) != 1:
        raise StatementError(f"write one statement, there are {len(statements)}")
    parts = list(_parts(statements[0]))
    named = {name.lower() for part in parts for name in _ctes(part)}
    for part in parts:
        _judge(part, {*map(str.lower, tables)}, named)


def _parts(found: Any) -> Iterator[dict[str, Any]]:
    """Every object of the tree; without recursion, since trees may be deep."""
    left = [found]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            yield one
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)


def _ctes(part: dict[str, Any]) -> Iterator[str]:
    for one in (part.get("cte_map") or {}).get("map", ()):
        name = str(one["key"])
        if not _NAME.fullmatch(name):
            raise StatementError(f"the name {name!r} after WITH is no plain name")
        yield name


def _judge(part: dict[str, Any], tables: set[str], named: set[str]) -> None:
    kind = str(part.get("type", ""))
    if kind.endswith("_NODE") and kind not in _NODES:
        raise StatementError("only SELECT is possible here: the log is read and never changed")
    if "sample" in part and not kind.endswith("_NODE"):
        _judge_source(part, kind, tables, named)
    elif "function_name" in part:
        name = str(part["function_name"]).lower()
        if _DENIED.fullmatch(name) or _is_qualified(part):
            raise StatementError(f"the function {name} is not available here")


def _judge_source(part: dict[str, Any], kind: str, tables: set[str], named: set[str]) -> None:
    if kind not in _SOURCES:
        raise StatementError(f"{kind.lower().replace('_', ' ')} is not available here")
    if kind == "BASE_TABLE":
        name = str(part.get("table_name", ""))
        if name.lower() not in tables | named or _is_qualified(part):
            raise StatementError(f"there is no table {name!r}: {' and '.join(sorted(tables))} are")
    if kind == "TABLE_FUNCTION":
        name = str(part["function"].get("function_name", "")).lower()
        if name not in _TABLE_FUNCTIONS or _is_qualified(part["function"]):
            raise StatementError(f"the table function {name} is not available here")
    if kind == "SHOW_REF" and part.get("query") is None and part.get("table_name") != '"tables"':
        raise StatementError("write DESCRIBE with a table or a SELECT")


def _is_qualified(part: dict[str, Any]) -> bool:
    path = (part.get("qualified_name") or {}).get("path", [])
    return bool(
        part.get("schema") or part.get("catalog") or part.get("schema_name")
        or part.get("catalog_name") or len(path) > 1
    )  # fmt: skip
