"""``posture explain``: a check's page, or what it says of a component and why."""

import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL, Custom, all_checks
from ringwall.posture.commands.told import read_scopes, report_on, values_of
from ringwall.runtime.commanding import command
from ringwall.runtime.output import say
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.reports.report import Report, Row
    from ringwall.posture.scopes import Last

_UID: Final = re.compile(r"[0-9a-f]{4,20}")
"""Of a finding, or how it begins, as lists show it."""
_QUEUE: Final = "`ringwall findings show` has what a scan of a part or an event brought"


@command(name="explain", group=GROUP, panel=PANEL, does="posture:see")
def explain(
    context: typer.Context,
    check: Annotated[
        str, typer.Argument(metavar="CHECK", help="A check's id, or the uid of a finding.")
    ],
    component: Annotated[
        str | None,
        typer.Argument(metavar="COMPONENT", help="What it says of this one, and why."),
    ] = None,
    *,
    custom: Custom = None,
) -> None:
    """Explain a check, or what it says of a component, and which reads and values that stands on.

    What looks like a secret, or may hold one, is not shown.
    """
    checks = all_checks(custom, None)
    known = next((one for one in checks if one.id == check), None)
    if known is None and _UID.fullmatch(check):
        several = read_scopes(context, None)
        _verdicts(_of_finding(report_on(several, checks), check), several)
        return
    if known is None:
        raise Refused(f"there is no check {check}", hint="`ringwall posture checks` lists them")
    if component is None:
        _page(known)
        return
    several = read_scopes(context, None)
    told = report_on(several, [known])
    rows = [
        row
        for row in told.rows
        if component in {row.judged.component, row.found.name, row.found.label}
    ]
    if not rows:
        raise Refused(
            f"{check} says nothing of {component}",
            hint=f"the check does not judge such a one, or it was not read as a whole; {_QUEUE}",
        )
    _verdicts(rows, several)


def _of_finding(told: "Report", uid: str) -> "list[Row]":
    by_uid: dict[str, list[Row]] = {}
    for row in told.rows:
        found = row.finding(told.made).uid
        if found.startswith(uid):
            by_uid.setdefault(found, []).append(row)
    if len(by_uid) > 1:
        raise Refused(f"several findings begin with {uid}", hint="write more of the uid")
    rows = next(iter(by_uid.values()), [])
    if not rows:
        raise Refused(
            f"there is no finding {uid} after the last scans",
            hint=f"what it was found in is there no more, or was not read as a whole; {_QUEUE}",
        )
    return rows


def _verdicts(rows: "list[Row]", several: "Sequence[Last]") -> None:
    from ringwall.posture.reports.report import said

    values = values_of(several)
    for row in rows:
        told, why = values(row), row.judged.verdict.why
        say((f"{row.outcome}: ", "bold"), why)
        say(f"{row.check.id} of {row.judged.component}", style="dim")
        for fact in row.judged.verdict.facts:
            say(f"  {said(fact)}")
            if text := told.get((fact.component, fact.aspect)):
                say(f"    {text}")
        if row.outcome == "fail":
            say(("Fix: ", "bold"), row.check.fix)


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
    for address in known.references:
        say(("More: ", "bold"), address)
