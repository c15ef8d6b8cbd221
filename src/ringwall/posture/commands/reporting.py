"""``posture report``: what was judged, for others to read."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL, Chosen, Custom, all_checks
from ringwall.posture.commands.told import (
    Account,
    Own,
    known_frameworks,
    last_report,
    named_frameworks,
)
from ringwall.runtime.commanding import command
from ringwall.runtime.output import say
from ringwall.runtime.refusals import Refused


class Form(StrEnum):
    """In which form a report is."""

    HTML = "html"
    OCSF = "ocsf"
    SARIF = "sarif"
    ASFF = "asff"
    CSV = "csv"
    OSCAL = "oscal"


@command(name="report", group=GROUP, panel=PANEL, does="posture:see")
def report(
    context: typer.Context,
    *,
    form: Annotated[Form, typer.Option("--format", help="The form.")] = Form.HTML,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where to; else it is printed.")
    ] = None,
    framework: Annotated[
        list[str] | None,
        typer.Option("--of", metavar="NAME", help="Only this framework; repeat. OSCAL needs one."),
    ] = None,
    own: Own = None,
    account: Account = None,
    chosen: Chosen = None,
    custom: Custom = None,
) -> None:
    """Report what the last scans found, judged by the checks as they are now."""
    from ringwall.posture.reports import asff, comma_separated, html, ocsf, oscal, sarif

    checks = all_checks(custom, chosen)
    named = named_frameworks(context, framework, own)
    if form is Form.OSCAL and len(named) != 1:
        raise Refused("OSCAL is of one framework: name it by --of", hint="such as --of soc2")
    if form is Form.HTML and not named:
        named = list(known_frameworks(context, own).values())
    told = last_report(context, checks, account)
    pages = {
        Form.HTML: lambda: html.text(told, named).encode(),
        Form.OCSF: lambda: b"".join(ocsf.lines(told)),
        Form.SARIF: lambda: sarif.text(told).encode(),
        Form.ASFF: lambda: asff.text(told).encode(),
        Form.CSV: lambda: b"".join(comma_separated.lines(told)),
        Form.OSCAL: lambda: oscal.text(told, named[0]).encode(),
    }
    content = pages[form]()
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}") from error
    say(f"{out}: {len(told.rows):,} verdicts of {len(told.read)} accounts")
