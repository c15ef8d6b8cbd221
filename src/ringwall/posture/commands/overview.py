"""``posture status``: how current what is known of each account is."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.posture.config import AwsAccount
    from ringwall.posture.schedule import Scanned

_COLUMNS: Final = (
    Column("account"),
    Column("number", rank=1),
    Column("read"),
    Column("next", rank=1),
    Column("not read", right=True),
    Column("trouble", least=20, rank=1),
)


@command(name="status", group=GROUP, panel=PANEL, does="posture:see")
def status(context: typer.Context, *, as_json: AsJson = False) -> int:
    """Tell when each account was read, when it is read next, and what is wrong with that.

    Ends with 1 where one was not read for twice as long as its `every`, or never.
    """
    from ringwall.posture.config import POSTURE, Posture
    from ringwall.posture.scans import Scans
    from ringwall.posture.schedule import is_overdue

    installation = installation_of(context)
    accounts = installation.load().one(Posture, POSTURE).accounts
    scans, now = Scans(installation.state).all(), datetime.now(UTC)
    late = {
        name: is_overdue(scans.get(name), timedelta(seconds=one.every), now)
        for name, one in accounts.items()
    }
    if as_json:
        print_json(
            [_told(name, one, scans.get(name), late[name]) for name, one in accounts.items()]
        )
    else:
        rows = [_row(name, one, scans.get(name), late[name], now) for name, one in accounts.items()]
        print_table(_COLUMNS, rows, empty="the section posture names no account")
        runs = installation.control.exists()
        if accounts and not runs:
            say("Ringwall does not run, so nothing is read by itself", style="yellow", stderr=True)
    return ExitCode.FAILED if any(late.values()) else ExitCode.OK


def _row(
    name: str, account: "AwsAccount", last: "Scanned | None", late: bool, now: datetime
) -> tuple[str | Cell, ...]:
    from ringwall.posture.schedule import next_at

    when = next_at(last, timedelta(seconds=account.every))
    if last is None or last.read is None:
        read = Cell("never", "red")
    else:
        read = Cell(_moment(last.read), "red" if late else "")
    return (
        name,
        "" if last is None else last.account,
        read,
        "now" if when is None or when <= now else _moment(when),
        "" if last is None or last.read is None else f"{last.gaps:,}",
        "" if last is None or not last.failed else Cell(f"{last.failed} times: {last.why}", "red"),
    )


def _told(
    name: str, account: "AwsAccount", last: "Scanned | None", late: bool
) -> dict[str, object]:
    from ringwall.posture.schedule import next_at

    when = next_at(last, timedelta(seconds=account.every))
    return {
        "name": name,
        "account": None if last is None else last.account or None,
        "read": None if last is None or last.read is None else last.read.isoformat(),
        "next": None if when is None else when.isoformat(),
        "not_read": None if last is None or last.read is None else last.gaps,
        "failed": 0 if last is None else last.failed,
        "why": None if last is None else last.why or None,
        "overdue": late,
    }


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
