"""``posture frameworks``, ``posture history``: how controls stand, now and over time."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL, Custom, all_checks
from ringwall.posture.commands.told import (
    Own,
    Scope,
    history_of,
    known_frameworks,
    last_report,
    named_frameworks,
)
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ringwall.posture.frameworks.catalogue import Framework
    from ringwall.posture.frameworks.coverage import Coverage
    from ringwall.posture.frameworks.history import Point
    from ringwall.posture.owning import Whose
    from ringwall.posture.reports.report import Report

_COUNTS: Final = (
    Column("controls", right=True),
    Column("looked at", right=True),
    Column("failing", right=True),
    Column("unknown", right=True),
    Column("passing", right=True),
    Column("checks that pass", right=True, rank=1),
    Column("verdicts that pass", right=True, rank=1),
)
_FRAMEWORKS: Final = (Column("framework"), Column("version", rank=2), *_COUNTS)
_GROUPS: Final = (Column("framework"), Column("of"), *_COUNTS)
_HISTORY: Final = (
    Column("scan"),
    Column("scope", rank=1),
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
    Column("checks that pass", right=True, rank=1),
    Column("title", rank=1),
)


class By(StrEnum):
    """What coverage is told apart by."""

    SCOPE = "scope"
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
        typer.Option("--by", help="Apart by scope, or by owner."),
    ] = None,
    own: Own = None,
    scope: Scope = None,
    custom: Custom = None,
    as_json: AsJson = False,
) -> None:
    """Show how frameworks stand by what was read last: of how many controls anything is known.

    In accounts, in code that was declared, and in Ringwall itself. A check passes where all that it
    judged does, and counts once; the share of verdicts is mostly that of the kind there is most of.
    """
    from ringwall.posture.frameworks.coverage import coverage

    checks = all_checks(custom, None)
    if name:
        wanted = named_frameworks(context, [name], own)
    else:
        wanted = list(known_frameworks(context, own).values())
    told = last_report(context, checks, scope)
    if by is not None:
        from ringwall.posture.owning import owners_of

        whose = owners_of(installation_of(context))
        groups = [(group, one) for each in wanted for group, one in _groups(told, each, by, whose)]
        if as_json:
            print_json([{by.value: group, **_told(one)} for group, one in groups])
            return
        rows = [(one.framework.id, group, *_figures(one)) for group, one in groups]
        print_table(_GROUPS, rows, empty="nothing was judged")
        _rest()
        return
    verdicts = list(told.verdicts)
    found = [coverage(one, told.mapped, verdicts) for one in wanted]
    if as_json:
        print_json([_told(one) for one in found])
        return
    if name is not None:
        several = [
            (
                e.control,
                e.standing,
                e.strength or "",
                e.failed,
                e.unknown,
                e.passed,
                f"{len(e.passing_checks)} of {len(e.checks)}" if e.checks else "",
                e.title,
            )
            for e in found[0].controls
        ]
        print_table(_CONTROLS, several, empty="it has no controls")
    else:
        table = [(one.framework.id, one.framework.version, *_figures(one)) for one in found]
        print_table(_FRAMEWORKS, table, empty="there are no frameworks")
    _rest()


def _groups(
    told: "Report", framework: "Framework", by: By, whose: "Whose"
) -> "Iterable[tuple[str, Coverage]]":
    """How a framework stands in each group: of a scope by the checks that can look at it."""
    from ringwall.posture.frameworks.grouping import coverage_by

    if by is By.OWNER:
        verdicts = ((row.check.id, row.outcome, row.found) for row in told.rows)
        unread = [check for check, _ in told.unread]
        owners = coverage_by(framework, told.mapped, verdicts, whose, everywhere=unread)
        return owners.items()
    return [(scope, told.coverage_in(framework, scope)) for scope in told.looked]


def _rest() -> None:
    say("What no check looks at, people have to: nothing is said of it here.", style="dim")


def _figures(one: "Coverage") -> tuple[Any, ...]:
    failing, unknown, passing = list(one.counts.values())[:3]
    shares = (_percent(one.share_of_checks), _percent(one.score))
    return (len(one.controls), one.checked, failing, unknown, passing, *shares)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _told(one: "Coverage") -> dict[str, Any]:
    return {
        "framework": one.framework.id,
        "version": one.framework.version,
        "of": one.framework.of,
        "score": one.score,
        "share_of_checks": one.share_of_checks,
        "counts": {standing.value: n for standing, n in one.counts.items()},
        "controls": [
            {
                "control": each.control,
                "standing": each.standing,
                "strength": each.strength,
                "checks": each.checks,
                "of_checks": each.of_checks,
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
    by: Annotated[
        By, typer.Option("--by", help="Of whole scopes, or of owners in them.")
    ] = By.SCOPE,
    scope: Scope = None,
    as_json: AsJson = False,
) -> None:
    """Show how frameworks stood after each scan that all checks judged.

    A share can also change because more checks look: how many is shown beside it.
    """
    if name is not None:
        named_frameworks(context, [name], None)
    is_owner = by is By.OWNER
    points = [
        one
        for one in history_of(context, scope, by_owner=is_owner)
        if name in {None, one.framework}
    ]
    if as_json:
        print_json([_point(one) for one in points])
        return
    rows = [
        (
            f"{one.at:%Y-%m-%d %H:%M}{' (partial)' if one.partial else ''}",
            one.account,
            *((one.owner,) if is_owner else ()),
            one.framework,
            one.checks,
            one.controls,
            one.checked,
            one.failing,
            one.unknown,
            one.passing,
            _percent(one.share_of_checks),
            _percent(one.score),
        )
        for one in points
    ]
    columns = (*_HISTORY[:2], Column("owner"), *_HISTORY[2:]) if is_owner else _HISTORY
    of = f" of {' and '.join(scope)}" if scope else ""
    empty = "no owner was named in what was kept" if is_owner else f"no scan{of} was kept yet"
    print_table(columns, rows, empty=empty)


def _point(one: "Point") -> dict[str, Any]:
    from dataclasses import asdict

    shares = {"score": one.score, "share_of_checks": one.share_of_checks}
    return {**asdict(one), "at": one.at.isoformat(), **shares}
