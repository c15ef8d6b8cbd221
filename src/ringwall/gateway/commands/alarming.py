"""``attack alarm``: how the edge stands, as in an attack or as in peace, and who says so."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ringwall.runtime.commanding import command, installation_of
from ringwall.runtime.installation import author
from ringwall.runtime.output import AsJson, print_json, say

if TYPE_CHECKING:
    from ringwall.gateway.posture import Stance

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
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept and told.")] = "",
    as_json: AsJson = False,
) -> None:
    """Raise the alarm, lower it, or leave it to what is recognised.

    In alarm strangers have the strict limit of `availability.nobody`, and anonymous browsers do a
    short calculation before they come in (`availability.challenge`). Whoever is signed in, and
    every program with a valid token or key, notices nothing. The edge takes it within a second;
    it stays through restarts and new configurations.
    """
    from ringwall.gateway.posture import Order, read_stance, set_posture

    installation = installation_of(context)
    if order is None:
        stance = read_stance(installation.state)
    else:
        stance = set_posture(
            installation.state, order=Order(order.value), reason=reason, author=author()
        )
    if as_json:
        print_json(stance.to_json())
        return
    tell_posture(stance)
    _tell_why(stance)


def tell_posture(stance: "Stance") -> None:
    """Say how the edge stands, and since when."""
    from ringwall.gateway.posture import Posture

    alarm = stance.posture is Posture.ALARM
    since = "" if stance.since is None else f" since {_time(stance.since)} UTC"
    say(f"The edge stands as in {stance.posture}{since}", style=_BAD if alarm else _GOOD)


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
