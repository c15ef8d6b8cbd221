"""``posture itself``: Ringwall judged by its own checks."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ringwall.posture.commands.queueing import to_queue
from ringwall.posture.commands.scanning import PANEL, Chosen, Custom, all_checks
from ringwall.posture.commands.verdicts import show_verdicts
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ringwall.posture.checking.finding import KnownCheck
    from ringwall.posture.judging import Judged
    from ringwall.posture.snapshot.snapshot import Snapshot


@command(name="itself", group="posture", panel=PANEL, does="posture:scan")
def itself(
    context: typer.Context,
    *,
    chosen: Chosen = None,
    custom: Custom = None,
    as_json: AsJson = False,
) -> None:
    """Judge Ringwall itself: its edge, routes, people, keys, certificates and log."""
    from ringwall.posture.itself import judged_itself

    installation = installation_of(context)
    installation.load()  # what is wrong with it is told before anything is judged
    at = datetime.now(UTC)
    snapshot, judged, checks = judged_itself(installation, all_checks(custom, chosen))
    _keep(context, snapshot, judged, checks, is_all=not chosen and custom is None)
    places = {
        seen.found.id: f"{Path(seen.place.path).name}:{seen.place.line}"
        for seen in snapshot
        if seen.place is not None
    }
    show_verdicts(judged, checks, snapshot, places=places, as_json=as_json)
    to_queue(context, snapshot, judged, checks, scope="ringwall", at=at)


def _keep(
    context: typer.Context,
    snapshot: "Snapshot",
    judged: "Sequence[Judged]",
    checks: "Sequence[KnownCheck]",
    *,
    is_all: bool,
) -> None:
    """Keep it for reports; what cannot be kept is told, and judged all the same."""
    from ringwall.posture.recent import keep_itself

    installation, at = installation_of(context), datetime.now(UTC)
    try:
        keep_itself(installation, snapshot, judged, checks, at=at, is_all=is_all)
    except (ValueError, OSError) as error:
        say(("not kept: ", "yellow"), str(error), stderr=True)
