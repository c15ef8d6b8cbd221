"""What becomes of an address, found as the edge finds it: in the databases themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import maxminddb

from ringwall.gateway.availability.sources import Sources
from ringwall.gateway.envoy.networks_db import FIELD
from ringwall.gateway.sources.denials import Denial
from ringwall.gateway.sources.kinds import Kind, Meant
from ringwall.gateway.sources.lists import ALLOWED
from ringwall.gateway.sources.places import Place
from ringwall.gateway.sources.shelf import Shelf

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an address is refused, in words; where a list or a block says why, that and its end."""

    why: str
    reason: str = ""
    until: datetime | None = None


def list_of(database: Path, address: Address) -> str | None:
    """The name of the list; ``None`` where it is on none, or there are no lists."""
    found = _record(database, address)
    return None if found is None else str(found[FIELD])


def place_of(shelf: Shelf, place: Place, address: Address) -> str | None:
    """The country (``XA``) or autonomous system (``AS64500``) that an address is of, if known."""
    record = _record(shelf.place(place), address) or {}
    if place is Place.COUNTRY:
        country = (record.get("country") or {}).get("iso_code")
        return None if country is None else str(country)
    number = record.get("autonomous_system_number")
    return None if number is None else f"AS{number}"


def refused_for(
    sources: Sources,
    shelf: Shelf,
    address: Address,
    *,
    now: datetime,
    blocked: Mapping[Meant, Denial] | None = None,
) -> Refusal | None:
    """Why the edge refuses an address at ``now``; ``None`` where it does not.

    ``blocked`` is what people block other than networks.
    """
    found = list_of(shelf.database, address)
    if found == ALLOWED:
        return None
    if found is not None:
        named = next((one for one in sources.listed(now) if one.name == found), None)
        why = f"it is on the list {found}"
        return Refusal(why) if named is None else Refusal(why, named.reason, named.until)
    own = {
        Place.SYSTEM: () if sources.systems is None else sources.systems.block,
        Place.COUNTRY: () if sources.countries is None else sources.countries.block,
    }
    for place, kind in ((Place.SYSTEM, Kind.SYSTEM), (Place.COUNTRY, Kind.COUNTRY)):
        if place not in sources.databases:
            continue
        what = place_of(shelf, place, address)
        if what is None:
            continue
        if what in own[place]:
            return Refusal(f"it is of {what}")
        for one in sources.listed(now):
            if what in (one.systems if place is Place.SYSTEM else one.countries):
                return Refusal(f"it is of {what}, on the list {one.name}", one.reason, one.until)
        block = (blocked or {}).get(Meant(kind, what))
        if block is not None:
            return Refusal(f"it is of {what}, which is blocked", block.reason, block.until)
    if sources.countries is not None and sources.countries.allow is not None:
        country = place_of(shelf, Place.COUNTRY, address)
        if country not in sources.countries.allow:
            return Refusal(
                f"it is of {country or 'no country that is known'}, which is not allowed"
            )
    return None


def _record(database: Path, address: Address) -> dict[str, Any] | None:
    if not database.exists():
        return None
    with maxminddb.open_database(database) as opened:
        found = opened.get(address)
    return found if isinstance(found, dict) else None
