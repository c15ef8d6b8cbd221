"""Whether a country, a system or a program may be blocked: whom of one's own it would hit."""

import random
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Final

import maxminddb

from ringwall.gateway.config import Network
from ringwall.gateway.sources.kinds import Kind, Meant
from ringwall.gateway.sources.lists import AT_MOST_PART
from ringwall.gateway.sources.looking import place_of
from ringwall.gateway.sources.people import SignedIn
from ringwall.gateway.sources.places import Place
from ringwall.gateway.sources.shelf import Shelf

PLACES: Final[Mapping[Kind, Place]] = {
    Kind.COUNTRY: Place.COUNTRY,
    Kind.SYSTEM: Place.SYSTEM,
}
_LOOKED_AT: Final = 2_000
"""Addresses of each version by which it is told how much of everybody a place is."""
_GIVEN_OUT: Final = IPv6Network("2000::/3")


def why_not_place(
    what: Meant,
    shelf: Shelf,
    *,
    exempt: Iterable[Network],
    caller: IPv4Address | IPv6Address | None,
) -> str | None:
    """Why nobody may block a country or system; ``None`` where it may be blocked."""
    place = PLACES[what.kind]
    if caller is not None and place_of(shelf, place, caller) == what.text:
        return f"you come from {caller} yourself, which is of it"
    for network in exempt:
        for one in (network.network_address, network.broadcast_address):
            if place_of(shelf, place, one) == what.text:
                return f"{network} is of it, which availability.exempt names"
    return None


def hit(what: Meant, shelf: Shelf, people: Iterable[SignedIn]) -> tuple[str, ...]:
    """The mail addresses of people whom a block would hit, as far as that is known.

    Of a fingerprint it is not.
    """
    return tuple(sorted({one.email for one in people if _is_hit(what, shelf, one)}))


def _is_hit(what: Meant, shelf: Shelf, one: SignedIn) -> bool:
    if what.kind is Kind.NETWORK:
        return one.address in what.network
    if what.kind is Kind.AGENT:
        return what.agent in one.agent.lower()
    place = PLACES.get(what.kind)
    return place is not None and place_of(shelf, place, one.address) == what.text


def part_of_everybody(what: Meant, shelf: Shelf) -> float:
    """About what part of IPv4 or of IPv6 a country or system is, the larger one; from 0 to 1.

    Of some addresses, drawn as always, that are known to be of any: within a hundredth or two.
    """
    place = PLACES[what.kind]
    database = shelf.place(place)
    if not database.exists():
        return 0.0
    parts = [0.0]
    with maxminddb.open_database(database) as opened:
        for addresses in (_fourth(), _sixth()):
            looked, found = 0, 0
            for one in addresses:
                record = opened.get(one)
                looked += 1
                found += isinstance(record, dict) and _told(record, place) == what.text
            parts.append(found / looked)
    return max(parts)


def is_much(part: float) -> bool:
    """Whether it is so much of everybody that somebody has to mean it."""
    return part > AT_MOST_PART


def _told(record: Mapping[str, object], place: Place) -> str | None:
    if place is Place.SYSTEM:
        return f"AS{record.get('autonomous_system_number')}"
    country = record.get("country")
    return str(country.get("iso_code")) if isinstance(country, dict) else None


def _fourth() -> Iterator[IPv4Address]:
    drawn = random.Random(4)  # noqa: S311 - a sample
    yield from (IPv4Address(drawn.randrange(1 << 24, 224 << 24)) for _ in range(_LOOKED_AT))


def _sixth() -> Iterator[IPv6Address]:
    drawn = random.Random(6)  # noqa: S311 - a sample
    first, size = int(_GIVEN_OUT.network_address), _GIVEN_OUT.num_addresses
    yield from (IPv6Address(first + drawn.randrange(size)) for _ in range(_LOOKED_AT))
