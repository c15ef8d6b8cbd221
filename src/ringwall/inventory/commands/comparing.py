"""``inventory diff``: what is not as it was."""

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated, Final

import typer

from ringwall.inventory.commands.places import GROUP, PANEL, Words, begin, query_of
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json_list, say, show
from ringwall.runtime.refusals import ExitCode, Refused

_AGO: Final = re.compile(r"(\d{1,6})([mhdw])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_COLOURS: Final = {"appeared": "green", "vanished": "red", "changed": "yellow"}
_WIDEST: Final = 200


@command(name="diff", group=GROUP, panel=PANEL, does="inventory:see")
def diff(
    context: typer.Context,
    words: Words = None,
    *,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="Such as 2h, 7d, or 2026-11-20T14:00.")
    ] = "1d",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="The same; else now.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000_000, help="How many.")] = 200,
    as_json: AsJson = False,
) -> None:
    """Tell what became of components between two times: appeared, vanished, changed in what.

    What changed and changed back is not told of. A query says of which components, as they are now.
    """
    now = datetime.now(UTC)
    begins, ends = moment_of(since, now), moment_of(until, now) if until else now
    if begins >= ends:
        raise Refused("it would end before it begins", code=ExitCode.USAGE)
    query = query_of(words)
    begin(context)
    from ringwall.inventory import service

    found = service.drift(begins, ends, query)
    if as_json:
        print_json_list(one.to_json() for one in islice(found, limit))
        return
    count = 0
    for one in islice(found, limit):
        count += 1
        say((f"{one.what.value:<9}", _COLOURS.get(one.what.value, "")), one.component)
        for name, before, after in one.changes:
            show(f"          {name}: {_short(before)} -> {_short(after)}")
    if not count:
        say("nothing is known to have changed")
    elif next(found, None) is not None:
        say("there is more; `--limit` shows more of it", style="dim")


def moment_of(text: str, now: datetime) -> datetime:
    """A time of UTC, or a length of time before now."""
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        hint = "write 2h, 7d, 2026-11-20 or 2026-11-20T14:00"
        raise Refused(f"{text} is no time", hint=hint, code=ExitCode.USAGE) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _short(text: str) -> str:
    if not text:
        return "not told"
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
