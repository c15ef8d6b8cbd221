"""Proofs as text: that of an entry (C2SP tlog-proof), and that one tree continues another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ringwall.ledger.checkpoints import NUMBER, hash_from
from ringwall.ledger.keys import decode, encode
from ringwall.ledger.notes import Note, NoteError

_HEADER: Final = "c2sp.org/tlog-proof@v1"
MOST_HASHES: Final = 63
"""No proof has more: trees are that high at most."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """That something is the ``index``-th entry of the tree of a checkpoint.

    ``path`` leads from the leaf's sibling up to the root's child. ``extra`` is vouched for by
    nobody.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes | None = None

    @classmethod
    def parse(cls, text: str) -> "TlogProof":
        """Read a proof (section "Format") unverified. :class:`NoteError` tells why not."""
        head, blank, below = text.partition("\n\n")
        lines = head.split("\n")
        if not blank or lines.pop(0) != _HEADER:
            raise NoteError(
                f"a proof begins with {_HEADER!r} and has a checkpoint below a blank line"
            )
        extra = None
        if lines and lines[0].startswith("extra "):
            try:
                extra = decode(lines.pop(0).removeprefix("extra "))
            except ValueError as error:
                raise NoteError(f"the line of extra data: {error}") from None
        index = _numbered(lines, "index")
        return cls(index, _hashes(lines), Note.parse(below), extra)

    def __str__(self) -> str:
        lines = [_HEADER]
        if self.extra is not None:
            lines.append(f"extra {encode(self.extra)}")
        lines += [f"index {self.index}", *map(encode, self.path), "", str(self.checkpoint)]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That a newer tree begins with the one that had ``old`` leaves.

    As text it is what stands before the checkpoint in a request to a witness (C2SP tlog-witness,
    "add-checkpoint"): there is no other standard for it.
    """

    old: int
    path: tuple[bytes, ...]

    @classmethod
    def parse(cls, text: str) -> "ConsistencyProof":
        """Read it, with a newline at its end; :class:`NoteError`."""
        if not text.endswith("\n"):
            raise NoteError("a proof of consistency ends with a newline")
        lines = text[:-1].split("\n")
        return cls(_numbered(lines, "old"), _hashes(lines))

    def __str__(self) -> str:
        return f"old {self.old}\n" + "".join(f"{encode(one)}\n" for one in self.path)


def _numbered(lines: list[str], word: str) -> int:
    """The number of the first line, which is taken away."""
    found, space, number = (lines.pop(0) if lines else "").partition(" ")
    if found != word or not space or NUMBER.fullmatch(number) is None:
        raise NoteError(f"a line '{word} NUMBER' is missing, or its number has leading zeroes")
    return int(number)


def _hashes(lines: Sequence[str]) -> tuple[bytes, ...]:
    if len(lines) > MOST_HASHES:
        raise NoteError(f"a proof has at most {MOST_HASHES} hashes, this has {len(lines)}")
    return tuple(hash_from(line, f"hash {place}") for place, line in enumerate(lines, 1))
