"""``posture scan``: read an account, judge it, say what is wrong."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.posture.commands.verdicts import show_verdicts
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, print_table, say, show
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
        found = own_checks() + (checks_in(custom) if custom is not None else [])
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


@command(name="scan", group=GROUP, panel=PANEL, does="posture:scan")
def scan(
    *,
    profile: Annotated[
        str | None, typer.Option("--profile", help="A profile of AWS's configuration.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option("--region", help="Only this region; repeat.")
    ] = None,
    chosen: Chosen = None,
    custom: Custom = None,
    plan: Annotated[
        bool, typer.Option("--plan", help="Show what would be called, and call nothing.")
    ] = False,
    permissions: Annotated[
        bool, typer.Option("--permissions", help="Print the IAM policy that it needs.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read an AWS account and judge it: what passes, fails, and cannot be known.

    Credentials are those that the AWS command line would use.
    """
    from ringwall.posture.collecting.planning import plan_for

    found = all_checks(custom, chosen)
    planned = plan_for(found)
    if permissions:
        statement = {"Effect": "Allow", "Action": planned.actions, "Resource": "*"}
        print_json({"Version": "2012-10-17", "Statement": [statement]})
        return
    if plan:
        for one in planned.calls:
            show(one.call)
        return
    from ringwall.posture.collecting.running import Run
    from ringwall.posture.commands.clouds import connected
    from ringwall.posture.judging import judge_all
    from ringwall.posture.snapshot.snapshot import Snapshot

    target = connected(profile, region).target
    snapshot = Snapshot()
    Run(target, snapshot).carry_out(planned)
    judged = list(judge_all(snapshot, found))
    show_verdicts(judged, found, snapshot, places={}, as_json=as_json)
    if not as_json:
        say(f"{target.caller.calls:,} calls, {len(snapshot):,} components", style="dim")
