"""Whether one row is what a query asks for, without a database: for rows as they come in.

It agrees with :mod:`compiling` on every row, which is tested against DuckDB.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from ringwall.lake.search.fields import FREE_TEXT, IN_COLUMNS, RAW, Field, Kind
from ringwall.lake.search.moments import microseconds
from ringwall.lake.search.tree import (
    ANY,
    All,
    Either,
    Everything,
    Exists,
    InNetwork,
    Like,
    Network,
    Node,
    Not,
    OneOf,
    Pattern,
    Said,
    Within,
)

Row = Mapping[str, Any]
"""By column. Times are aware moments, or microseconds since 1970."""


def matches(tree: Node, row: Row) -> bool:
    """Whether the query asks for this row."""
    match tree:
        case Everything():
            return True
        case All(parts=parts):
            return all(matches(one, row) for one in parts)
        case Either(parts=parts):
            return any(matches(one, row) for one in parts)
        case Not(part=part):
            return not matches(part, row)
        case Exists(field=field):
            return value(field, row) is not None
        case OneOf(field=field, values=values):
            return value(field, row) in values
        case Like(field=field, pattern=pattern):
            found = value(field, row)
            return found is not None and _regex(pattern).fullmatch(found) is not None
        case InNetwork(field=field, network=network):
            return _is_in(value(field, row), network)
        case Said():
            return _is_said(tree, row)
        case Within():
            return _is_within(tree, value(tree.field, row))


def value(field: Field, row: Row) -> Any:
    """What a row has of a field, ``None`` if it lacks it."""
    if field.column:
        found = row.get(field.column)
        return microseconds(found) if isinstance(found, datetime) else found
    patches = _json(row.get("personal"))
    over = patches.values() if isinstance(patches, dict) else ()
    found = next((one for one in (_at(patch, field) for patch in over) if one is not None), None)
    return _at(_json(row.get("raw")), field) if found is None else found


def _json(text: str | None) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return None


def _at(found: Any, field: Field) -> str | None:
    for name in field.path:
        if name.isdigit():
            found = found[int(name)] if _has(found, int(name)) else None
        else:
            found = found.get(name) if isinstance(found, dict) else None
    if found is None or isinstance(found, str):
        return found
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False)


def _has(found: Any, number: int) -> bool:
    return isinstance(found, list) and number < len(found)


def _is_within(asked: Within, found: Any) -> bool:
    if asked.field.kind is Kind.RAW and found is not None:
        try:
            found = float(found)
        except ValueError:
            return False
    if found is None:
        return False
    low, high = asked.low, asked.high
    return not (
        (low is not None and (found < low or (asked.low_open and found == low)))
        or (high is not None and (found > high or (asked.high_open and found == high)))
    )


def _is_said(asked: Said, row: Row) -> bool:
    pattern = asked.pattern
    # By single characters, as a database does it; by words some letters become two.
    lowered = tuple(one if one is ANY else _lower(str(one)) for one in pattern)
    plain = () if asked.in_raw else FREE_TEXT
    written = RAW if asked.in_raw or row.get("kind") not in IN_COLUMNS else ()
    for columns, looked, change in ((plain, lowered, _lower), (written, pattern, str)):
        regex = _regex(looked)
        for column in columns:
            found = row.get(column)
            if found is not None and regex.search(change(found)):
                return True
    return False


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else "".join(one.lower()[0] for one in text)


def _regex(pattern: Pattern) -> re.Pattern[str]:
    written = "".join(".*" if one is ANY else re.escape(str(one)) for one in pattern)
    return re.compile(written, re.DOTALL)


def _is_in(found: str | None, network: Network) -> bool:
    try:
        address = ip_address(found or "")
    except ValueError:
        return False
    is_plain = re.fullmatch(r"[0-9a-f:]+|[0-9.]+", found or "") is not None
    return is_plain and address in network
