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


def _addresses_of(block: Mapping[str, Any]) -> Addresses:
    """A network without its exceptions."""
    without = Addresses.of(str(one).strip() for one in block.get("except") or ())
    return Addresses.of([str(block.get("cidr")).strip()]) - without
