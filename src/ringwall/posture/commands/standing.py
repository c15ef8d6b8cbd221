"""``posture frameworks``, ``posture history``: how controls stand, now and over time."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL, Custom, all_checks
from ringwall.posture.commands.told import (
    Account,
    Own,
    known_frameworks,
    last_report,
    named_frameworks,
)
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import Refused
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
    from ringwall.posture.frameworks.coverage import Coverage
    from ringwall.posture.frameworks.history import Point

_COUNTS: Final = (
    Column("controls", right=True),
    Column("looked at", right=True),
    Column("failing", right=True),
    Column("unknown", right=True),
    Column("passing", right=True),
    Column("verdicts that pass", right=True, rank=1),
)
_FRAMEWORKS: Final = (Column("framework"), Column("version", rank=2), *_COUNTS)
_GROUPS: Final = (Column("framework"), Column("of"), *_COUNTS)
_HISTORY: Final = (
    Column("scan"),
    Column("account", rank=1),
    Column("framework"),
    Column("checks", right=True, rank=2),
    *_COUNTS,
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


class By(StrEnum):
    """What coverage is told apart by."""

    ACCOUNT = "account"
    OWNER = "owner"


@command(name="frameworks", group=GROUP, panel=PANEL, does="posture:see")
def frameworks(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One of them, control by control.")
    ] = None,
    *,
    by: Annotated[
        By | None,
        typer.Option("--by", help="Apart by account, or by whose tags `owner` and `team` say."),
    ] = None,
    own: Own = None,
    account: Account = None,
    custom: Custom = None,
    as_json: AsJson = False,
) -> None:
    """Show how frameworks stand after the last scans: of how many controls anything is known."""
    from ringwall.posture.frameworks.coverage import coverage
    from ringwall.posture.frameworks.grouping import account_of, coverage_by, owner_of

    checks = all_checks(custom, None)
    if name:
        wanted = named_frameworks(context, [name], own)
    else:
        wanted = list(known_frameworks(context, own).values())
    told = last_report(context, checks, account)
    mapped = [(each.id, each.check.controls) for each in checks]
    if by is not None:
        verdicts = [(row.check.id, row.outcome, row.found) for row in told.rows]
        of = account_of if by is By.ACCOUNT else owner_of
        groups = [
            (group, one)
            for framework in wanted
            for group, one in coverage_by(framework, mapped, verdicts, of).items()
        ]
        if as_json:
            print_json([{by.value: group, **_told(one)} for group, one in groups])
            return
        rows = [(one.framework.id, group, *_figures(one)) for group, one in groups]
        print_table(_GROUPS, rows, empty="nothing was judged")
        _rest()
        return
    verdicts_of_all = [(row.check.id, row.outcome) for row in told.rows]
    found = [coverage(one, mapped, verdicts_of_all) for one in wanted]
    if as_json:
        print_json([_told(one) for one in found])
        return
    if name is not None:
        several = [
            (e.control, e.standing, e.strength or "", e.failed, e.unknown, e.passed, e.title)
            for e in found[0].controls
        ]
        print_table(_CONTROLS, several, empty="it has no controls")
    else:
        table = [(one.framework.id, one.framework.version, *_figures(one)) for one in found]
        print_table(_FRAMEWORKS, table, empty="there are no frameworks")
    _rest()


def _rest() -> None:
    say("What no check looks at, people have to: nothing is said of it here.", style="dim")


def _figures(one: "Coverage") -> tuple[Any, ...]:
    failing, unknown, passing = list(one.counts.values())[:3]
    score = "" if one.score is None else f"{one.score:.0%}"
    return (len(one.controls), one.checked, failing, unknown, passing, score)


def _told(one: "Coverage") -> dict[str, Any]:
    return {
        "framework": one.framework.id,
        "version": one.framework.version,
        "of": one.framework.of,
        "score": one.score,
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


@command(name="history", group=GROUP, panel=PANEL, does="posture:see")
def history(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One framework; else all there are.")
    ] = None,
    *,
    account: Account = None,
    as_json: AsJson = False,
) -> None:
    """Show how frameworks stood after each scan that all checks judged.

    A share of verdicts can also change because more checks look: how many is shown beside it.
    """
    from ringwall.posture.frameworks.remembering import History

    try:
        points = History(installation_of(context).state).all()
    except ValueError as error:
        raise Refused(str(error)) from error
    points = [
        one
        for one in points
        if name in {None, one.framework} and (not account or one.account in account)
    ]
    if as_json:
        print_json([_point(one) for one in points])
        return
    rows = [
        (
            f"{one.at:%Y-%m-%d %H:%M}{' (partial)' if one.partial else ''}",
            one.account,
            one.framework,
            one.checks,
            one.controls,
            one.checked,
            one.failing,
            one.unknown,
            one.passing,
            "" if one.score is None else f"{one.score:.0%}",
        )
        for one in points
    ]
    print_table(_HISTORY, rows, empty="no scan was kept yet")


def _point(one: "Point") -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(one), "at": one.at.isoformat(), "score": one.score}
