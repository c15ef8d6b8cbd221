"""``posture checks``: which there are; and those that other commands speak of."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import Refused
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
    from ringwall.posture.checking.finding import KnownCheck

GROUP: Final = "posture"
PANEL: Final = "Posture"
_CHECKS: Final = (
    Column("check"),
    Column("severity"),
    Column("judges", rank=2),
    Column("title", rank=1),
)

Chosen = Annotated[
    list[str] | None,
    typer.Option("--check", metavar="ID", help="Only this check, or those that begin so; repeat."),
]
Custom = Annotated[
    Path | None,
    typer.Option("--checks", metavar="FOLDER", help="A folder with checks of your own, too."),
]


def all_checks(custom: Path | None, ids: Sequence[str] | None) -> "list[KnownCheck]":
    """The checks that a command speaks of; refused where one is none."""
    from ringwall.posture.checking.finding import checks_in, chosen, own_checks

    try:
        found = own_checks(ids or None) + (checks_in(custom) if custom is not None else [])
        return chosen(found, ids) if ids else found
    except ValueError as error:
        raise Refused(str(error)) from error


@command(name="checks", group=GROUP, panel=PANEL)
def checks(
    *,
    chosen: Chosen = None,
    custom: Custom = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hold each to its own cases; see docs/posture.md.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the checks: what each judges, and how bad it is where it fails."""
    found = all_checks(custom, chosen)
    if verify:
        _verify(found)
        return
    if as_json:
        print_json(
            [
                {
                    "id": one.id,
                    "title": one.title,
                    "why": one.why,
                    "fix": one.fix,
                    "judges": one.check.judges,
                    "severity": one.check.severity,
                    "reads": one.check.reads,
                    "controls": one.check.controls,
                    "known_as": one.check.known_as,
                }
                for one in found
            ]
        )
        return
    rows = [(one.id, one.check.severity, one.check.judges, one.title) for one in found]
    print_table(_CHECKS, rows, empty="there are no checks")


def _verify(found: "Sequence[KnownCheck]") -> None:
    from ringwall.posture.checking.verifying import mistakes

    wrong = [said for one in found for said in mistakes(one)]
    for said in wrong:
        say(said, style="red")
    if wrong:
        raise Refused(f"{len(wrong)} of the cases do not come out as they say")
    count = sum(len(one.cases) for one in found)
    say(f"{len(found)} checks, {count} cases: all come out as they say")
