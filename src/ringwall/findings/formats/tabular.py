"""Findings as CSV (RFC 4180), for people and their spreadsheets. Pure.

A cell that a spreadsheet would take for a formula begins with an apostrophe, which is taken off
when it is read again. Lists are JSON in one cell.
"""

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import orjson

from ringwall.core.findings import Finding
from ringwall.core.observations import Place
from ringwall.findings.formats.components import component_of
from ringwall.findings.formats.reading import (
    Brought,
    FormatError,
    Known,
    Node,
    fix_for,
    named,
    severity_of,
    slug,
)
from ringwall.findings.standing import Standing
from ringwall.findings.states import State

COLUMNS: Final = (
    *("uid", "score", "severity", "state", "source", "weakness", "component", "part"),
    *("title", "message", "fix", "owner", "deadline", "first_seen", "last_seen"),
    *("rule", "path", "line", "end", "evidence", "references", "controls"),
)
_NEEDED: Final = ("weakness", "component", "title", "severity")
_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'", *"\uff1d\uff0b\uff0d\uff20")
_LONGEST: Final = 1_000_000
_PARTED_BY: Final = (",", ";", "\t")
_OWN: Final = frozenset({"uid", "score", "state"})
"""Columns by which a table is known that a queue of Ringwall wrote, of whatever sources."""


def write(standings: Iterable[Standing]) -> bytes:
    """A table with a line for each finding."""
    made = io.StringIO()
    table = csv.writer(made)
    table.writerow(COLUMNS)
    for one in standings:
        table.writerow([_safe(text) for text in _cells(one)])
    return made.getvalue().encode("utf-8", "replace")


def _cells(one: Standing) -> list[str]:
    found = one.finding
    place = found.place
    return [
        found.uid,
        str(one.score),
        str(found.severity),
        str(one.state),
        found.source,
        found.weakness,
        found.component,
        found.part,
        found.title,
        found.message,
        found.fix,
        one.owner,
        "" if one.deadline is None else one.deadline.isoformat(),
        one.first_seen.isoformat(),
        one.last_seen.isoformat(),
        found.rule,
        "" if place is None else place.path,
        "" if place is None else str(place.line),
        "" if place is None or place.end is None else str(place.end),
        *(_list(some) for some in (found.evidence, found.references, found.controls)),
    ]


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_STARTS) or text.lstrip().startswith(_STARTS) else text


def _plain(text: str) -> str:
    return text.removeprefix("'")


def _list(some: tuple[str, ...]) -> str:
    return orjson.dumps(some).decode() if some else ""


def read(data: bytes, known: Known, *, now: datetime) -> Brought:
    """What a table brings, by the names in its first line; of other columns nothing is read.

    What parts its cells is what its first line has most of: where a comma stands in numbers,
    spreadsheets write semicolons.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise FormatError(f"line {line}", "this is no UTF-8: save the table as UTF-8") from None
    csv.field_size_limit(_LONGEST)
    parted_by = max(_PARTED_BY, key=text.partition("\n")[0].count)
    table = csv.DictReader(io.StringIO(text, newline=""), strict=True, delimiter=parted_by)
    findings, passed_at, sources = [], set(), set()
    try:
        is_own = set(table.fieldnames or ()) >= _OWN
        missing = [name for name in _NEEDED if name not in (table.fieldnames or ())]
        if missing:
            raise FormatError("line 1", f"columns are missing: {', '.join(missing)}")
        for row in table:
            if None in row:
                raise FormatError(f"line {table.line_num}", "it has more cells than line 1 names")
            cells = {name: _plain(cell or "") for name, cell in row.items() if name}
            one = _finding(Node(cells, f"line {table.line_num}"), known, now, is_own=is_own)
            sources.add(one.source)
            if is_own and cells["state"] == State.FIXED:
                passed_at.add((one.weakness, one.component, one.part))
            else:
                findings.append(one)
    except csv.Error as error:
        raise FormatError(f"line {table.line_num}", f"this is no CSV: {error}") from None
    if len(sources) > 1:
        names = ", ".join(sorted(sources)[:3])
        raise FormatError("source", f"findings of several sources ({names}): import each alone")
    return Brought(
        source=next(iter(sources), "csv"),
        findings=tuple(findings),
        passed_at=frozenset(passed_at),
    )


def _finding(cells: Node, known: Known, now: datetime, *, is_own: bool) -> Finding:
    source = "ringwall" if is_own else slug(cells.text("source") or "csv")
    rule, weakness = cells.text("rule"), cells.needed("weakness")
    ours = known.get(f"{source}:{rule or weakness}")
    if not is_own:
        weakness, ours = named(known, source, weakness)
    evidence, message = _texts(cells, "evidence"), cells.text("message")
    if not evidence and message and not is_own:  # as of all others who say no more
        evidence = (message,)
    name, line = cells.needed("component"), cells.whole("line") if cells.text("line") else None
    return Finding(
        source=source,
        weakness=weakness,
        component=name if "/" in name and not name.startswith("arn:") else component_of(name),
        part=cells.text("part"),
        title=cells.needed("title"),
        message=message,
        severity=severity_of(cells, "severity"),
        fix=fix_for(cells.text("fix"), ours, tool=source, rule=rule or weakness),
        seen=cells.moment("last_seen") or now,
        rule=rule,
        evidence=evidence,
        references=_texts(cells, "references"),
        controls=_texts(cells, "controls"),
        place=None
        if not cells.text("path")
        else Place(
            cells.text("path"), line or 1, cells.whole("end") if cells.text("end") else None
        ),
    )


def _texts(cells: Node, name: str) -> tuple[str, ...]:
    text = cells.text(name)
    if not text.startswith("["):
        return (text,) if text else ()
    try:
        return Node({name: orjson.loads(text)}, cells.place).texts(name)
    except orjson.JSONDecodeError:
        return (text,)
