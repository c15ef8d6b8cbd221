"""``log export``: what a query finds, for another program."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringwall.lake.commands.places import GROUP, PANEL, places
from ringwall.lake.commands.searching import Words, Zone, query_of, tell_read, zone_of
from ringwall.runtime.commanding import command
from ringwall.runtime.output import say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.lake.places import Places
    from ringwall.lake.search.language import Query


@command(name="export", group=GROUP, panel=PANEL, does="log:see")
def log_export(
    context: typer.Context,
    words: Words = None,
    *,
    form: Annotated[
        str,
        typer.Option("--format", "-f", metavar="FORM", help="ocsf, csv, cef, syslog or parquet."),
    ] = "ocsf",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The file; else standard output.")
    ] = None,
    zone: Zone = "UTC",
) -> None:
    """Write all that a query finds: OCSF as JSON lines, CSV, CEF, syslog or Parquet.

    In order of time. Formulae are made harmless in CSV, and no text of an event can end a line.
    """
    from ringwall.lake.exporting import FORMATS, PARQUET, export, export_parquet, form_of
    from ringwall.lake.reaching import again

    if form not in FORMATS:
        msg = f"there is no format {form!r}"
        raise Refused(msg, hint=f"write one of {', '.join(FORMATS)}", code=ExitCode.USAGE)
    if out is not None and not out.parent.is_dir():
        raise Refused(f"{out.parent} is not a folder", hint="--out FILE", code=ExitCode.USAGE)
    found, text = places(context), " ".join(words or ())
    query = query_of(text, zone_of(zone))
    tell_read(context, f"exported as {form}: {text or 'everything'}", {"query": text})
    if form == PARQUET:
        if out is None:
            raise Refused("Parquet is no text", hint="--out FILE", code=ExitCode.USAGE)
        count = again(lambda: export_parquet(found, query, out))
    elif out is None:
        export(found, query, sys.stdout.buffer, form_of(form))
        return
    else:
        count = _to_file(found, query, out, form)
    say(f"wrote {count:,} events to {out}" if count else "nothing was found")


def _to_file(found: "Places", query: "Query", out: Path, form: str) -> int:
    from ringwall.lake.exporting import export, form_of

    with out.open("wb") as file:
        return export(found, query, file, form_of(form), progress=_tell)


def _tell(count: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{count:,} events")
        sys.stderr.flush()
