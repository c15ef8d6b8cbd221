"""``attack alarm``: how the edge stands, as in an attack or as in peace, and who says so."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.installation import author
from ringwall.runtime.output import AsJson, print_json, say
from ringwall.runtime.refusals import Refused

if TYPE_CHECKING:
    from ringwall.gateway.posture import Stance
    from ringwall.runtime.installation import Installation

_GOOD, _BAD = "green", "red"
_PANEL: Final = "Running"


class _Order(StrEnum):
    AUTO = "auto"
    ON = "on"
    OFF = "off"


@command(name="alarm", group="attack", panel=_PANEL, does="alarm:change")
def attack_alarm(
    context: typer.Context,
    order: Annotated[
        _Order | None,
        typer.Argument(
            metavar="ORDER",
            help="on, off, or auto: as attacks are recognised. Without it nothing is changed.",
        ),
    ] = None,
    *,
    host: Annotated[
        list[str] | None,
        typer.Option("--host", help="With on: this host alone; may be given several times."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept and told.")] = "",
    as_json: AsJson = False,
) -> None:
    """Raise the alarm, lower it, or leave it to what is recognised.

    In alarm strangers have the strict limit of `availability.nobody`, and anonymous browsers do a
    short calculation before they come in (`availability.challenge`). Whoever is signed in, and
    every program with a valid token or key, notices nothing. It is so at the hosts that are
    attacked, or at all where that is ordered without --host. The edge takes it within a second; it
    stays through restarts and new configurations.
    """
    from ringwall.gateway.posture import ALL, Order, read_stance, set_posture

    installation = installation_of(context)
    if host and order is not _Order.ON:
        msg = "--host goes with `ringwall attack alarm on` alone"
        raise Refused(msg, hint="off and auto are for all hosts")
    if order is None:
        stance = read_stance(installation.state)
    else:
        hosts = ALL if not host else frozenset(_known(one, installation) for one in host)
        stance = set_posture(
            installation.state,
            order=Order(order.value),
            hosts=hosts,
            reason=reason,
            author=author(),
        )
    if as_json:
        print_json(stance.to_json())
        return
    tell_posture(stance)
    _tell_why(stance)


def tell_posture(stance: "Stance") -> None:
    """Say how the edge stands, since when, and where."""
    from ringwall.gateway.posture import AllHosts, Posture

    alarm = stance.posture is Posture.ALARM
    since = "" if stance.since is None else f" since {_time(stance.since)} UTC"
    say(f"The edge stands as in {stance.posture}{since}", style=_BAD if alarm else _GOOD)
    if alarm and not isinstance(stance.hosts, AllHosts):
        say(f"at {', '.join(sorted(stance.hosts))}; other hosts as in peace")


def _known(host: str, installation: "Installation") -> str:
    """A host of the edge, as its route tables name it."""
    from ringwall.gateway.posture import hosts_of_tables

    name, there_are = host.lower(), hosts_of_tables(installation.state)
    if there_are and name not in there_are:
        msg = f"the edge has no host {host}"
        raise Refused(msg, hint=f"there are {', '.join(sorted(there_are))}")
    return name


def _tell_why(stance: "Stance") -> None:
    from ringwall.gateway.posture import Order

    if stance.order is Order.AUTO:
        seen = "an attack is recognised" if stance.recognised else "no attack is recognised"
        say(f"It follows what is recognised: {seen}")
    else:
        who = f" by {stance.author}" if stance.author else ""
        say(f"So it was ordered{who}, until `ringwall attack alarm auto`")
    if stance.reason:
        say(f"Reason: {stance.reason}")


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
