"""What commands tell of the queue of findings that their verdicts went into."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import typer

from ringwall.runtime.commanding import installation_of
from ringwall.runtime.output import say
from ringwall.runtime.refusals import ExitCode, Refused

if TYPE_CHECKING:
    from ringwall.findings.service import Taken
    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.judging import Judged
    from ringwall.posture.snapshot.snapshot import Snapshot


def to_queue(
    context: typer.Context,
    snapshot: "Snapshot",
    judged: "Iterable[Judged]",
    checks: "Iterable[KnownCheck]",
    *,
    scope: str,
    at: datetime,
    stocks: "Snapshot | None" = None,
    is_narrow: bool = False,
) -> None:
    """Put verdicts into the queue, and say what became of it, to standard error.

    Where Ringwall has never run there are no tables, and so no queue: that is said. ``at`` is when
    the first of it was read: what others read after that, and judged, stays as they found it.
    ``stocks`` is what the inventory is to know; ``None`` where it knows it already,
    ``is_narrow`` whether less was asked for than there is.
    """
    from ringwall.runtime.opening import open_tables

    installation = installation_of(context)
    try:
        open_tables(installation)
    except Refused as error:
        was_begun = installation.config.exists() and error.code is not ExitCode.NOT_RUNNING
        if was_begun:
            raise  # there is a queue, and it cannot be had: whoever reads by the clock tries again
        said = "not put into the queue of findings, which begins with `ringwall up`"
        say(said, style="dim", stderr=True)
        return
    from ringwall.findings.config import FINDINGS, Findings
    from ringwall.findings.known import known_categories
    from ringwall.posture.queueing import put, stock

    if stocks is not None:
        stock(installation, scope, stocks, at=at, is_narrow=is_narrow)
    taken = put(
        snapshot,
        judged,
        checks,
        scope=scope,
        at=at,
        rules=installation.load().one(Findings, FINDINGS),
        categories=known_categories(installation),
    )
    said = f"findings: {counted(taken)}; `ringwall findings list` shows them"
    say(said, style="dim", stderr=True)
    for title, why in taken.refused:
        say(("not taken: ", "yellow"), f"{title}: {why}", stderr=True)


def counted(taken: "Taken") -> str:
    """What a run made of the queue, in words."""
    counts = {
        "new": taken.new,
        "back": taken.reopened,
        "still there": taken.still,
        "fixed": taken.fixed,
        "not confirmed": taken.unconfirmed,
    }
    told = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    return told or "none"
