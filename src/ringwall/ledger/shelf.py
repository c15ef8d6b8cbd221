"""Reading tiles from the folder of a tree: full ones, partial ones, and which were pruned."""

import json
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from ringwall.ledger.merkle import HASH_SIZE
from ringwall.ledger.proving import DamagedTreeError, PrunedError
from ringwall.ledger.tiles import WIDTH, Tile

CHECKPOINT: Final = "checkpoint"
PRUNED: Final = "pruned.json"
_KEPT: Final = 64
"""Full tiles that are kept in memory: half a megabyte."""
_TRIES: Final = 10
"""So often a partial tile is looked for: each checkpoint brings a wider one, and takes it away."""


class Shelf:
    """The tiles below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._kept: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    def full(self, level: int, index: int) -> bytes:
        """All hashes of a full tile; :class:`PrunedError`, :class:`DamagedTreeError`."""
        found = self._kept.get((level, index))
        if found is None:
            found = self._read(Tile(level, index))
            self._kept[level, index] = found
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end((level, index))
        return found

    def partial(self, tile: Tile) -> bytes:
        """The hashes of a partial tile, from a wider one where it was replaced since."""
        for _ in range(_TRIES):
            for other in self._as_wide_as(tile):
                with suppress(FileNotFoundError):
                    content = (self.folder / other.path).read_bytes()
                    self._right_size(other, content)
                    return content[: tile.size]
        msg = f"{self.folder / tile.path} is missing: the tree has lost it, bring it back"
        raise DamagedTreeError(msg)

    def partials_at(self, level: int, index: int) -> list[Tile]:
        """The partial tiles that lie at this place, the widest first."""
        beside = self.folder / f"{Tile(level, index).path}.p"
        try:
            names = [path.name for path in beside.iterdir()]
        except FileNotFoundError:
            return []
        widths = sorted((int(n) for n in names if n.isascii() and n.isdecimal()), reverse=True)
        return [Tile(level, index, width) for width in widths if 0 < width < WIDTH]

    def forget(self) -> None:
        """Read anew from now on."""
        self._kept.clear()

    def pruned(self) -> list[tuple[int, int]]:
        """Which tiles of level 0 were pruned: from the first to before the second."""
        path = self.folder / PRUNED
        try:
            found = json.loads(path.read_bytes())
            return [(int(first), int(end)) for first, end in found]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError) as error:
            msg = f"{path} cannot be read ({error}): bring it back from a backup"
            raise DamagedTreeError(msg) from error

    def is_pruned(self, tile: Tile) -> bool:
        """Whether a tile is missing rightly."""
        return tile.level == 0 and any(first <= tile.index < end for first, end in self.pruned())

    def _as_wide_as(self, tile: Tile) -> Iterator[Tile]:
        """The tile, and those that may have come into its place until now."""
        yield from (tile, tile.full)
        yield from (
            other for other in self.partials_at(tile.level, tile.index) if other.width >= tile.width
        )

    def _read(self, tile: Tile) -> bytes:
        try:
            content = (self.folder / tile.path).read_bytes()
        except FileNotFoundError:
            if self.is_pruned(tile):
                first, end = tile.leaves
                msg = f"the leaves {first} to {end - 1} were pruned: what needs them cannot be made"
                raise PrunedError(msg) from None
            msg = f"{self.folder / tile.path} is missing: the tree has lost it, bring it back"
            raise DamagedTreeError(msg) from None
        self._right_size(tile, content)
        return content

    def _right_size(self, tile: Tile, content: bytes) -> None:
        if len(content) != tile.size:
            msg = (
                f"{self.folder / tile.path} has {len(content)} bytes, not {tile.size}: "
                "it is damaged, bring it back"
            )
            raise DamagedTreeError(msg)


def part(content: bytes, first: int, last: int) -> bytes:
    """The hashes from ``first`` to before ``last`` of a tile."""
    return content[first * HASH_SIZE : last * HASH_SIZE]
