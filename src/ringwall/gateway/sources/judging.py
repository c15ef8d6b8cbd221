"""Whether a network may be blocked: never those who run this, this machine, or everybody."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_network
from typing import Final

from ringwall.gateway.config import Network
from ringwall.gateway.sources.sparing import touching

WIDEST: Final = {4: 8, 6: 16}
"""The shortest prefix that is blocked, by version: what is wider is a good part of everybody."""

_MAPPED: Final = ip_network("::ffff:0:0/96")
_FIRST: Final = ip_network("::/96")


class NoNetworkError(ValueError):
    """A text is no network; ``hint`` says how one is written."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def network_of(text: str) -> Network:
    """The network that somebody means; one address is one too. :class:`NoNetworkError`."""
    try:
        found = ip_network(text.strip(), strict=False)
    except ValueError:
        msg = f"{text[:50]!r} is neither an address nor a network"
        raise NoNetworkError(msg, "such as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48") from None
    if isinstance(found, IPv6Network) and found.prefixlen >= 96 and found.overlaps(_MAPPED):
        # RFC 4291 section 2.5.5.2: clients of IPv4, which the edge knows by that.
        fourth = IPv4Address(int(found.network_address) & 0xFFFFFFFF)
        return ip_network((fourth, found.prefixlen - 96))
    address = text.strip().partition("/")[0]
    if str(found.network_address) != str(ip_network(address).network_address):
        msg = f"{text[:50]} names an address, and a network around it"
        raise NoNetworkError(msg, f"for the network write {found}, for the address {address}")
    return found


def why_not(
    network: Network,
    *,
    spared: Iterable[Network],
    own: Iterable[IPv4Address | IPv6Address],
    caller: IPv4Address | IPv6Address | None,
) -> str | None:
    """Why nobody may block a network; ``None`` where it may be blocked."""
    if network.prefixlen < WIDEST[network.version]:
        least = WIDEST[network.version]
        return f"that is too much of everybody: at the least a block is a /{least}"
    if network.version == 6 and network.overlaps(_FIRST):
        return f"{network} is where this machine speaks with itself"
    if caller is not None and caller.version == network.version and caller in network:
        return f"you come from {caller} yourself"
    mine = sorted(str(one) for one in own if one.version == network.version and one in network)
    if mine:
        return f"{mine[0]} is an address of this machine"
    found = touching(network, spared)
    if found is not None:
        return f"{found} is never denied, says availability.exempt or availability.sources.allow"
    return None
