"""Taking away tiles of leaves that are not needed any more (C2SP tlog-tiles, "Pruning")."""

import json
from collections.abc import Iterable

from ringwall.ledger.disk import Disk
from ringwall.ledger.shelf import PRUNED, Shelf
from ringwall.ledger.tiles import Tile


def prune(shelf: Shelf, disk: Disk, first: int, end: int) -> int:
    """Take away the tiles of level 0 from ``first`` to before ``end``; how many were there.

    That they are pruned is durable before the first is gone. After a crash, do the same again.
    """
    if first >= end:
        return 0
    before = shelf.pruned()
    after = merged([*before, (first, end)])
    if after != before:
        disk.replace(shelf.folder / PRUNED, json.dumps(after).encode() + b"\n")
    count = 0
    for index in range(first, end):
        path = shelf.folder / Tile(0, index).path
        if path.exists():
            disk.remove(path)
            count += 1
    return count


def merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same, in order, none of them touching another."""
    found: list[tuple[int, int]] = []
    for first, end in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((first, end))
    return found
