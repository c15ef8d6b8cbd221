"""Signed notes: a text, and signatures below it (C2SP signed-note)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ringwall.ledger.keys import SigningKey, VerifierKey, decode, encode, is_name

LARGEST: Final = 1024 * 1024
"""Bytes of a note."""
MOST_SIGNATURES: Final = 64
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_SIGNATURE: Final = re.compile(r"\N{EM DASH} (?P<name>[^ ]+) (?P<value>[A-Za-z0-9+/=]+)")


class NoteError(ValueError):
    """What was read is no note; the text says which line is wrong."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: the name and id of a key, and what it signed."""

    name: str
    key_id: bytes
    value: bytes

    def is_by(self, key: VerifierKey) -> bool:
        """Whether it says so: that it verifies is not asked."""
        return (self.name, self.key_id) == (key.name, key.id)

    def __str__(self) -> str:
        return f"\N{EM DASH} {self.name} {encode(self.key_id + self.value)}\n"

    @classmethod
    def parse(cls, line: str) -> "Signature":
        """Read a line, its newline already gone; :class:`NoteError`."""
        match = _SIGNATURE.fullmatch(line)
        if match is None or not is_name(match["name"]):
            raise NoteError(
                f"{line[:80]!r} is no signature: it looks like '\N{EM DASH} name base64'"
            )
        try:
            content = decode(match["value"])
        except ValueError as error:
            raise NoteError(f"in the signature of {match['name']!r}: {error}") from None
        if len(content) < 5:
            raise NoteError(f"the signature of {match['name']!r} is too short to be one")
        return cls(match["name"], content[:4], content[4:])


@dataclass(frozen=True, slots=True)
class Note:
    """A text, which ends with a newline, and its signatures in the order they stand."""

    text: str
    signatures: tuple[Signature, ...] = ()

    @classmethod
    def parse(cls, content: bytes | str) -> "Note":
        """Read a note (section "Format"). Nothing is verified. :class:`NoteError` tells why not."""
        if isinstance(content, bytes):
            try:
                content = content[: LARGEST + 1].decode()
            except UnicodeDecodeError as error:
                raise NoteError(
                    f"a note is UTF-8; this is not, from byte {error.start} on"
                ) from None
        if len(content) > LARGEST:
            raise NoteError(f"a note of more than {LARGEST} bytes is not read")
        control = _CONTROL.search(content)
        if control is not None:
            raise NoteError(f"a note has no control characters, this has {control[0]!r}")
        text, blank, below = content.rpartition("\n\n")
        if not blank or not below.endswith("\n"):
            raise NoteError(
                "a note has a blank line and signatures at its end, each on a whole line"
            )
        lines = below.split("\n")[:-1]
        if len(lines) > MOST_SIGNATURES:
            raise NoteError(f"a note with more than {MOST_SIGNATURES} signatures is not read")
        return cls(text + "\n", tuple(Signature.parse(line) for line in lines))

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def to_bytes(self) -> bytes:
        """The note as it is stored and sent."""
        return str(self).encode()

    def signed_by(self, key: SigningKey, *, time: int = 0) -> "Note":
        """The note with one more signature, at ``time`` (seconds since 1970) if it cosigns."""
        if not self.text.endswith("\n"):
            raise NoteError("the text of a note ends with a newline")
        made = Signature(key.name, key.verifier.id, key.sign(self.text, time=time))
        return Note(self.text, (*self.signatures, made))

    def verified(self, keys: Iterable[VerifierKey]) -> tuple[Signature, ...]:
        """The signatures that are by one of ``keys``, each verified, each key once.

        None where none is by them, which is to be taken as no signature at all. Signatures by other
        keys are passed over. :class:`NoteError` where one says that it is by one of ``keys`` and
        does not verify: then the whole note is to be refused (section "Signatures").
        """
        known = {(key.name, key.id): key for key in keys}
        found: dict[tuple[str, bytes], Signature] = {}
        for one in self.signatures:
            key = known.get((one.name, one.key_id))
            if key is None:
                continue
            if not key.verifies(self.text, one.value):
                raise NoteError(
                    f"the signature of {one.name!r} does not verify: the note is forged"
                )
            found.setdefault((one.name, one.key_id), one)
        return tuple(found.values())
