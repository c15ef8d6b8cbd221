"""``block``: networks that are refused at the door, for some time."""

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.installation import author
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import ExitCode, Refused
from ringwall.runtime.tables import Column

if TYPE_CHECKING:
    from ringwall.gateway.config import Network
    from ringwall.gateway.layout import Layout
    from ringwall.gateway.models import Block

PANEL: Final = "Availability"
GROUP: Final = "block"

What = Annotated[str, typer.Argument(metavar="NETWORK", help="An address or a network.")]
_TAKEN_WITHIN: Final = 5.0


@command(name="add", group=GROUP, panel=PANEL, does="blocks:change")
def block_add(
    context: typer.Context,
    what: What,
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; `block list` tells it.")],
    lasts: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="TIME", help="For how long: 15m, 2h, 3d; else until removed."
        ),
    ] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Also if people are signed in from there.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Refuse all connections from a network, within a second, at every edge of these tables.

    What it has open goes on. Refused are what `availability.exempt` names, addresses of this
    machine, where you come from yourself, and everybody; and, without `--anyway`, where people are
    signed in from.
    """
    network = _network(what)
    until = _until(lasts)
    if not reason.strip():
        raise Refused("a block has a reason", hint="--reason TEXT", code=ExitCode.USAGE)
    layout = _opened(context)
    from ringwall.gateway.sources import blocking, blocks, here
    from ringwall.gateway.sources.judging import why_not
    from ringwall.gateway.sources.told import Told, told

    blocking.put_right(installation_of(context))
    known = told(layout.state) or Told()
    why = why_not(
        network, spared=known.spared, own=here.of_this_machine(), caller=here.of_the_caller()
    )
    if why is not None:
        raise Refused(f"{network} is not blocked: {why}", code=ExitCode.USAGE)
    now = datetime.now(UTC)
    _require_nobody(network, now, anyway=anyway)
    try:
        made = blocks.add(
            network,
            reason=reason.strip(),
            author=author(),
            until=until,
            now=now,
            spared=known.spared,
        )
    except blocks.TooManyBlocksError as error:
        hint = "`availability.sources.block` takes as many as you like"
        raise Refused(str(error), hint=hint) from error
    taken = _taken(layout, changed=blocking.publish(layout, now))
    if as_json:
        print_json({**_told(made), "taken": taken})
        return
    end = "until you remove it" if until is None else f"until {until:%Y-%m-%d %H:%M} UTC"
    say(f"{network} is blocked {end}{_where(taken)}", style="green")


@command(name="list", group=GROUP, panel=PANEL, does="blocks:see")
def block_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the networks that people have blocked, and those that the edge denies by itself."""
    layout = _opened(context)
    from ringwall.gateway.sources import blocks, denials

    now = datetime.now(UTC)
    rows = [_told(one) for one in blocks.live(now)]
    quick = denials.read(layout.run / denials.DENIED)
    rows += [
        {
            "network": str(network),
            "reason": one.reason,
            "author": "the edge itself",
            "since": None,
            "until": one.until.isoformat(),
        }
        for network, one in quick.items()
        if one.until is not None and one.until > now
    ]
    if as_json:
        print_json(rows)
        return
    print_table(
        (
            Column("network"),
            Column("reason", least=12),
            Column("by", rank=2),
            Column("since (UTC)", rank=3),
            Column("until (UTC)", rank=1),
        ),
        [
            (
                one["network"],
                one["reason"],
                one["author"],
                _minute(one["since"]),
                _minute(one["until"]) or "removed",
            )
            for one in rows
        ],
        empty="nobody is blocked",
    )


@command(name="remove", group=GROUP, panel=PANEL, does="blocks:change")
def block_remove(context: typer.Context, what: What, *, as_json: AsJson = False) -> None:
    """Take a block back, within a second."""
    network = _network(what)
    layout = _opened(context)
    from ringwall.gateway.sources import blocking, blocks

    now = datetime.now(UTC)
    if not blocks.remove(network, author=author(), now=now):
        hint = "`ringwall block list` lists what is; a block is removed as it was made"
        raise Refused(f"{network} is not blocked", hint=hint)
    taken = _taken(layout, changed=blocking.publish(layout, now))
    if as_json:
        print_json({"network": str(network), "removed": True, "taken": taken})
        return
    say(f"{network} is blocked no more{_where(taken)}", style="green")


def _require_nobody(network: "Network", now: datetime, *, anyway: bool) -> None:
    """Refuse to shut out people who are signed in, unless that is meant."""
    from ringwall.gateway.sources.people import signed_in_from

    people = () if anyway else signed_in_from(network, now)
    if people:
        shown = ", ".join(people[:3]) + (f" and {len(people) - 3} others" if people[3:] else "")
        is_one = len(people) == 1
        msg = f"{network} is not blocked: {shown} {'is' if is_one else 'are'} signed in from there"
        raise Refused(msg, hint="--anyway blocks them too, until they come from elsewhere")


def _network(text: str) -> "Network":
    from ringwall.gateway.sources.judging import NoNetworkError, network_of

    try:
        return network_of(text)
    except NoNetworkError as error:
        raise Refused(str(error), hint=error.hint, code=ExitCode.USAGE) from error


def _opened(context: typer.Context) -> "Layout":
    """Where things lie, with the tables open."""
    from ringwall.gateway.opening import layout_of
    from ringwall.gateway.processes import left_out
    from ringwall.gateway.wanted import Wanted
    from ringwall.runtime.opening import open_tables

    installation = installation_of(context)
    # Where nobody signs in there are no tables of identity, as for the processes that run.
    os.environ.update(left_out(Wanted.of(installation.load())))
    open_tables(installation)
    return layout_of(installation)


def _until(text: str | None) -> datetime | None:
    if text is None:
        return None
    from ringwall.runtime.configuration.quantities import seconds_of

    try:
        lasts = timedelta(seconds=seconds_of(text))
        until = datetime.now(UTC) + lasts
    except (ValueError, OverflowError) as error:
        msg = f"{text!r} is no length of time for a block"
        raise Refused(msg, hint=str(error), code=ExitCode.USAGE) from error
    if lasts < timedelta(seconds=1):
        raise Refused("a block holds for a second at the least", code=ExitCode.USAGE)
    return until


def _taken(layout: "Layout", *, changed: bool) -> bool | None:
    """Whether the edge of this machine has it in force; ``None`` where none runs."""
    from ringwall.gateway.sources.door import await_taken

    return await_taken(layout, changed=changed, within=_TAKEN_WITHIN)


def _where(taken: bool | None) -> str:
    if taken is None:
        return "; no edge runs here"
    return "" if taken else "; the edge here has not told yet that it has it"


def _told(one: "Block") -> dict[str, Any]:
    return {
        "network": one.network,
        "reason": one.reason,
        "author": one.author,
        "since": one.since.isoformat(),
        "until": one.until and one.until.isoformat(),
    }


def _minute(text: str | None) -> str:
    return (text or "")[:16].replace("T", " ")
