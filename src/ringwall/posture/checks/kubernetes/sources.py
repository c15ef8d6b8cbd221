"""Networks that manifests name, as checks ask about them."""

from collections.abc import Iterable, Mapping
from typing import Any

from ringwall.posture.checking import UnknownError
from ringwall.posture.permissions.networks import Addresses


def are_everybody(blocks: Iterable[Mapping[str, Any]]) -> bool:
    """Whether blocks of network policies are together all of the internet.

    ``UnknownError`` where that hangs on one that is no network.
    """
    found, unclear = [], []
    for one in blocks:
        try:
            found.append(_addresses_of(one))
        except ValueError as error:
            unclear.append(str(error))
    if Addresses.union(found).is_world:
        return True
    if unclear:
        raise UnknownError("; ".join(unclear))
    return False


def is_cluster(peer: Mapping[str, Any]) -> bool:
    """Whether a peer of a network policy is every pod there is: selectors of nothing select all."""
    spaces, pods = peer.get("namespaceSelector"), peer.get("podSelector")
    return spaces is not None and not any(map(_selects, (spaces, pods or {})))


def _selects(selector: Mapping[str, Any]) -> bool:
    return bool(selector.get("matchLabels") or selector.get("matchExpressions"))


def _addresses_of(block: Mapping[str, Any]) -> Addresses:
    """A network without its exceptions."""
    without = Addresses.of(str(one).strip() for one in block.get("except") or ())
    return Addresses.of([str(block.get("cidr")).strip()]) - without
