"""What is called an attack, and what the edge does about it by itself."""

from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, Field

from ringwall.runtime.configuration import StrictModel

Count = Annotated[int, Field(ge=1, le=10_000_000)]


Shed = Literal["anonymous-bulk", "anonymous", "passed", "bulk", "known"]
_ALL: Final[tuple[Shed, ...]] = get_args(Shed)
_BUT_KNOWN: Final[tuple[Shed, ...]] = ("anonymous-bulk", "anonymous", "passed", "bulk")
"""A machine that others keep busy too would refuse everybody, and be no less busy for it."""


def _ordered(given: tuple[Shed, ...]) -> tuple[Shed, ...]:
    """In the order that they are shed in, whatever the order they are written in."""
    return tuple(one for one in _ALL if one in given)


class Attacks(StrictModel):
    """What is called an attack, and what the edge does about it by itself.

    Whoever is denied is so for a minute at first, and for an hour at most. Nobody is who is exempt,
    nor where somebody known was answered in the last ten minutes.
    """

    sensitivity: Literal["low", "normal", "high"] = "normal"
    """How much is called an attack: with `high` half as much is, with `low` twice as much is not.
    """
    raise_alarm: bool = True
    """Whether an attack by requests, or on sign-in, raises the alarm where it is until it is over;
    not one of a single source."""
    busy: Annotated[float, Field(ge=0.1, le=1)] = 0.85
    """The share of its time that the busiest of the edge's workers may want of the processor; in
    alarm requests are refused beyond it, in the order of `shed`. With 1 none is."""
    shed: Annotated[tuple[Shed, ...], AfterValidator(_ordered)] = _BUT_KNOWN
    """Whose requests are refused then: strangers' on routes for bulk, strangers', those of
    strangers that passed the challenge, those of people and programs on routes for bulk, and with
    `known` in the end all of theirs. The order is fixed.
    Vital routes, exempt networks and Ringwall's own pages are always served."""
    per_address: Count | None = 1024
    """Connections that one IPv4 address, or one IPv6 network of /64, may hold open before its new
    ones are refused at the door; null: any number. Nobody counts them behind proxies."""
    per_network: Count | None = 4096
    """The same of an IPv4 network of /24, or an IPv6 network of /48."""
    handshakes_per_address: Count | None = 50
    """New connections in a second that one address may begin before it is refused at the door;
    null: any number."""
    refused_per_address: Count | None = 20
    """Requests a second of strangers that limits refuse, beyond which an address is refused at the
    door while an attack is under way; null: none is."""
    resets_per_address: Count | None = 200
    """Streams of HTTP/2 a second that an address may reset, in an attack by resets, before it is
    refused at the door; null: any number. Browsers take back what they asked for when somebody
    leaves a page, a hundred at once at the most."""
