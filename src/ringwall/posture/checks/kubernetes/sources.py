"""Networks that manifests name, as checks ask about them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ringwall.posture.checking import UnknownError
from ringwall.posture.permissions.networks import Addresses

_ALL: Final = Addresses.of(["0.0.0.0/0", "::/0"])


def are_everybody(blocks: Iterable[Mapping[str, Any]]) -> bool:
    """Whether blocks of network policies are together all of the internet.

    ``UnknownError`` where that hangs on one that is no network.
    """
    found, unclear = _together(blocks)
    if found.is_world:
        return True
    if unclear:
        raise UnknownError(unclear)
    return False


def are_all_addresses(blocks: Iterable[Mapping[str, Any]]) -> bool:
    """Whether they are together every address there is, also those that pods have.

    ``UnknownError`` where that hangs on one that is no network, or on whether pods have addresses
    of version 6 alone.
    """
    found, unclear = _together(blocks)
    if found.v4.covers(_ALL.v4):
        return True
    if found.v6.covers(_ALL.v6):
        raise UnknownError("whether pods have addresses of version 4 is not known")
    if unclear:
        raise UnknownError(unclear)
    return False


def _together(blocks: Iterable[Mapping[str, Any]]) -> tuple[Addresses, str]:
    """All addresses of blocks, and what is said of those that are no networks."""
    found, unclear = [], []
    for one in blocks:
        try:
            found.append(_addresses_of(one))
        except ValueError as error:
            unclear.append(str(error))
    return Addresses.union(found), "; ".join(unclear)


def is_cluster(peer: Mapping[str, Any]) -> bool:
    """Whether a peer of a network policy is every pod there is: selectors of nothing select all."""
    spaces, pods = peer.get("namespaceSelector"), peer.get("podSelector")
    return spaces is not None and all(map(selects_all, (spaces, pods)))


def selects_all(selector: Mapping[str, Any] | None) -> bool:
    """Whether a selector asks for nothing."""
    several = selector or {}
    return not (several.get("matchLabels") or several.get("matchExpressions"))


def _addresses_of(block: Mapping[str, Any]) -> Addresses:
    """A network without its exceptions."""
    without = Addresses.of(str(one).strip() for one in block.get("except") or ())
    return Addresses.of([str(block.get("cidr")).strip()]) - without
