"""Which list an address is on, found as the edge finds it: in the database itself."""

from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import maxminddb

from ringwall.gateway.envoy.networks_db import FIELD


def list_of(database: Path, address: IPv4Address | IPv6Address) -> str | None:
    """The name of the list; ``None`` where it is on none, or there are no lists."""
    if not database.exists():
        return None
    with maxminddb.open_database(database) as opened:
        found = opened.get(address)
    return str(found[FIELD]) if isinstance(found, dict) else None
