"""From where people who run Ringwall are signed in: no list that others keep is for them.

The worker writes it down from the tables, so that whoever makes the database of lists knows it.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network
from pathlib import Path
from typing import Final

from ringwall.gateway.config import Network
from ringwall.runtime.private_files import private_folder, write_private

_FILE: Final = "sources/running.json"
_ONE: Final = {4: 32, 6: 64}
"""How long the prefix is of what one of them has, by version: addresses within a /64 change."""


@dataclass(frozen=True, slots=True, order=True)
class Running:
    """Somebody who runs Ringwall, and the network of one of their sessions."""

    email: str
    text: str

    @classmethod
    def at(cls, email: str, address: IPv4Address | IPv6Address) -> "Running":
        """Somebody at an address; of IPv6 that is its /64."""
        return cls(email, str(ip_network((address, _ONE[address.version]), strict=False)))

    @property
    def network(self) -> Network:
        """The network."""
        return ip_network(self.text)


def running(state: Path) -> tuple[Running, ...]:
    """Who was written down last; nobody where that cannot be read."""
    try:
        found = json.loads((state / _FILE).read_bytes())
        some = [Running(str(email), str(ip_network(text))) for email, text in found]
    except (OSError, ValueError, TypeError):
        return ()
    return tuple(sorted(some))


def write(state: Path, some: Iterable[Running]) -> bool:
    """Write down who it is now; whether that is something new."""
    found = tuple(sorted({*some}))
    path = state / _FILE
    if found == running(state) and (found == () or path.exists()):
        return False
    private_folder(path.parent)
    write_private(path, json.dumps([(one.email, one.text) for one in found]).encode())
    return True
