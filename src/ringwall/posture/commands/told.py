"""What was judged of the accounts that were read last, as several commands speak of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringwall.runtime.commanding import installation_of
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.frameworks.catalogue import Framework
    from ringwall.posture.keeping import Kept
    from ringwall.posture.reports.report import Report

Own = Annotated[
    list[Path] | None,
    typer.Option("--framework", metavar="FILE", help="A framework of your own, too; repeat."),
]
Account = Annotated[
    list[str] | None, typer.Option("--account", metavar="ID", help="Only this account; repeat.")
]


def known_frameworks(context: typer.Context, own: Sequence[Path] | None) -> "dict[str, Framework]":
    """Ringwall's, those in the folder of the configuration, and those of files, by id."""
    from ringwall.posture.frameworks import known

    try:
        return known.known_frameworks(installation_of(context), own or ())
    except ValueError as error:
        raise Refused(str(error)) from error


def named_frameworks(
    context: typer.Context, names: Sequence[str] | None, own: Sequence[Path] | None
) -> "list[Framework]":
    """Those with these names; refused where one is of none."""
    found = known_frameworks(context, own)
    for name in names or ():
        if name not in found:
            raise Refused(f"there is no framework {name}", hint=f"there are: {', '.join(found)}")
    return [found[name] for name in names or ()]


def read_accounts(context: typer.Context, accounts: Sequence[str] | None) -> "list[Kept]":
    """What was read last of these accounts, or of all; refused where there is nothing."""
    from ringwall.posture.keeping import Accounts

    kept = Accounts(installation_of(context).state)
    try:
        wanted = accounts or list(kept.all())
        several = [one for name in wanted if (one := kept.get(name)) is not None]
    except ValueError as error:
        raise Refused(str(error)) from error
    if not several:
        raise Refused("no account was read yet", hint="`ringwall posture scan` reads one")
    return several


def report_on(several: "Sequence[Kept]", checks: "Sequence[KnownCheck]") -> "Report":
    """These accounts, judged by the checks as they are now."""
    from ringwall.posture.judging import judge_all
    from ringwall.posture.reports.report import report_of

    mine = [one for one in checks if one.check.judges.startswith("aws-")]
    return report_of(
        [(one.snapshot, judge_all(one.snapshot, mine)) for one in several],
        mine,
        made=datetime.now(UTC),
        read={one.account: one.read for one in several},
    )


def last_report(
    context: typer.Context, checks: "Sequence[KnownCheck]", accounts: Sequence[str] | None
) -> "Report":
    """All that was read last, judged by the checks as they are now."""
    return report_on(read_accounts(context, accounts), checks)
