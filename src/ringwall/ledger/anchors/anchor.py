"""What an anchor is."""

from dataclasses import dataclass
from typing import Protocol

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.notes import Note


class AnchorError(RuntimeError):
    """A checkpoint was not put where it should be; the text says why, and never a secret."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A signed checkpoint that is to be put somewhere."""

    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        """What it says."""
        return Checkpoint.of(self.note)

    @property
    def name(self) -> str:
        """A name that sorts by size, for files and objects: ``00000000000000109482``, and the root.

        Two checkpoints of one size and different roots, which is a forked log, have two names.
        """
        checkpoint = self.checkpoint
        return f"{checkpoint.size:020d}-{checkpoint.root.hex()[:16]}"


class Anchor(Protocol):
    """A place. ``name`` is what the configuration calls it: letters, digits and hyphens."""

    @property
    def name(self) -> str:
        """Which one."""

    def put(self, sealed: Sealed) -> None:
        """Put it there; done again, it is there once or twice, and that is no error.

        :class:`AnchorError` where it may not be there. Takes some seconds at most.
        """
