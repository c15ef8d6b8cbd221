"""``block``: networks and other sources that are refused, for some time."""

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
    from collections.abc import Sequence

    from ringwall.gateway.config import Network
    from ringwall.gateway.layout import Layout
    from ringwall.gateway.models import Block
    from ringwall.gateway.sources.kinds import Meant

PANEL: Final = "Availability"
GROUP: Final = "block"

What = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="An address, a network, AS64500, a country (XA), a JA4 or JA3, or agent:masscan.",
    ),
]
_TAKEN_WITHIN: Final = 5.0
_LOOKED_AT: Final = {
    "country": "countries",
    "system": "autonomous systems",
    "fingerprint": "how TLS begins",
    "agent": "user agents",
}


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
        bool, typer.Option("--anyway", help="Also if it hits people who are signed in, or many.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Refuse a source, within a second, at every edge of these tables.

    What it has open goes on. Refused are what `availability.exempt` names, addresses of this
    machine, where you come from yourself, and everybody; and, without `--anyway`, what people are
    signed in from, and countries and systems that are a good part of everybody. Places,
    fingerprints and user agents have to be looked at: see `availability.sources`.
    """
    what_is = _meant(what)
    until = _until(lasts)
    if not reason.strip():
        raise Refused("a block has a reason", hint="--reason TEXT", code=ExitCode.USAGE)
    layout = _opened(context)
    from ringwall.gateway.sources import blocking, blocks
    from ringwall.gateway.sources.told import Told, told

    blocking.put_right(installation_of(context))
    known = told(layout.state) or Told()
    _require_looked_at(layout, what_is)
    _require_blockable(layout, what_is, spared=known.spared)
    now = datetime.now(UTC)
    if not anyway:
        _require_nobody(layout, what_is, now)
    try:
        made = blocks.add(
            what_is,
            reason=reason.strip(),
            author=author(),
            until=until,
            now=now,
            spared=known.spared,
        )
    except blocks.TooManyBlocksError as error:
        hint = "`availability.sources` takes as many as you like"
        raise Refused(str(error), hint=hint) from error
    taken = _taken(layout, what_is, changed=blocking.publish(layout, now))
    if as_json:
        print_json({**_told(made), "taken": taken})
        return
    end = "until you remove it" if until is None else f"until {until:%Y-%m-%d %H:%M} UTC"
    say(f"{what_is} is blocked {end}{_where(taken)}", style="green")


@command(name="list", group=GROUP, panel=PANEL, does="blocks:see")
def block_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List what people have blocked, and the networks that the edge denies by itself."""
    layout = _opened(context)
    from ringwall.gateway.sources import blocks, denials

    now = datetime.now(UTC)
    rows = [_told(one) for one in blocks.live(now)]
    quick = denials.read(layout.run / denials.DENIED)
    rows += [
        {
            "what": str(network),
            "kind": "network",
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
            Column("blocked"),
            Column("reason", least=12),
            Column("by", rank=2),
            Column("since (UTC)", rank=3),
            Column("until (UTC)", rank=1),
        ),
        [
            (
                one["what"],
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
    what_is = _meant(what)
    layout = _opened(context)
    from ringwall.gateway.sources import blocking, blocks

    now = datetime.now(UTC)
    if not blocks.remove(what_is, author=author(), now=now):
        hint = "`ringwall block list` lists what is; a block is removed as it was made"
        raise Refused(f"{what_is} is not blocked", hint=hint)
    taken = _taken(layout, what_is, changed=blocking.publish(layout, now))
    if as_json:
        print_json({**_named(what_is.kind, what_is.text), "removed": True, "taken": taken})
        return
    say(f"{what_is} is blocked no more{_where(taken)}", style="green")


def _require_looked_at(layout: "Layout", what: "Meant") -> None:
    """Refuse to block what the edge does not look at; the hint names the key that is missing."""
    from ringwall.gateway.sources import filters
    from ringwall.gateway.sources.kinds import Kind

    if what.kind is Kind.NETWORK:
        return
    said = filters.said_of(layout)
    if said is None:
        hint = "`ringwall up` applies the files"
        raise Refused("nothing has been applied yet", hint=hint, code=ExitCode.NOT_RUNNING)
    if what.kind is Kind.FINGERPRINT and said.by_header:
        msg = "behind proxies (edge.trusted_hops) no fingerprint is the client's"
        raise Refused(f"{what} is not blocked: {msg}", code=ExitCode.USAGE)
    key = filters.why_not_looked_at(what.kind, said)
    if key is not None:
        msg = f"{what} is not blocked: the edge does not look at {_LOOKED_AT[what.kind]}"
        raise Refused(msg, hint=f"{key} makes it", code=ExitCode.CONFIGURATION)


def _require_blockable(layout: "Layout", what: "Meant", *, spared: "Sequence[Network]") -> None:
    """Refuse what nobody may block."""
    from ringwall.gateway.sources import filters, guarding, here
    from ringwall.gateway.sources.judging import why_not
    from ringwall.gateway.sources.kinds import Kind
    from ringwall.gateway.sources.shelf import Shelf

    why = None
    if what.kind is Kind.NETWORK:
        why = why_not(
            what.network, spared=spared, own=here.of_this_machine(), caller=here.of_the_caller()
        )
    elif what.kind in guarding.PLACES:
        said = filters.said_of(layout)
        exempt = () if said is None else said.availability.exempt.networks
        why = guarding.why_not_place(
            what, Shelf(layout.state), exempt=exempt, caller=here.of_the_caller()
        )
    if why is not None:
        raise Refused(f"{what} is not blocked: {why}", code=ExitCode.USAGE)


def _require_nobody(layout: "Layout", what: "Meant", now: datetime) -> None:
    """Refuse to shut out people who are signed in, or a good part of everybody."""
    from ringwall.gateway.sources import guarding
    from ringwall.gateway.sources.kinds import Kind
    from ringwall.gateway.sources.people import signed_in
    from ringwall.gateway.sources.shelf import Shelf

    shelf = Shelf(layout.state)
    people = guarding.hit(what, shelf, signed_in(now))
    if people:
        shown = ", ".join(people[:3]) + (f" and {len(people) - 3} others" if people[3:] else "")
        is_one = len(people) == 1
        where = "with it" if what.kind is Kind.AGENT else "from there"
        msg = f"{what} is not blocked: {shown} {'is' if is_one else 'are'} signed in {where}"
        raise Refused(msg, hint="--anyway blocks them too, until they come from elsewhere")
    if what.kind in guarding.PLACES:
        part = guarding.part_of_everybody(what, shelf)
        if guarding.is_much(part):
            msg = f"{what} is not blocked: about {part:.0%} of all addresses are of it"
            raise Refused(msg, hint="--anyway blocks it all the same")


def _meant(text: str) -> "Meant":
    from ringwall.gateway.sources.judging import NoNetworkError
    from ringwall.gateway.sources.kinds import meant

    try:
        return meant(text)
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


def _taken(layout: "Layout", what: "Meant", *, changed: bool) -> bool | None:
    """Whether the edge of this machine has it in force; ``None`` where none runs."""
    from ringwall.gateway.sources import filters
    from ringwall.gateway.sources.door import await_taken
    from ringwall.gateway.sources.kinds import Kind

    said = None if what.kind is Kind.NETWORK else filters.said_of(layout)
    file = None if said is None else filters.file_of(what.kind, by_header=said.by_header)
    return await_taken(layout, changed=changed, within=_TAKEN_WITHIN, file=file)


def _where(taken: bool | None) -> str:
    if taken is None:
        return "; no edge runs here"
    return "" if taken else "; the edge here has not told yet that it has it"


def _told(one: "Block") -> dict[str, Any]:
    return {
        **_named(one.kind, one.what),
        "reason": one.reason,
        "author": one.author,
        "since": one.since.isoformat(),
        "until": one.until and one.until.isoformat(),
    }


def _named(kind: str, what: str) -> dict[str, Any]:
    network = what if kind == "network" else None
    return {"what": what, "kind": str(kind), "network": network}


def _minute(text: str | None) -> str:
    return (text or "")[:16].replace("T", " ")
