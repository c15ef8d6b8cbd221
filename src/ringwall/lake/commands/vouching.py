"""``log witnesses``, ``anchors``: who vouches for the log besides itself, and how far."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

from ringwall.lake.commands.places import GROUP, PANEL, places
from ringwall.runtime.commanding import command
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.lake.places import Places


@command(name="witnesses", group=GROUP, panel=PANEL, does="log:see")
def log_witnesses(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List who cosigns the log's checkpoints, and what this Ringwall cosigns for others."""
    from ringwall.lake.faring import faring

    found = places(context)
    fares = faring(found)
    told, size, served = fares.vouching, _size(found), _served(found)
    witnesses = told.get("witnesses", [])
    witnessed = _witnessed(found)
    if as_json:
        print_json(
            {
                "size": size,
                "witnessed": witnessed,
                "quorum": told.get("quorum"),
                "witnesses": witnesses,
                "witness": served,
            }
        )
        return
    _say_if_old(asked=fares.vouching_runs or not witnesses)
    print_table(
        (Column("witness"), Column("cosigned", right=True), Column("at"), Column("state")),
        [
            (
                one["name"],
                "" if one["size"] is None else f"{one['size']:,} of {size:,}",
                _moment(one["at"]),
                _state(one["trouble"], since=one["at"]),
            )
            for one in witnesses
        ],
        empty="the log has no witnesses: `log.witnesses` names them",
    )
    if witnessed is not None:
        say(f"{witnessed:,} of {size:,} events are witnessed by {told.get('quorum', 1)} or more")
    if served is not None:
        say(f"Witness of others, with the key {served['key']}")
        for origin, count in served["logs"].items():
            say(f"  {origin}: cosigned with {count:,} entries")


@command(name="anchors", group=GROUP, panel=PANEL, does="log:see")
def log_anchors(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List where checkpoints are kept outside, and which wait."""
    from ringwall.lake.faring import faring

    found = places(context)
    fares = faring(found)
    anchors = fares.vouching.get("anchors", [])
    if as_json:
        print_json({"size": _size(found), "anchors": anchors})
        return
    _say_if_old(asked=fares.vouching_runs or not anchors)
    print_table(
        (
            Column("anchor"),
            Column("keeps", right=True),
            Column("since"),
            Column("waiting", right=True),
            Column("state"),
        ),
        [
            (
                one["name"],
                "" if one["size"] is None else f"{one['size']:,} events",
                _moment(one["put_at"]),
                str(one["waiting"]),
                _state(one["trouble"], since=one["put_at"]),
            )
            for one in anchors
        ],
        empty="checkpoints are kept nowhere outside: `log.anchors` names places",
    )


def _moment(text: str | None) -> str:
    """A time as it is shown."""
    return "" if text is None else f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S} UTC"


def _state(trouble: str, *, since: str | None) -> Cell:
    """How it stands with one of them."""
    if trouble:
        return Cell(trouble, "red")
    return Cell("well", "green") if since else Cell("not asked yet", "yellow")


def _say_if_old(*, asked: bool) -> None:
    if not asked:
        say("Nobody asks them at present: `ringwall status` says why. This is of then", style="red")


def _size(found: "Places") -> int:
    from ringwall.ledger.checkpoints import Checkpoint
    from ringwall.ledger.published import read_checkpoint

    note = read_checkpoint(found.tree)
    return 0 if note is None else Checkpoint.of(note).size


def _witnessed(found: "Places") -> int | None:
    from ringwall.ledger.checkpoints import Checkpoint
    from ringwall.ledger.published import WITNESSED, read_checkpoint

    note = read_checkpoint(found.tree, WITNESSED)
    return None if note is None else Checkpoint.of(note).size


def _served(found: "Places") -> dict[str, Any] | None:
    from ringwall.ledger.witness.process import MEMORY, SHOWN_KEY
    from ringwall.ledger.witness.store import last_cosigned

    try:
        key = (found.witness / SHOWN_KEY).read_text("utf-8").strip()
    except OSError:
        return None
    return {"key": key, "logs": last_cosigned(found.witness / MEMORY)}
