"""``posture itself``: Ringwall judged by its own checks."""

from pathlib import Path
from typing import Final

import typer

from ringwall.posture.commands.queueing import to_queue
from ringwall.posture.commands.scanning import PANEL, Chosen, Custom, all_checks
from ringwall.posture.commands.verdicts import show_verdicts
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson

_OWN: Final = "ringwall-"


@command(name="itself", group="posture", panel=PANEL, does="posture:scan")
def itself(
    context: typer.Context,
    *,
    chosen: Chosen = None,
    custom: Custom = None,
    as_json: AsJson = False,
) -> None:
    """Judge Ringwall itself: its edge, routes, people, keys, certificates and log."""
    from ringwall.posture.itself import read_itself
    from ringwall.posture.judging import judge_all

    checks = [one for one in all_checks(custom, chosen) if one.check.judges.startswith(_OWN)]
    installation = installation_of(context)
    installation.load()  # what is wrong with it is told before anything is judged
    snapshot = read_itself(installation)
    judged = list(judge_all(snapshot, checks))
    places = {
        seen.found.id: f"{Path(seen.place.path).name}:{seen.place.line}"
        for seen in snapshot
        if seen.place is not None
    }
    show_verdicts(judged, checks, snapshot, places=places, as_json=as_json)
    to_queue(context, snapshot, judged, checks, scope="ringwall")
