"""Statements that one key of the log is followed by another, so that who has the old can go on.

A statement is a note, signed by the old key and by the new:

    ringwall key change v1
    from example.com/log+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
    to example.com/log+...
    size 109482

``size`` is that of the last checkpoint before.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ringwall.ledger.keys import Kind, SigningKey, VerifierKey
from ringwall.ledger.notes import Note, NoteError

_TEXT: Final = re.compile(
    r"ringwall key change v1\nfrom (?P<old>[^\n]+)\nto (?P<new>[^\n]+)\n"
    r"size (?P<size>0|[1-9][0-9]{0,18})\n"
)
_BETWEEN: Final = "\n"
"""A file of statements has an empty line after each."""


@dataclass(frozen=True, slots=True)
class Statement:
    """That ``new`` follows ``old``, and the note that says so."""

    old: VerifierKey
    new: VerifierKey
    size: int
    note: Note

    @classmethod
    def made(cls, old: SigningKey, new: SigningKey, size: int) -> "Statement":
        """Sign one."""
        text = f"ringwall key change v1\nfrom {old.verifier}\nto {new.verifier}\nsize {size}\n"
        return cls.of(Note(text).signed_by(old).signed_by(new))

    @classmethod
    def of(cls, note: Note) -> "Statement":
        """Read one, whose two signatures have to be those of the keys that it names.

        That the old key is trusted is not asked here. :class:`NoteError` tells what is wrong.
        """
        match = _TEXT.fullmatch(note.text)
        if match is None:
            raise NoteError("a change of keys is told in four lines: the title, from, to, size")
        keys = [_exact(match["old"]), _exact(match["new"])]
        old, new = keys
        if old == new or old.name != new.name:
            raise NoteError("a change of keys is from one key to another of the same name")
        ids = [(one.name, one.key_id) for one in note.signatures]
        if ids != [(one.name, one.id) for one in keys] or len(note.verified(keys)) != 2:
            raise NoteError("a change of keys is signed by the old key and then by the new")
        return cls(old, new, int(match["size"]), note)


def _exact(text: str) -> VerifierKey:
    try:
        key = VerifierKey.parse(text)
    except ValueError as error:
        raise NoteError(str(error)) from None
    if str(key) != text or key.kind is not Kind.ED25519:
        raise NoteError(f"{text[:80]!r} is not a key of a log")
    return key


def following(
    keys: Iterable[VerifierKey], statements: Iterable[Statement]
) -> tuple[VerifierKey, ...]:
    """The keys that are trusted, and all that follow one of them, in the order of their changes."""
    trusted = list(keys)
    for one in statements:
        if one.old in trusted and one.new not in trusted:
            trusted.append(one.new)
    return tuple(trusted)


def read_statements(content: str) -> list[Statement]:
    """The statements of a file, oldest first; :class:`NoteError` says which is wrong."""
    parts = re.split(r"(?<=\n)\n(?=ringwall key change)", content)
    found = []
    for number, part in enumerate(parts if content.strip() else [], 1):
        try:
            found.append(Statement.of(Note.parse(part.rstrip("\n") + "\n")))
        except NoteError as error:
            raise NoteError(f"statement {number}: {error}") from None
    return found


def written_statements(statements: Sequence[Statement]) -> str:
    """The file of these."""
    return _BETWEEN.join(str(one.note) for one in statements)
