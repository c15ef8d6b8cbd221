"""``posture report``, ``frameworks``, ``explain``: what was judged, for others to read."""

import sys
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL, Chosen, Custom, all_checks
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import Refused
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.frameworks.catalogue import Framework
    from ringwall.posture.reports.report import Report


class Form(StrEnum):
    """In which form a report is."""

    HTML = "html"
    OCSF = "ocsf"
    SARIF = "sarif"
    ASFF = "asff"
    CSV = "csv"
    OSCAL = "oscal"


_FRAMEWORKS: Final = (
    Column("framework"),
    Column("version", rank=2),
    Column("controls", right=True),
    Column("looked at", right=True),
    Column("failing", right=True),
    Column("unknown", right=True),
    Column("passing", right=True),
    Column("verdicts that pass", right=True, rank=1),
)
_CONTROLS: Final = (
    Column("control"),
    Column("stands"),
    Column("looked at", rank=2),
    Column("fail", right=True),
    Column("unknown", right=True),
    Column("pass", right=True),
    Column("title", rank=1),
)
Own = Annotated[
    list[Path] | None,
    typer.Option("--framework", metavar="FILE", help="A framework of your own, too; repeat."),
]
Account = Annotated[
    list[str] | None, typer.Option("--account", metavar="ID", help="Only this account; repeat.")
]


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
        typer.Option("--of", metavar="NAME", help="A framework to show; repeat. OSCAL needs one."),
    ] = None,
    own: Own = None,
    account: Account = None,
    chosen: Chosen = None,
    custom: Custom = None,
) -> None:
    """Report what the last scans found, judged by the checks as they are now."""
    from ringwall.posture.reports import asff, comma_separated, html, ocsf, oscal, sarif

    checks = all_checks(custom, chosen)
    named = _named(framework, own)
    if form is Form.OSCAL and len(named) != 1:
        raise Refused("OSCAL is of one framework: name it by --of", hint="such as --of soc2")
    told = _report(context, checks, account)
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


@command(name="frameworks", group=GROUP, panel=PANEL, does="posture:see")
def frameworks(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One of them, control by control.")
    ] = None,
    *,
    own: Own = None,
    account: Account = None,
    custom: Custom = None,
    as_json: AsJson = False,
) -> None:
    """Show how frameworks stand after the last scans: of how many controls anything is known."""
    from ringwall.posture.frameworks.coverage import coverage

    checks = all_checks(custom, None)
    wanted = _named([name] if name else None, own) or list(_known(own).values())
    told = _report(context, checks, account)
    found = [
        coverage(
            one,
            ((each.id, each.check.controls) for each in checks),
            ((row.check.id, row.outcome) for row in told.rows),
        )
        for one in wanted
    ]
    if as_json:
        print_json(
            [
                {
                    "framework": one.framework.id,
                    "version": one.framework.version,
                    "of": one.framework.of,
                    "counts": {standing.value: n for standing, n in one.counts.items()},
                    "controls": [
                        {
                            "control": each.control,
                            "standing": each.standing,
                            "strength": each.strength,
                            "checks": each.checks,
                            "fail": each.failed,
                            "unknown": each.unknown,
                            "pass": each.passed,
                        }
                        for each in one.controls
                    ],
                }
                for one in found
            ]
        )
        return
    if name is not None:
        rows = [
            (e.control, e.standing, e.strength or "", e.failed, e.unknown, e.passed, e.title)
            for e in found[0].controls
        ]
        print_table(_CONTROLS, rows, empty="it has no controls")
    else:
        table = []
        for one in found:
            failing, unknown, passing = list(one.counts.values())[:3]
            score = "" if one.score is None else f"{one.score:.0%}"
            table.append(
                (
                    one.framework.id,
                    one.framework.version,
                    len(one.controls),
                    one.checked,
                    failing,
                    unknown,
                    passing,
                    score,
                )
            )
        print_table(_FRAMEWORKS, table, empty="there are no frameworks")
    say("What no check looks at, people have to: nothing is said of it here.", style="dim")


@command(name="explain", group=GROUP, panel=PANEL, does="posture:see")
def explain(
    context: typer.Context,
    check: Annotated[str, typer.Argument(metavar="CHECK", help="The check's id.")],
    component: Annotated[
        str | None,
        typer.Argument(metavar="COMPONENT", help="What it says of this one, and why."),
    ] = None,
    *,
    custom: Custom = None,
) -> None:
    """Explain a check, or what it says of a component and which reads that stands on."""
    from ringwall.posture.reports.report import said

    known = next((one for one in all_checks(custom, None) if one.id == check), None)
    if known is None:
        raise Refused(f"there is no check {check}", hint="`ringwall posture checks` lists them")
    if component is None:
        _page(known)
        return
    told = _report(context, [known], None)
    rows = [
        row
        for row in told.rows
        if component in {row.judged.component, row.found.name, row.found.label}
    ]
    if not rows:
        raise Refused(
            f"{check} says nothing of {component}",
            hint="it was not read, or the check does not judge such a one",
        )
    for row in rows:
        say((f"{row.outcome}: ", "bold"), row.judged.verdict.why)
        say(row.judged.component, style="dim")
        for fact in row.judged.verdict.facts:
            say(f"  {said(fact)}")


def _page(known: "KnownCheck") -> None:
    say((known.title, "bold"))
    if known.about:
        say(known.about)
    say(("Why: ", "bold"), known.why)
    say(("Fix: ", "bold"), known.fix)
    say(("Severity: ", "bold"), known.check.severity)
    say(("Judges: ", "bold"), known.check.judges)
    say(("Reads: ", "bold"), ", ".join(known.check.reads))
    for title, several in (
        ("Controls: ", known.check.controls),
        ("Known as: ", known.check.known_as),
    ):
        if several:
            say((title, "bold"), "; ".join(several))


def _known(own: list[Path] | None) -> "dict[str, Framework]":
    from ringwall.posture.frameworks.catalogue import frameworks as known
    from ringwall.posture.frameworks.catalogue import read_framework

    found = dict(known())
    for path in own or ():
        try:
            made = read_framework(path)
        except (OSError, ValueError) as error:
            raise Refused(str(error)) from error
        found[made.id] = made
    return found


def _named(names: list[str] | None, own: list[Path] | None) -> "list[Framework]":
    found = _known(own)
    for name in names or ():
        if name not in found:
            raise Refused(f"there is no framework {name}", hint=f"there are: {', '.join(found)}")
    return [found[name] for name in names or ()]


def _report(
    context: typer.Context, checks: "list[KnownCheck]", accounts: list[str] | None
) -> "Report":
    from ringwall.posture.judging import judge_all
    from ringwall.posture.keeping import Accounts
    from ringwall.posture.reports.report import report_of

    kept = Accounts(installation_of(context).state)
    try:
        wanted = accounts or list(kept.all())
        several = [one for name in wanted if (one := kept.get(name)) is not None]
    except ValueError as error:
        raise Refused(str(error)) from error
    if not several:
        raise Refused("no account was read yet", hint="`ringwall posture scan` reads one")
    mine = [one for one in checks if one.check.judges.startswith("aws-")]
    return report_of(
        [(one.snapshot, judge_all(one.snapshot, mine)) for one in several],
        mine,
        made=datetime.now(UTC),
        read={one.account: one.read for one in several},
    )
