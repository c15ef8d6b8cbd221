"""Networks without others: what is left of them is never wider, and names nobody who is spared."""

from collections.abc import Iterable, Iterator, Sequence

from ringwall.gateway.config import Network


def without(networks: Iterable[Network], spared: Sequence[Network]) -> Iterator[Network]:
    """What is left of each network: itself, pieces of it, or nothing."""
    for network in networks:
        left = [network]
        for one in spared:
            left = [piece for found in left for piece in _without(found, one)]
        yield from left


def _without(network: Network, spared: Network) -> Iterable[Network]:
    if network.version != spared.version or not network.overlaps(spared):
        return (network,)
    if network.prefixlen >= spared.prefixlen:
        return ()
    return network.address_exclude(spared)  # type: ignore[arg-type]  # both of one version


def touching(network: Network, others: Iterable[Network]) -> Network | None:
    """The first of some networks that one has addresses in common with."""
    return next(
        (one for one in others if one.version == network.version and one.overlaps(network)), None
    )
