"""Tiles: which files a tree is kept in (C2SP tlog-tiles, "Merkle Tree")."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ringwall.ledger.merkle import HASH_SIZE, layer_above, subtrees

HEIGHT: Final = 8
"""Levels of the tree that a tile stands for."""
WIDTH: Final = 1 << HEIGHT
"""Hashes of a full tile."""
FULL_SIZE: Final = WIDTH * HASH_SIZE
"""Bytes of a full tile."""
LEVELS: Final = 64
_PATH: Final = re.compile(
    r"tile/(?P<level>0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The ``index``-th tile of a ``level`` with its first ``width`` hashes; full with 256."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def is_full(self) -> bool:
        """Whether it will never have more hashes."""
        return self.width == WIDTH

    @property
    def full(self) -> "Tile":
        """The tile that it becomes."""
        return Tile(self.level, self.index)

    @property
    def leaves(self) -> tuple[int, int]:
        """Over which leaves it stands, from the first to before the second."""
        each = 1 << (HEIGHT * self.level)
        first = self.index * WIDTH * each
        return first, first + self.width * each

    @property
    def size(self) -> int:
        """Bytes."""
        return self.width * HASH_SIZE

    @property
    def path(self) -> str:
        """Where it lies below the log's folder or URL, like ``tile/0/x001/x234/067.p/112``."""
        return tile_path(str(self.level), self.index, self.width)

    def __str__(self) -> str:
        return self.path


def tile_path(kind: str, index: int, width: int = WIDTH) -> str:
    """The path of a tile of a level, or of ``entries`` (section "Log entries")."""
    digits = f"{index:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[place : place + 3] for place in range(0, len(digits), 3)]
    name = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
    return f"tile/{kind}/{name}" + ("" if width == WIDTH else f".p/{width}")


def parse_path(path: str) -> Tile:
    """The tile with this path; ``ValueError`` for anything but the one way to write it."""
    match = _PATH.fullmatch(path)
    if match is not None:
        index = int(match["index"].replace("/", "").replace("x", ""))
        tile = Tile(int(match["level"]), index, int(match["width"] or WIDTH))
        is_width = match["width"] is None or tile.width < WIDTH
        if is_width and tile.level < LEVELS and tile.path == path:
            return tile
    msg = f"{path!r} is not the path of a tile: they look like tile/0/x001/x234/067.p/112"
    raise ValueError(msg)


def tile_at(level: int, index: int, size: int) -> Tile | None:
    """The tile at this place of a tree with ``size`` leaves, as wide as it is; ``None``: empty."""
    width = min((size >> (HEIGHT * level)) - index * WIDTH, WIDTH)
    return Tile(level, index, width) if width > 0 else None


def partial_tiles(size: int) -> Iterator[Tile]:
    """The tiles that a tree with ``size`` leaves has in part, from level 0 up."""
    level = 0
    while size >> (HEIGHT * level):
        whole, width = divmod(size >> (HEIGHT * level), WIDTH)
        if width:
            yield Tile(level, whole, width)
        level += 1


def all_tiles(size: int) -> Iterator[Tile]:
    """All tiles of a tree with ``size`` leaves, level by level, each from the left."""
    level = 0
    while size >> (HEIGHT * level):
        whole, width = divmod(size >> (HEIGHT * level), WIDTH)
        for index in range(whole):
            yield Tile(level, index)
        if width:
            yield Tile(level, whole, width)
        level += 1


def place_of(level: int, index: int) -> tuple[int, int, int, int]:
    """Where a node of the tree comes from.

    Level and index of the tile, and over which of its hashes the node stands, from the first to
    before the second.
    """
    tile_level, above = divmod(level, HEIGHT)
    first = index << above
    tile_index, within = divmod(first, WIDTH)
    return tile_level, tile_index, within, within + (1 << above)


def tiles_for(start: int, end: int, size: int) -> set[Tile]:
    """The tiles of a tree with ``size`` leaves that have what the hash over a span is made of.

    With :func:`ringwall.ledger.merkle.inclusion_spans` and ``consistency_spans``: the tiles that a
    proof needs. ``ValueError`` where the tree does not reach so far.
    """
    found = set()
    for node in subtrees(start, end):
        level, index, _, last = place_of(*node)
        tile = tile_at(level, index, size)
        if tile is None or tile.width < last:
            msg = f"a tree of {size} leaves has no leaves {start} to {end - 1}"
            raise ValueError(msg)
        found.add(tile)
    return found


def top_of(hashes: bytes) -> bytes:
    """The hash over 1, 2, 4, ... 256 hashes of a tile, given joined."""
    while len(hashes) > HASH_SIZE:
        hashes = layer_above(hashes)
    return hashes
