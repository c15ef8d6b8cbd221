"""The tree as everybody may read it: the newest checkpoint and its tiles, nothing else."""

from pathlib import Path
from typing import Final

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.merkle import verify_inclusion
from ringwall.ledger.notes import Note, NoteError
from ringwall.ledger.proofs import TlogProof
from ringwall.ledger.proving import DamagedTreeError, Proving
from ringwall.ledger.shelf import CHECKPOINT, Shelf, part
from ringwall.ledger.tiles import WIDTH, tile_at

WITNESSED: Final = "witnessed"
"""The newest checkpoint that witnesses cosigned: by some seconds older than the newest."""


def read_checkpoint(folder: Path, name: str = CHECKPOINT) -> Note | None:
    """The newest checkpoint of a tree, unverified; ``None`` where it has none yet.

    :class:`DamagedTreeError` where it cannot be read.
    """
    path = folder / name
    try:
        note = Note.parse(path.read_bytes())
        Checkpoint.of(note)
    except FileNotFoundError:
        return None
    except NoteError as error:
        msg = f"{path} is damaged ({error}): bring it back, or have the log make the next"
        raise DamagedTreeError(msg) from error
    return note


class Published(Proving):
    """The tree of the newest checkpoint when this was made; the writer may go on meanwhile.

    With ``WITNESSED`` it is the newest that witnesses cosigned.
    """

    def __init__(self, folder: Path, name: str = CHECKPOINT) -> None:
        note = read_checkpoint(folder, name)
        if note is None:
            msg = f"{folder} has no {name} yet: the log makes the first within seconds"
            raise FileNotFoundError(msg)
        self.note, self.checkpoint = note, Checkpoint.of(note)
        self.size = self.checkpoint.size
        self._shelf = Shelf(folder)

    def hashes(self, level: int, index: int, first: int, last: int) -> bytes:
        """See :class:`Proving`."""
        tile = tile_at(level, index, self.size)
        if tile is None or tile.width < last:
            msg = f"a tree of {self.size} leaves has no hash {last - 1} in tile {index} of {level}"
            raise ValueError(msg)
        full = tile.width == WIDTH
        return part(
            self._shelf.full(level, index) if full else self._shelf.partial(tile), first, last
        )

    def prove(self, index: int, leaf: bytes | None = None) -> TlogProof:
        """The proof of entry ``index``, tried before it is given away.

        ``leaf`` is the hash of the entry as the asker has it; without it that of the tree is taken.
        :class:`DamagedTreeError` where it is another, or the tiles are not of this checkpoint.
        """
        path = self.inclusion(index, self.size)
        kept = self.leaf_hash(index)
        if leaf is not None and leaf != kept:
            msg = f"entry {index} is not the one that stands in the tree: it was changed"
            raise DamagedTreeError(msg)
        if not verify_inclusion(
            leaf=kept, index=index, size=self.size, path=path, root=self.checkpoint.root
        ):
            msg = f"the tiles that prove entry {index} are not those of the checkpoint: audit them"
            raise DamagedTreeError(msg)
        return TlogProof(index, tuple(path), self.note)
