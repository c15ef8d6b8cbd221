"""What those who deny have to know of the configuration in force: one small file.

It is written as a configuration comes into force, and read by whoever denies something in between:
the worker, a command, the sentry.
"""

import json
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from ringwall.gateway.config import Network
from ringwall.gateway.sources.here import of_this_machine
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.private_files import private_folder, write_private

FILE: Final = "sources/told.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``spared`` are networks that nothing denies.

    ``by_header`` where proxies stand in front: who is asking stands in a header then, and nobody
    can be told from another at the door.
    """

    spared: tuple[Network, ...] = ()
    by_header: bool = False
    hosts: tuple[str, ...] = ()


def told_of(wanted: Wanted) -> Told:
    """What those who deny have to know of a configuration, on this machine."""
    availability = wanted.availability
    own = (ip_network(one) for one in of_this_machine())
    spared = (*availability.exempt.networks, *availability.sources.allow, *own)
    hosts = tuple(sorted(wanted.edge.hosts))
    return Told(spared=spared, by_header=wanted.edge.trusted_hops > 0, hosts=hosts)


def tell(state: Path, told: Told) -> None:
    """Write it down."""
    path = state / FILE
    private_folder(path.parent)
    text = {
        "spared": [str(one) for one in told.spared],
        "by_header": told.by_header,
        "hosts": told.hosts,
    }
    write_private(path, json.dumps(text, sort_keys=True).encode())


def is_damaged(state: Path) -> bool:
    """Whether something was written down that cannot be read."""
    return (state / FILE).exists() and told(state) is None


def told(state: Path) -> Told | None:
    """What was written down last; ``None`` before anything was applied, or where it is damaged."""
    try:
        found = json.loads((state / FILE).read_bytes())
        return Told(
            spared=tuple(map(ip_network, found["spared"])),
            by_header=bool(found["by_header"]),
            hosts=tuple(found.get("hosts", ())),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
