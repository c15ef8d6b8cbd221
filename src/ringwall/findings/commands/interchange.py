"""``findings import`` and ``export``: what other tools found, and the queue for other tools."""

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringwall.findings.commands.listing import (
    GROUP,
    PANEL,
    All,
    Least,
    OfComponent,
    Owner,
    Source,
    States,
    Weakness,
    wanted_of,
)
from ringwall.findings.formats.form import Form
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.whole_files import write_whole

if TYPE_CHECKING:
    from ringwall.findings.standing import Standing


@command(name="import", group=GROUP, panel=PANEL, does="findings:change")
def findings_import(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The report; - reads what comes in.")
    ],
    *,
    form: Annotated[
        Form | None, typer.Option("--format", help="Its form; else told by what is in it.")
    ] = None,
    scope: Annotated[
        str, typer.Option("--scope", help="What it is about, the same at the next report.")
    ] = "",
    component: Annotated[
        str, typer.Option("--component", help="The repository of what names no component.")
    ] = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="What it does not tell of is not there any more.")
    ] = False,
    believe: Annotated[
        bool, typer.Option("--believe", help="Do what a VEX says; else it becomes a comment.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take in a report of another tool: OCSF, SARIF, ASFF, CycloneDX with VEX, CSV.

    What it finds that one of our checks finds too is one finding, seen by both.
    """
    data = _content(file)
    from ringwall.runtime.opening import open_tables

    installation = installation_of(context)
    open_tables(installation)
    from ringwall.findings.config import FINDINGS, Findings
    from ringwall.findings.formats.reading import FormatError
    from ringwall.findings.importing import bring_in
    from ringwall.findings.known import known_categories, known_rules

    try:
        done = bring_in(
            data,
            known=known_rules(),
            categories=known_categories(installation),
            rules=installation.load().one(Findings, FINDINGS),
            now=datetime.now(UTC),
            form=form,
            scope=scope,
            about=component,
            is_whole=whole,
            believes=believe,
        )
    except FormatError as error:
        msg = f"{file}: {error}"
        raise Refused(msg, hint="nothing was taken in", code=ExitCode.FAILED) from error
    taken = done.taken
    if as_json:
        told = {"source": done.source, "scope": done.scope, "said": list(done.said)}
        print_json({**told, **taken.to_json()})
    else:
        for title, why in taken.refused:
            say(("not taken: ", "yellow"), f"{title}: {why}")
        for line in done.said:
            say(line)
        say(
            f"{done.source}: {taken.new} new, {taken.reopened} back again, {taken.still} known, "
            f"{taken.fixed} fixed, {taken.unconfirmed} not confirmed"
            + (f", {taken.older} older than what is known" if taken.older else "")
        )
    if taken.refused:
        raise typer.Exit(ExitCode.FAILED)


@command(name="export", group=GROUP, panel=PANEL, does="findings:see")
def findings_export(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to; else to standard output.")
    ] = None,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The same as FILE.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", help="In which form.")] = Form.OCSF,
    account: Annotated[
        str, typer.Option("--account", metavar="ID", help="Of what is in no account: for ASFF.")
    ] = "",
    state: States = None,
    everything: All = False,
    severity: Least = None,
    weakness: Weakness = "",
    component: OfComponent = "",
    owner: Owner = "",
    source: Source = "",
    as_json: AsJson = False,
) -> None:
    """Write findings for other tools: OCSF, SARIF, ASFF, CycloneDX with VEX, CSV.

    ASFF leaves out what is in no account of AWS, unless --account says where to put it.
    """
    if file is not None and out is not None:
        raise Refused("where to is said twice", hint="either FILE or --out FILE")
    file = file or out
    if account and not re.fullmatch(r"[0-9]{12}", account):
        raise Refused(f"{account} is no account of AWS: those have twelve digits")
    from ringwall.runtime.opening import open_tables

    open_tables(installation_of(context))
    from ringwall.findings import service
    from ringwall.findings.formats.forms import write

    wanted = wanted_of(
        states=state,
        everything=everything,
        least=severity,
        weakness=weakness,
        component=component,
        owner=owner,
        source=source,
    )
    if form is Form.ASFF:
        data = _asff(list(service.standings(wanted)), account)
    else:
        data = write(form, service.standings(wanted))
    if file is not None and as_json:
        print_json({"file": str(file), "format": form, "bytes": len(data)})
    if file is None:
        sys.stdout.write(data.decode() + ("" if data.endswith(b"\n") else "\n"))
        return
    try:
        write_whole(file, data)
    except OSError as error:
        raise Refused(f"cannot write {file}: {(error.strerror or '').lower()}") from error


def _asff(several: "list[Standing]", account: str) -> bytes:
    """Security Hub's form, and a word on what is not in it; refused where that is all."""
    from ringwall.findings import service
    from ringwall.findings.formats.asff import owner_of
    from ringwall.findings.formats.forms import write

    accounts = service.accounts(one.uid for one in several)
    nobodys = 0 if account else sum(not owner_of(one, accounts) for one in several)
    if nobodys:
        of = "1 finding that is in none is" if nobodys == 1 else f"{nobodys:,} that are in none are"
        said, hint = f"ASFF is of accounts of AWS: {of} not in it", "--account ID puts them in one"
        if nobodys == len(several):
            raise Refused(said, hint=hint)
        say((f"{said}; {hint}", "yellow"), stderr=True)
    return write(Form.ASFF, several, account=account, accounts=accounts)


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read()
    try:
        return file.read_bytes()
    except OSError as error:
        msg = f"cannot read {file}: {(error.strerror or str(error)).lower()}"
        raise Refused(msg, hint="nothing was taken in") from error
