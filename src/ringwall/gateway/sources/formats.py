"""The forms that lists of networks come in, read whole or not at all."""

import csv
import json
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from ringwall.gateway.sources.lists import (
    WIDEST_OF_FEEDS,
    ListError,
    collapsed,
    pair_of,
    require_sane,
)
from ringwall.gateway.sources.shares import Pair, Shares

AT_MOST: Final = 500_000
"""Networks of one list, without those within another."""

_SHOWN: Final = 60
_LINE: Final = re.compile(r"^[^\S\n]*([^\s#;][^\n#;]*)", re.MULTILINE)
"""What stands on a line before a remark, without the space before it."""


class Format(StrEnum):
    """How a list is written."""

    LINES = "lines"
    """A network on each line; what follows ``#`` or ``;`` says why and is not read."""
    CSV = "csv"
    """Columns, of which one has the network."""
    JSON_LINES = "json-lines"
    """An object on each line, of which one member has the network."""


def read(
    content: bytes, *, name: str, form: Format = Format.LINES, field: str | None = None
) -> tuple[list[Pair], Shares]:
    """The networks of a list, sorted, none within another, and what part of everybody they are.

    ``field`` is the column, by its number from 1 or its heading, or the member. :class:`ListError`
    names the line that cannot be read; nothing of such a list is used.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        msg = f"{name}, line {line}: is no text in UTF-8"
        raise ListError(msg) from None
    if form is Format.LINES:
        found = _plain(text, name=name)
    else:
        values = _values(text, name=name, form=form, field=field)
        found = [_pair(value, name=name, line=line) for line, value in values]
    networks = collapsed(found)
    if not networks:
        msg = f"{name} names no network at all"
        raise ListError(msg)
    if len(networks) > AT_MOST:
        msg = f"{name} has {len(networks)} networks, more than {AT_MOST}"
        raise ListError(msg)
    return networks, require_sane(name, networks)


def _plain(text: str, *, name: str) -> list[Pair]:
    """The networks of lines, by the shortest way: there may be half a million."""
    found: list[Pair] = []
    for match in _LINE.finditer(text):
        value = match[1].rstrip()
        try:
            found.append(pair_of(value, widest=WIDEST_OF_FEEDS))
        except ValueError as error:
            raise _refused(
                value, error, name=name, line=text.count("\n", 0, match.start()) + 1
            ) from None
    return found


def _pair(value: str, *, name: str, line: int) -> Pair:
    try:
        return pair_of(value, widest=WIDEST_OF_FEEDS)
    except ValueError as error:
        raise _refused(value, error, name=name, line=line) from None


def _refused(value: str, error: ValueError, *, name: str, line: int) -> ListError:
    shown = repr(value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…")
    return ListError(f"{name}, line {line}: {shown} {error}")


def _values(text: str, *, name: str, form: Format, field: str | None) -> Iterator[tuple[int, str]]:
    """Line numbers and what stands there for a network."""
    if form is Format.CSV:
        yield from _cells(text, name=name, column=field or "1")
        return
    for line, raw in enumerate(_lines(text), 1):
        stripped = raw.strip()
        if stripped:
            value = _member(stripped, name=name, line=line, member=field or "network")
            if value is not None:
                yield line, value


def _lines(text: str) -> Iterator[str]:
    """One after the other: all at once, millions of empty ones would take half a gigabyte."""
    at = 0
    while (end := text.find("\n", at) + 1) > 0:
        yield text[at:end]
        at = end
    yield text[at:]


def _member(text: str, *, name: str, line: int, member: str) -> str | None:
    """The network of one object; ``None`` for an object that is about the list itself."""
    try:
        found = json.loads(text)
    except ValueError:
        msg = f"{name}, line {line}: is no JSON"
        raise ListError(msg) from None
    except RecursionError:
        msg = f"{name}, line {line}: is JSON within JSON, too deep to be read"
        raise ListError(msg) from None
    if not isinstance(found, dict):
        msg = f"{name}, line {line}: is no JSON object"
        raise ListError(msg)
    if member not in found and found.get("type") == "metadata":
        return None
    value = found.get(member)
    if not isinstance(value, str):
        msg = f"{name}, line {line}: has no text for {member!r}"
        raise ListError(msg)
    return value.strip()


def _cells(text: str, *, name: str, column: str) -> Iterator[tuple[int, str]]:
    rows = csv.reader(_lines(text), strict=True)
    at = int(column) - 1 if column.isdigit() else None
    try:
        for row in rows:
            if not row or row[0].lstrip().startswith("#"):
                continue
            if at is None:
                if column not in row:
                    msg = f"{name}, line {rows.line_num}: no column is called {column!r}"
                    raise ListError(msg)
                at = row.index(column)
                continue
            if at >= len(row):
                msg = f"{name}, line {rows.line_num}: has no column {column}"
                raise ListError(msg)
            yield rows.line_num, row[at].strip()
    except csv.Error as error:
        msg = f"{name}, line {rows.line_num}: {error}"
        raise ListError(msg) from None
