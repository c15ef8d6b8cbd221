"""``attack``: what comes at the edge now, what is done about it, and what came before."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ringwall.gateway.commands.alarming import tell_posture
from ringwall.gateway.commands.watching import age
from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.output import AsJson, print_json, print_table, say
from ringwall.runtime.refusals import Refused
from ringwall.runtime.tables import Cell, Column

if TYPE_CHECKING:
    from ringwall.gateway.attacks import Picture
    from ringwall.gateway.layout import Layout
    from ringwall.gateway.sentry.finding import Event

GROUP: Final = "attack"
_PANEL: Final = "Running"
_GOOD, _BAD = "green", "red"
_WATCHES_EVERY_S: Final = 1.0
_SHOWN_SOURCES: Final = 5
_SHOWN_DENIED: Final = 20


@command(name=GROUP, group=GROUP, panel=_PANEL, does="processes:see")
def attack(
    context: typer.Context,
    *,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on showing it, once a second, until Ctrl-C.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show the present picture.

    Attacks that go on and where they come from, how busy the edge is, and what is refused.
    """
    layout = _layout(context)
    while True:
        _show(layout, as_json=as_json)
        if not watch:
            return
        time.sleep(_WATCHES_EVERY_S)
        say("")


@command(name="list", group=GROUP, panel=_PANEL, does="processes:see")
def attack_list(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the attacks that were recognised, the newest first."""
    from ringwall.gateway.attacks import kept
    from ringwall.gateway.sentry.finding import finding

    events, damaged = kept(_layout(context))
    if as_json:
        print_json([finding(one, now=one.attack.ended or one.attack.seen) for one in events])
        return
    print_table(
        (
            Column("attack"),
            Column("kind"),
            Column("began (UTC)"),
            Column("lasted", right=True),
            Column("peak", right=True),
            Column("most from", rank=1, least=12),
        ),
        [
            (
                one.attack.id,
                str(one.attack.kind),
                _time(one.attack.began),
                _lasted(one),
                f"{one.attack.peak:,.0f}",
                _names(one, most=2),
            )
            for one in events
        ],
        empty="no attack was recognised so far",
    )
    for name in damaged:
        say(f"{name} cannot be read and is passed over", style=_BAD, stderr=True)


@command(name="show", group=GROUP, panel=_PANEL, does="processes:see")
def attack_show(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="ATTACK", help="Its id, as `ringwall attack list` tells.")
    ],
    *,
    as_json: AsJson = False,
) -> None:
    """Show one attack: its beginning, its peak, where it came from, and its end."""
    from ringwall.gateway.attacks import kept
    from ringwall.gateway.sentry.finding import finding

    events, _ = kept(_layout(context))
    found = next((one for one in events if one.attack.id == name), None)
    if found is None:
        msg = f"there is no attack {name}"
        raise Refused(msg, hint="`ringwall attack list` tells which there were")
    if as_json:
        print_json(finding(found, now=found.attack.ended or found.attack.seen))
        return
    one = found.attack
    say((found.title, "bold"))
    say(f"began {_time(one.began)} UTC, above {one.above:,.0f}")
    say(f"peak {one.peak:,.0f} at {_time(one.peaked)} UTC")
    over = "goes on" if one.ended is None else f"ended {_time(one.ended)} UTC"
    say(f"{over}, lasted {_lasted(found)}; {one.count:,.0f} in all")
    say("")
    print_table(
        (Column("from"), Column("which"), Column("weight", right=True)),
        [(source.what, source.name, f"{source.weight:,.0f}") for source in found.sources],
        empty="where it came from is not known",
    )


def _layout(context: typer.Context) -> "Layout":
    from ringwall.gateway.opening import layout_of

    return layout_of(installation_of(context))


def _show(layout: "Layout", *, as_json: bool) -> None:
    from ringwall.gateway.attacks import picture
    from ringwall.gateway.posture import read_stance

    found, stance = picture(layout, now=time.time()), read_stance(layout.state)
    if as_json:
        print_json({**found.to_json(), "stance": stance.to_json()})
        return
    _say_age(found)
    tell_posture(stance)
    if not found.found:
        return
    _say_load(found.found)
    say("")
    _print_attacks(found.found)
    _print_denied(found.found)


def _print_denied(found: Mapping[str, Any]) -> None:
    denied = found.get("denied", [])
    if not denied:
        return
    say("")
    print_table(
        (Column("denied"), Column("for", right=True), Column("because it", rank=1, least=16)),
        [
            (one["network"], age(timedelta(seconds=one["until"] - found["at"])), one["reason"])
            for one in denied[:_SHOWN_DENIED]
        ],
        empty="",
    )
    if len(denied) > _SHOWN_DENIED:
        say(f"and {len(denied) - _SHOWN_DENIED} more, which --json tells")


def _say_age(found: "Picture") -> None:
    if found.age is None:
        say("The sentry has told nothing yet; `ringwall status` says whether it runs", style=_BAD)
    elif not found.is_fresh:
        passed = age(timedelta(seconds=found.age))
        say(f"The sentry does not run: this is of {passed} ago. Limits hold as before", style=_BAD)
    if found.found and not found.found.get("edge"):
        say("The edge does not answer: nothing is known of it", style=_BAD)


def _say_load(found: Mapping[str, Any]) -> None:
    rates, pressure = found.get("rates", {}), found.get("pressure", {})
    if not rates:
        return
    say(
        ("The edge: ", "bold"),
        f"{rates['requests']:,.0f} requests/s, {rates['connections']:,.0f} new connections/s, "
        f"{rates['open']:,.0f} open",
    )
    say(
        f"busiest worker {pressure['worker']:.0%}, "
        f"connections {pressure.get('connections', 0):.0%} of the most there may be"
    )
    say(
        f"refused by limits {rates['limited']:,.0f}/s, {rates['limited_known']:,.0f} of them to "
        f"people or programs that are known; by lists and rules {rates['denied']:,.0f}/s; "
        f"connections {rates['refused_connections']:,.0f}/s"
    )
    if found.get("posture") == "alarm":
        say("The edge stands as in an attack; `ringwall attack alarm` tells why", style=_BAD)
    if found.get("shed"):
        classes = ", ".join(f"{one} {share}%" for one, share in found["shed"].items())
        say(f"refused for lack of time: {classes}; {rates['shed']:,.0f} requests/s", style=_BAD)
    if found.get("recorded", 100) < 100:
        say(f"of what is refused {found['recorded']}% is recorded, all of it is counted")


def _print_attacks(found: Mapping[str, Any]) -> None:
    attacks = found.get("attacks", [])
    if not attacks:
        say("No attack goes on", style=_GOOD)
        return
    print_table(
        (
            Column("attack"),
            Column("for", right=True),
            Column("now", right=True),
            Column("peak", right=True),
            Column("most from", rank=1, least=12),
        ),
        [
            (
                Cell(one["kind"], _BAD),
                age(timedelta(seconds=found["at"] - one["began"])),
                "" if one["level"] is None else f"{one['level']:,.0f}",
                f"{one['peak']:,.0f}",
                Cell.listing([s["name"] for s in one["sources"]][:_SHOWN_SOURCES]),
            )
            for one in attacks
        ],
        empty="",
    )
    say("`ringwall attack list` names them, `ringwall attack show` tells more of one")


def _names(event: "Event", *, most: int) -> Cell:
    return Cell.listing([one.name for one in event.sources][:most])


def _lasted(event: "Event") -> str:
    until = event.attack.ended or event.attack.seen
    return age(timedelta(seconds=until - event.attack.began))


def _time(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"
