"""``log search``, ``tail``, ``show``, ``sql``, ``fields``: reading the log, which is told in it."""

import time
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.lake.commands.places import GROUP, PANEL, places
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say, write
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
    from ringwall.lake.places import Places
    from ringwall.lake.search.fields import Field
    from ringwall.lake.search.language import Query

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[QUERY]...", help="Such as: user:u_17 status:>=400 last 2h"),
]
Zone = Annotated[
    str, typer.Option("--tz", metavar="ZONE", help="The zone of times, such as Europe/Berlin.")
]
_LOOKS_EVERY_S: Final = 0.5
_MEMORY_MB: Final = 4096
"""What one statement may take, single values included, which DuckDB does not bound."""


@command(name="search", group=GROUP, panel=PANEL, does="log:see")
def log_search(
    context: typer.Context,
    words: Words = None,
    *,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many at most.")
    ] = 50,
    cursor: Annotated[
        str, typer.Option("--cursor", help="Go on after the page that ended with this.")
    ] = "",
    count: Annotated[bool, typer.Option("--count", help="Print how many there are.")] = False,
    field: Annotated[
        str | None, typer.Option("--by", metavar="FIELD", help="Count by the values of a field.")
    ] = None,
    every: Annotated[
        str | None, typer.Option("--every", metavar="TIME", help="Count by spans: 5m, 1h, 1d.")
    ] = None,
    zone: Zone = "UTC",
    as_json: AsJson = False,
) -> None:
    """Search all that happened, the newest first.

    `field:value` with `*`, `>=`, `400..499`, `(a,b)` and networks; free words and "phrases"; `last
    2h`, `since yesterday`, `until 14:00`; `-`, `OR` and parentheses. `ringwall log fields` lists
    the fields. That somebody searched is in the log, too.
    """
    found, where = places(context), zone_of(zone)
    query = query_of(" ".join(words or ()), where)
    tell_read(context, f"searched: {query.text or 'everything'}", {"query": query.text})
    asked = _Asked(found)
    if count:
        number = asked.do(lambda search: search.count(query))
        print_json(number) if as_json else say(f"{number:,}")
    elif field is not None:
        _by(asked, query, _field(field), limit, as_json=as_json)
    elif every is not None:
        _spans(asked, query, every, where, as_json=as_json)
    else:
        _page(asked, query, limit=limit, cursor=cursor, zone=where, as_json=as_json)


@command(name="tail", group=GROUP, panel=PANEL, does="log:see")
def log_tail(
    context: typer.Context,
    words: Words = None,
    *,
    lines: Annotated[
        int,
        typer.Option("--lines", "--limit", "-n", min=0, max=10_000, help="How many of the past."),
    ] = 10,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on as events come, until Ctrl-C.")
    ] = False,
    zone: Zone = "UTC",
    as_json: AsJson = False,
) -> None:
    """Show the newest events that a query finds, the oldest of them first."""
    found, where = places(context), zone_of(zone)
    text = " ".join(words or ())
    query = query_of(text, where)
    tell_read(context, f"followed: {text or 'everything'}", {"query": text})
    asked = _Asked(found)
    rows = asked.do(lambda search: list(search.rows(query, limit=lines))) if lines else []
    end = asked.end()
    _print_rows(reversed(rows), where, as_json=as_json)
    while follow:
        fresh, end = asked.since(query, end)
        _print_rows(fresh, where, as_json=as_json)
        if not fresh:
            time.sleep(_LOOKS_EVERY_S)


@command(name="show", group=GROUP, panel=PANEL, does="log:see")
def log_show(
    context: typer.Context,
    event: Annotated[str, typer.Argument(metavar="ID", help="Its number, or its own uid.")],
    *,
    zone: Zone = "UTC",
    ocsf: Annotated[bool, typer.Option("--ocsf", help="Print the whole OCSF event.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one event with all there is."""
    from ringwall.lake.ocsf import event_of
    from ringwall.lake.search.connecting import TookTooLongError
    from ringwall.lake.search.showing import as_json as plain
    from ringwall.lake.search.showing import details
    from ringwall.lake.service import Log

    found, where = places(context), zone_of(zone)
    tell_read(context, f"looked at event {event}", {"event": event})
    try:
        row = Log(found).event(event)
    except (TookTooLongError, ValueError) as error:
        raise Refused(str(error)) from error
    if row is None:
        msg = f"there is no event {event}"
        raise Refused(msg, hint="`ringwall log search` tells ids; what was kept long enough went")
    if ocsf:
        print_json(event_of(row))
    elif as_json:
        print_json(plain(row))
    else:
        for parts in details(row, zone=where):
            say(*parts)


@command(name="sql", group=GROUP, panel=PANEL, does="log:see")
def log_sql(
    context: typer.Context,
    statement: Annotated[str, typer.Argument(metavar="SELECT", help="One SELECT statement.")],
    *,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many rows at most.")
    ] = 1000,
    as_json: AsJson = False,
) -> None:
    """Ask in SQL (DuckDB), read-only: `events` and `quarantine` are the tables.

    The columns are those of `ringwall log fields`. Rows, time and memory are bounded, and nothing
    but the log can be reached.
    """
    from ringwall.lake.locked import ask_sql
    from ringwall.lake.reaching import again
    from ringwall.lake.search.connecting import TookTooLongError
    from ringwall.lake.search.sql import confine
    from ringwall.lake.search.statements import StatementError, check_length

    found = places(context)
    try:
        check_length(statement)
    except StatementError as error:
        raise Refused(str(error), code=ExitCode.USAGE) from error
    tell_read(context, "asked in SQL", {"statement": statement})
    confine(memory_mb=_MEMORY_MB)
    try:
        answer = again(lambda: ask_sql(found, statement, limit=limit))
    except (StatementError, TookTooLongError) as error:
        raise Refused(str(error), code=ExitCode.USAGE) from error
    if as_json:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    else:
        rows = [["" if one is None else str(one) for one in row] for row in answer.rows]
        print_table([Column(name) for name in answer.columns], rows, empty="no rows")
        if answer.is_cut:
            say(f"there are more than {limit:,} rows; `--limit` shows more", style="dim")


@command(name="fields", group=GROUP, panel=PANEL, does="log:see")
def log_fields(*, as_json: AsJson = False) -> None:
    """List the fields that a query can name, and what they are in OCSF."""
    from ringwall.lake.search.fields import FIELDS

    if as_json:
        print_json([{"names": one.names, "column": one.column, "ocsf": one.ocsf} for one in FIELDS])
        return
    print_table(
        (Column("field"), Column("column of SQL"), Column("is"), Column("OCSF")),
        [(", ".join(one.names), one.column, one.says, one.ocsf) for one in FIELDS],
        empty="there are none",
    )


def tell_read(context: typer.Context, message: str, about: dict[str, Any]) -> None:
    """Have it in the log that somebody read from it; nothing is read otherwise."""
    from ringwall.lake.reading_told import told
    from ringwall.runtime.recording import RecordingError

    try:
        told(installation_of(context).state, message, about)
    except RecordingError as error:
        msg = f"that you read the log cannot be recorded, so nothing is shown: {error}"
        raise Refused(msg) from error


class _Asked:
    """Asks the log, again where its files changed meanwhile."""

    def __init__(self, found: "Places") -> None:
        self._places = found

    def do(self, ask: Any) -> Any:
        """What ``ask`` gets from a :class:`Search`."""
        from ringwall.lake.search.connecting import TookTooLongError
        from ringwall.lake.search.cursors import CursorError
        from ringwall.lake.service import Log

        try:
            return Log(self._places).do(ask)
        except (TookTooLongError, CursorError, ValueError) as error:
            raise Refused(str(error)) from error

    def end(self) -> int:
        """The index that the next event gets."""
        from ringwall.lake.journal import Journal

        return Journal(self._places.journal).end()

    def since(self, query: "Query", first: int) -> tuple[list[dict[str, Any]], int]:
        """What a query finds from an index on, in order, and where that ended."""
        from ringwall.lake.following import since

        end = self.end()
        found: tuple[list[dict[str, Any]], int] = self.do(
            lambda search: since(search, query, first, end)
        )
        return found


def _page(
    asked: _Asked, query: "Query", *, limit: int, cursor: str, zone: tzinfo, as_json: bool
) -> None:
    page = asked.do(lambda search: search.page(query, limit=limit, cursor=cursor))
    if as_json:
        from ringwall.lake.search.showing import as_json as plain

        print_json({"events": [plain(row) for row in page.rows], "next": page.cursor or None})
        return
    _print_rows(page.rows, zone, as_json=False)
    if not page.rows:
        say("nothing was found")
    if page.cursor:
        say(f"there are more: --cursor {page.cursor}", style="dim")


def _by(asked: _Asked, query: "Query", field: "Field", limit: int, *, as_json: bool) -> None:
    found = asked.do(lambda search: search.top(query, field, limit=min(limit, 1000)))
    if as_json:
        print_json([{"value": value, "count": number} for value, number in found])
        return
    print_table(
        (Column(field.name), Column("events", right=True)),
        [("none" if value is None else str(value), f"{number:,}") for value, number in found],
        empty="nothing was found",
    )


def _spans(asked: _Asked, query: "Query", every: str, zone: tzinfo, *, as_json: bool) -> None:
    from ringwall.lake.search.moments import length, moment_of

    interval = length(every)
    if interval is None or interval < 1:
        msg = f"{every!r} is no length of time"
        raise Refused(msg, hint="write 5m, 1h or 1d", code=ExitCode.USAGE)
    found = asked.do(lambda search: search.histogram(query, interval))
    if as_json:
        print_json([{"since": moment_of(at), "count": number} for at, number in found])
        return
    most = max((number for _, number in found), default=1)
    print_table(
        (Column("since"), Column("events", right=True), Column("")),
        [
            (
                f"{moment_of(at).astimezone(zone):%Y-%m-%d %H:%M:%S}",
                f"{number:,}",
                "█" * max(1, round(30 * number / most)),
            )
            for at, number in found
        ],
        empty="nothing was found",
    )


def _print_rows(rows: Any, zone: tzinfo, *, as_json: bool) -> None:
    from ringwall.lake.search.showing import as_json as plain
    from ringwall.lake.search.showing import line

    for row in rows:
        if as_json:
            import json

            write(json.dumps(plain(row), default=str) + "\n")
        else:
            say(*line(row, zone=zone))


def query_of(text: str, zone: tzinfo) -> "Query":
    """The query that is written; refused where it cannot be read."""
    from ringwall.lake.search.language import parse
    from ringwall.lake.search.mistakes import QueryError

    try:
        return parse(text, now=datetime.now(UTC), zone=zone)
    except QueryError as error:
        raise Refused(str(error), code=ExitCode.USAGE) from error


def _field(name: str) -> "Field":
    from ringwall.lake.search.fields import field_named, name_meant

    found = field_named(name)
    if found is None:
        meant = name_meant(name)
        hint = f"did you mean {meant}?" if meant else "`ringwall log fields` lists them"
        msg = f"there is no field {name!r}"
        raise Refused(msg, hint=hint, code=ExitCode.USAGE)
    return found


def zone_of(name: str) -> tzinfo:
    """The zone of times; refused where there is none of that name."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return UTC if name.upper() == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"there is no time zone {name!r}"
        raise Refused(msg, hint="write UTC or Europe/Berlin", code=ExitCode.USAGE) from error
