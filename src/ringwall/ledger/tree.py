"""The tree in a folder, as its only writer has it.

What is in the folder: ``tile/`` and ``checkpoint`` after C2SP tlog-tiles; ``state.json``, up to
where the tree is durable; ``pruned.json``, which tiles were taken away; ``lock``.
"""

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.disk import Disk
from ringwall.ledger.edges import STATE, Edges
from ringwall.ledger.merkle import HASH_SIZE
from ringwall.ledger.notes import Note
from ringwall.ledger.proving import DamagedTreeError, Proving, PrunedError
from ringwall.ledger.pruning import prune
from ringwall.ledger.published import read_checkpoint
from ringwall.ledger.shelf import CHECKPOINT, Shelf, part
from ringwall.ledger.tiles import FULL_SIZE, HEIGHT, WIDTH, Tile, partial_tiles, top_of
from ringwall.runtime.private_files import locked, remove_leftovers

_LOCK: Final = "lock"


class ForkError(ValueError):
    """A leaf that the tree has already is given again as another."""


class Tree(Proving):
    """The tree of ``origin`` below ``folder``: one writer at a time.

    After a crash it is as it was at some time after the last :meth:`sync`: whoever appends looks at
    :attr:`size` and gives again what is missing. ``BlockingIOError`` where another process has it,
    :class:`DamagedTreeError` where files are not those that were written.
    """

    def __init__(self, folder: Path, origin: str, disk: Disk | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._held = ExitStack()
        self._held.enter_context(locked(folder / _LOCK, wait=False))
        self.folder, self.origin = folder, origin
        self._disk, self._shelf = disk or Disk(), Shelf(folder)
        self._kept, self._published = Edges(origin), 0
        self._edges: list[bytes] = []
        self._partials: set[Tile] = set()  # which lie there
        try:
            remove_leftovers(folder)
            self._open()
        except BaseException:
            self._held.close()
            raise

    def close(self) -> None:
        """Let another be the writer. Nothing is written by this."""
        self._held.close()

    def __enter__(self) -> "Tree":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def durable(self) -> int:
        """How many leaves a loss of power leaves."""
        return self._kept.size

    @property
    def published(self) -> int:
        """How many leaves the newest checkpoint tells of."""
        return self._published

    def hashes(self, level: int, index: int, first: int, last: int) -> bytes:
        """See :class:`Proving`."""
        if index < self.size >> (HEIGHT * (level + 1)):
            return part(self._shelf.full(level, index), first, last)
        return part(self._edges[level], first, last)

    def append(self, first: int, leaf_hashes: Sequence[bytes]) -> None:
        """Add leaves, of which the first is to have the index ``first``.

        Leaves that are there already are compared: :class:`ForkError` where one is another,
        ``ValueError`` where leaves before ``first`` are missing. On any error nothing was added.
        """
        if not 0 <= first <= self.size:
            msg = f"the tree has {self.size} leaves: leaf {first} cannot follow, give those between"
            raise ValueError(msg)
        known = min(self.size - first, len(leaf_hashes))
        for place, kept in enumerate(self.leaf_hashes(first, first + known)):
            if kept != leaf_hashes[place]:
                msg = f"leaf {first + place} is in the tree already, with another hash"
                raise ForkError(msg)
        new = b"".join(leaf_hashes[known:])
        count = len(leaf_hashes) - known
        if len(new) != count * HASH_SIZE:
            msg = f"the hash of a leaf has {HASH_SIZE} bytes"
            raise ValueError(msg)
        edges, level = list(self._edges), 0
        while new:
            if level == len(edges):
                edges.append(b"")
            new, edges[level] = self._fill(level, edges[level] + new)
            level += 1
        self._edges, self.size = edges, self.size + count

    def sync(self) -> None:
        """Make all that was appended durable."""
        if self.size == self._kept.size:
            return
        self._disk.sync()
        kept = Edges(self.origin, self.size, tuple(self._edges), self._published)
        self._disk.replace(self.folder / STATE, kept.to_bytes())
        self._kept = kept

    def publish(self, note: Note) -> None:
        """Show a signed checkpoint of this tree, with the partial tiles that belong to it.

        It is there wholly or not at all, and tells of nothing that is not durable.
        ``ValueError`` where it is not of this tree, or older than the one that is shown.
        """
        checkpoint = Checkpoint.of(note)
        if checkpoint.origin != self.origin:
            msg = f"a checkpoint of {checkpoint.origin!r} is not one of {self.origin!r}"
            raise ValueError(msg)
        if checkpoint.size < self._published:
            msg = f"a checkpoint of {self._published} leaves is shown, not one of {checkpoint.size}"
            raise ValueError(msg)
        if checkpoint.root != self.root(checkpoint.size):
            msg = f"the root of the checkpoint is not that of the tree of {checkpoint.size} leaves"
            raise ValueError(msg)
        self.sync()
        wanted = set(partial_tiles(checkpoint.size))
        for tile in sorted(wanted - self._partials):
            if tile.index == self.size >> (HEIGHT * (tile.level + 1)):  # else the full one is there
                content = self.hashes(tile.level, tile.index, 0, tile.width)
                self._disk.replace(self.folder / tile.path, content)
                self._partials.add(tile)
        self._disk.replace(self.folder / CHECKPOINT, note.to_bytes())
        self._published = checkpoint.size
        for tile in sorted(self._partials - wanted):
            self._remove_partial(tile)

    def prune(self, first: int, end: int) -> int:
        """Take away the full tiles of leaves that lie within ``first`` to before ``end``.

        Their number. All proofs of other leaves can still be made, since what is above stays.
        """
        if not 0 <= first <= end <= self.durable:
            msg = f"leaves {first} to before {end} cannot be pruned: {self.durable} are durable"
            raise ValueError(msg)
        self._shelf.forget()
        return prune(self._shelf, self._disk, -(-first // WIDTH), end // WIDTH)

    def _fill(self, level: int, joined: bytes) -> tuple[bytes, bytes]:
        """Write the full tiles of ``joined``; the hashes over them, and what is left."""
        index, tops = self.size >> (HEIGHT * (level + 1)), []
        whole = len(joined) - len(joined) % FULL_SIZE
        for begin in range(0, whole, FULL_SIZE):
            content = joined[begin : begin + FULL_SIZE]
            self._disk.write(self.folder / Tile(level, index).path, content)
            tops.append(top_of(content))
            index += 1
        return b"".join(tops), joined[whole:]

    def _remove_partial(self, tile: Tile) -> None:
        path = self.folder / tile.path
        self._disk.remove(path)
        remove_leftovers(path.parent)
        with suppress(OSError):  # others lie beside it
            path.parent.rmdir()
        self._partials.discard(tile)

    def _open(self) -> None:
        kept, note = Edges.read(self.folder / STATE), read_checkpoint(self.folder)
        shown = None if note is None else Checkpoint.of(note)
        for name, origin in (
            (STATE, self.origin if kept is None else kept.origin),
            (CHECKPOINT, self.origin if shown is None else shown.origin),
        ):
            if origin != self.origin:
                msg = f"{self.folder / name} is of the log {origin!r}, not of {self.origin!r}"
                raise DamagedTreeError(msg)
        self._kept = kept or self._kept
        self.size, self._edges = self._kept.size, list(self._kept.hashes)
        if shown is not None:
            self._published = shown.size
            self._belongs(shown)
        self._hang_together()
        self._partials = set(self._lying_about())

    def _hang_together(self) -> None:
        """The last full tile of each level is what those above it stand on.

        That is all of the tiles that is looked at here: ``auditing`` looks at all.
        """
        level = 0
        while last := self.size >> (HEIGHT * (level + 1)):
            with suppress(PrunedError):
                top = top_of(self.hashes(level, last - 1, 0, WIDTH))
                if top != self.hash_of(HEIGHT * (level + 1), last - 1):
                    path = self.folder / Tile(level, last - 1).path
                    msg = f"{path} is not the one that was written: audit the tree, bring it back"
                    raise DamagedTreeError(msg)
            level += 1

    def _belongs(self, shown: Checkpoint) -> None:
        if shown.size > self.size:
            msg = (
                f"{self.folder / STATE} is missing or old: it tells of {self.size} leaves, "
                f"the checkpoint of {shown.size}; bring it back"
            )
            raise DamagedTreeError(msg)
        if self.root(shown.size) != shown.root:
            msg = f"the tiles below {self.folder} are not those of its checkpoint: audit them"
            raise DamagedTreeError(msg)

    def _lying_about(self) -> list[Tile]:
        """Partial tiles, also those that a crash left: they lie between then and now."""
        found, level = [], 0
        oldest = min(self._kept.published, self._published)
        while self.size >> (HEIGHT * level):
            above = HEIGHT * (level + 1)
            for index in range(oldest >> above, (self.size >> above) + 1):
                beside = self.folder / f"{Tile(level, index).path}.p"
                if beside.exists():
                    remove_leftovers(beside)
                    found += self._shelf.partials_at(level, index)
                    with suppress(OSError):  # there are some
                        beside.rmdir()
            level += 1
        return found
