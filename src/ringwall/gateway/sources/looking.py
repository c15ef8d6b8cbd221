"""What becomes of an address, found as the edge finds it: in the databases themselves."""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Any

import maxminddb

from ringwall.gateway.availability.sources import Sources
from ringwall.gateway.envoy.networks_db import FIELD
from ringwall.gateway.sources.lists import ALLOWED
from ringwall.gateway.sources.places import Place
from ringwall.gateway.sources.shelf import Shelf

Address = IPv4Address | IPv6Address


def list_of(database: Path, address: Address) -> str | None:
    """The name of the list; ``None`` where it is on none, or there are no lists."""
    found = _record(database, address)
    return None if found is None else str(found[FIELD])


def refused_for(sources: Sources, shelf: Shelf, address: Address) -> str | None:
    """Why the edge refuses an address, in words; ``None`` where it does not."""
    found = list_of(shelf.database, address)
    if found == ALLOWED:
        return None
    if found is not None:
        return f"it is on the list {found}"
    if sources.systems is not None:
        record = _record(shelf.place(Place.SYSTEM), address) or {}
        system = f"AS{record.get('autonomous_system_number')}"
        if system in sources.systems.block:
            return f"it is of {system}"
    if sources.countries is not None:
        record = _record(shelf.place(Place.COUNTRY), address) or {}
        country = (record.get("country") or {}).get("iso_code")
        if country in sources.countries.block:
            return f"it is of {country}"
        allowed = sources.countries.allow
        if allowed is not None and country not in allowed:
            return f"it is of {country or 'no country that is known'}, which is not allowed"
    return None


def _record(database: Path, address: Address) -> dict[str, Any] | None:
    if not database.exists():
        return None
    with maxminddb.open_database(database) as opened:
        found = opened.get(address)
    return found if isinstance(found, dict) else None
