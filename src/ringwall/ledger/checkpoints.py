"""Checkpoints: how large the log was, and the root over it (C2SP tlog-checkpoint)."""

import re
from dataclasses import dataclass
from typing import Final

from ringwall.ledger.keys import decode, encode
from ringwall.ledger.merkle import HASH_SIZE
from ringwall.ledger.notes import Note, NoteError

NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,18}")
"""A size or index as it is written, without leading zeroes."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log of ``origin`` was when it had ``size`` leaves.

    ``extensions`` are further lines, of which nothing is known.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note's text (section "Note text"); :class:`NoteError` names the line."""
        if not text.endswith("\n"):
            raise NoteError("a checkpoint ends with a newline")
        lines = text[:-1].split("\n")
        if len(lines) < 3:
            raise NoteError("a checkpoint has three lines: origin, size, root")
        if not all(lines):
            raise NoteError("a checkpoint has no empty lines")
        origin, size, root, *extensions = lines
        if NUMBER.fullmatch(size) is None:
            raise NoteError(f"line 2: {size[:40]!r} is not a size, a number without leading zeroes")
        return cls(origin, int(size), hash_from(root, "line 3"), tuple(extensions))

    @classmethod
    def of(cls, note: Note) -> "Checkpoint":
        """The checkpoint that a note says. Nothing is verified; :class:`NoteError`."""
        return cls.parse(note.text)

    @property
    def text(self) -> str:
        """What is signed."""
        lines = (self.origin, str(self.size), encode(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @property
    def unsigned(self) -> Note:
        """A note with it and no signatures yet."""
        return Note(self.text)


def hash_from(line: str, where: str) -> bytes:
    """A hash in base64; :class:`NoteError` says ``where`` it is wrong."""
    try:
        found = decode(line)
    except ValueError as error:
        raise NoteError(f"{where}: {error}") from None
    if len(found) != HASH_SIZE:
        raise NoteError(f"{where}: a hash has {HASH_SIZE} bytes, this has {len(found)}")
    return found
