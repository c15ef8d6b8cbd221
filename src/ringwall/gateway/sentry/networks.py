"""Addresses as whom to count together: an address, in version 6 its /64, and their networks. Pure.

A line in 2001:db8::/64 costs its holder nothing for each of its addresses (RFC 6177), so all of
them are one.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network


def network_of(address: str | bytes, *, wide: bool = False) -> Network | None:
    """The network that counts as one address, with ``wide`` the one around it; ``None`` if none."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if found.version == 6 and (mapped := found.ipv4_mapped) is not None:
        found = mapped
    bits = (24 if wide else 32) if found.version == 4 else (48 if wide else 64)
    return ip_network((found, bits), strict=False)


def told(network: Network) -> str:
    """As people write it: a single address without the number of its bits."""
    return str(network.network_address) if network.prefixlen == 32 else str(network)


class Exempt:
    """Networks that nothing is done to."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = tuple(ip_network(one, strict=False) for one in networks)

    def overlaps(self, network: Network) -> bool:
        """Whether any of them has an address in common with this one."""
        return any(
            one.version == network.version and one.overlaps(network) for one in self._networks
        )
