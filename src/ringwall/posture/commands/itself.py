"""``posture itself``: Ringwall judged by its own checks."""

from pathlib import Path

import typer

from ringwall.posture.commands.queueing import to_queue
from ringwall.posture.commands.scanning import PANEL, Chosen, Custom, all_checks
from ringwall.posture.commands.verdicts import show_verdicts
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson


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
    snapshot, judged, checks = judged_itself(installation, all_checks(custom, chosen))
    places = {
        seen.found.id: f"{Path(seen.place.path).name}:{seen.place.line}"
        for seen in snapshot
        if seen.place is not None
    }
    show_verdicts(judged, checks, snapshot, places=places, as_json=as_json)
    to_queue(context, snapshot, judged, checks, scope="ringwall")
