"""Check every tile of a tree against a checkpoint: from the root down, so that each has a judge."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.merkle import root_at
from ringwall.ledger.proving import DamagedTreeError, PrunedError
from ringwall.ledger.shelf import Shelf, part
from ringwall.ledger.tiles import WIDTH, Tile, all_tiles, partial_tiles, place_of, top_of


class State(StrEnum):
    """What is found of a tile."""

    DAMAGED = "damaged"
    """It is not the one that the checkpoint stands on, or it is missing."""
    UNCHECKED = "unchecked"
    """A tile above it is damaged, so nothing says what it should be."""
    PRUNED = "pruned"
    """It was taken away, and nothing else is wrong for it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is not as it was: a tile, and why that is said."""

    tile: Tile
    state: State
    why: str


def audit(folder: Path, checkpoint: Checkpoint) -> Iterator[Found]:
    """All tiles that are not as they were, the highest level first; none where all is well.

    The checkpoint is trusted: verify its signature before.
    """
    shelf = Shelf(folder)
    edge = list(partial_tiles(checkpoint.size))
    damaged: set[tuple[int, int]] = set()
    lost = False
    for tile in edge:
        try:
            shelf.partial(tile)
        except DamagedTreeError as error:
            damaged.add((tile.level, tile.index))
            lost = True
            yield Found(tile, State.DAMAGED, str(error))
    if not lost and not _fold_to_root(shelf, checkpoint, edge):
        for tile in edge:
            damaged.add((tile.level, tile.index))
            why = "together with the other partial tiles it does not give the root"
            yield Found(tile, State.DAMAGED, why)
    for tile in sorted(all_tiles(checkpoint.size), key=lambda one: (-one.level, one.index)):
        if not tile.is_full:
            continue
        found = _judged(shelf, tile, checkpoint.size, damaged)
        if found is not None:
            if found.state is not State.PRUNED:
                damaged.add((tile.level, tile.index))
            yield found


def _fold_to_root(shelf: Shelf, checkpoint: Checkpoint, edge: list[Tile]) -> bool:
    by_level = {tile.level: tile for tile in edge}

    def hash_of(level: int, index: int) -> bytes:
        tile_level, _, first, last = place_of(level, index)
        return top_of(part(shelf.partial(by_level[tile_level]), first, last))

    return root_at(checkpoint.size, hash_of) == checkpoint.root


def _judged(shelf: Shelf, tile: Tile, size: int, damaged: set[tuple[int, int]]) -> Found | None:
    above, place = divmod(tile.index, WIDTH)
    parent = (tile.level + 1, above)
    if parent in damaged:
        return Found(tile, State.UNCHECKED, f"the tile above, {Tile(*parent)}, is damaged")
    if not (shelf.folder / tile.path).exists() and shelf.is_pruned(tile):
        return Found(tile, State.PRUNED, "it was pruned")
    try:
        top = top_of(shelf.full(tile.level, tile.index))
    except PrunedError:  # just now
        return Found(tile, State.PRUNED, "it was pruned")
    except DamagedTreeError as error:
        return Found(tile, State.DAMAGED, str(error))
    width = min((size >> (8 * parent[0])) - above * WIDTH, WIDTH)
    judge = Tile(*parent, width)
    held = shelf.full(*parent) if judge.is_full else shelf.partial(judge)
    if part(held, place, place + 1) != top:
        return Found(tile, State.DAMAGED, f"its hashes are not those that {judge} stands on")
    return None
