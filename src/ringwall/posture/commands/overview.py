"""``posture status``: how current what is known of each account and code base is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import typer

from ringwall.posture.commands.scanning import GROUP, PANEL
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.posture.heard import Hearing
    from ringwall.posture.schedule import Scanned

_COLUMNS: Final = (
    Column("name"),
    Column("scope", rank=1),
    Column("read"),
    Column("next", rank=1),
    Column("not read", right=True),
    Column("trouble", least=20, rank=1),
)
_EVENTS: Final = Column("changes", least=20)


@command(name="status", group=GROUP, panel=PANEL, does="posture:see")
def status(context: typer.Context, *, as_json: AsJson = False) -> int:
    """Tell when each account and code base was read, is read next, and what is wrong with that.

    Ends with 1 where one was not read for twice as long as its `every`, or never, or where nobody
    asked its queue of changes for ten minutes.
    """
    from ringwall.posture.config import POSTURE, Posture
    from ringwall.posture.heard import Hearings
    from ringwall.posture.scans import Scans
    from ringwall.posture.schedule import is_overdue
    from ringwall.posture.scope import scope_of

    installation = installation_of(context)
    posture = installation.load().one(Posture, POSTURE)
    scans, now = Scans(installation.state).all(), datetime.now(UTC)
    hearings = Hearings(installation.state)
    heard = {
        name: hearings.get(name) for name, one in posture.accounts.items() if one.events is not None
    }
    several = [
        _Read(name, one.every, scans.get(name), scans[name].account if name in scans else "")
        for name, one in posture.accounts.items()
    ]
    several += [
        _Read(name, one.every, scans.get(scope_of(name)), scope_of(name))
        for name, one in posture.code.items()
    ]
    late = {
        one.name: is_overdue(one.last, one.span, now)
        or (one.name in heard and heard[one.name].is_overdue(now))
        for one in several
    }
    if as_json:
        print_json(
            [_told(one, late[one.name]) | _heard_told(heard.get(one.name)) for one in several]
        )
    else:
        rows = [
            (
                *_row(one, late[one.name], now),
                *([_hearing(heard.get(one.name), now)] if heard else []),
            )
            for one in several
        ]
        columns = (*_COLUMNS, _EVENTS) if heard else _COLUMNS
        print_table(columns, rows, empty="the section posture names no account and no code")
        runs = installation.control.exists()
        if several and not runs:
            say("Ringwall does not run, so nothing is read by itself", style="yellow", stderr=True)
    return ExitCode.FAILED if any(late.values()) else ExitCode.OK


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read by the clock: how often, and how that went last."""

    name: str
    every: float
    last: "Scanned | None"
    scope: str

    @property
    def span(self) -> timedelta:
        return timedelta(seconds=self.every)


def _row(one: _Read, late: bool, now: datetime) -> tuple[str | Cell, ...]:
    from ringwall.posture.schedule import next_at

    last, when = one.last, next_at(one.last, one.span)
    if last is None or last.read is None:
        read = Cell("never", "red")
    else:
        read = Cell(_moment(last.read), "red" if late else "")
    return (
        one.name,
        one.scope,
        read,
        "now" if when is None or when <= now else _moment(when),
        "" if last is None or last.read is None else f"{last.gaps:,}",
        "" if last is None or not last.failed else Cell(f"{last.failed} times: {last.why}", "red"),
    )


def _told(one: _Read, late: bool) -> dict[str, object]:
    from ringwall.posture.schedule import next_at

    last, when = one.last, next_at(one.last, one.span)
    return {
        "name": one.name,
        "scope": one.scope or None,
        "read": None if last is None or last.read is None else last.read.isoformat(),
        "next": None if when is None else when.isoformat(),
        "not_read": None if last is None or last.read is None else last.gaps,
        "failed": 0 if last is None else last.failed,
        "why": None if last is None else last.why or None,
        "overdue": late,
    }


def _hearing(one: "Hearing | None", now: datetime) -> str | Cell:
    """How late changes are heard; empty for an account without a queue."""
    if one is None:
        return ""
    aside = f"; {one.aside:,} set aside" if one.aside else ""
    if one.is_overdue(now):
        since = "never heard" if one.asked is None else f"not heard since {_moment(one.asked)}"
        return Cell(f"{since}{aside}{': ' if one.why else ''}{one.why}", "red")
    late = "none yet" if one.delay_s is None else f"{one.delay_s:.0f} s late"
    return f"{late}{aside}{'; ' if one.why else ''}{one.why}"


def _heard_told(one: "Hearing | None") -> dict[str, object]:
    if one is None:
        return {"events": None}
    return {
        "events": {
            "asked": None if one.asked is None else one.asked.isoformat(),
            "delay_s": one.delay_s,
            "messages": one.messages,
            "set_aside": one.aside,
            "why": one.why or None,
        }
    }


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
