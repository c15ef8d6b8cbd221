"""The log's private keys in a folder that only the notary reads.

``keyring.json`` is the truth: the keys that sign, oldest first, and the statements of all changes
between keys. What everybody may read, the public keys and the statements, is written anew from it.
"""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ringwall.ledger.keys import SigningKey, VerifierKey, decode, encode
from ringwall.ledger.notes import Note, NoteError
from ringwall.ledger.public_keys import CHANGES, show_keys
from ringwall.ledger.statements import Statement
from ringwall.runtime.private_files import private_folder, write_private

_NAME: Final = "keyring.json"
STATEMENTS: Final = CHANGES


class KeyringError(RuntimeError):
    """Keys cannot be read, or not be changed now; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys that sign at present, one or, while they change, two; and the changes so far."""

    signing: tuple[SigningKey, ...]
    statements: tuple[Statement, ...] = ()

    @property
    def vkeys(self) -> tuple[VerifierKey, ...]:
        """The public keys of those that sign, the oldest first."""
        return tuple(key.verifier for key in self.signing)

    def with_next(self, size: int) -> "Keyring":
        """The same with a new key beside the present one, which vouches for it."""
        if len(self.signing) != 1:
            msg = f"{self.vkeys[1]} signs beside the old key already: retire that one first"
            raise KeyringError(msg)
        new = SigningKey.new(self.signing[0].name)
        made = Statement.made(self.signing[0], new, size)
        return Keyring((*self.signing, new), (*self.statements, made))

    def without_old(self) -> "Keyring":
        """The same with only the new key."""
        if len(self.signing) != 2:
            msg = "only one key signs: bring in the next before the present one is retired"
            raise KeyringError(msg)
        return replace(self, signing=self.signing[1:])


class KeyFolder:
    """The keys of the log ``origin`` in a folder, of mode 0700 as its files have 0600.

    Their public part is shown below ``public``; with ``None`` somebody else does that.
    """

    def __init__(self, folder: Path, public: Path | None, origin: str) -> None:
        self._path, self._public, self._origin = folder / _NAME, public, origin
        private_folder(folder)

    def are_none(self) -> bool:
        """Whether there are no keys yet."""
        return not self._path.exists()

    def opened(self) -> Keyring:
        """The keys that are there, or a first one; :class:`KeyringError` where they are damaged."""
        try:
            found = self._read(self._path.read_bytes())
        except FileNotFoundError:
            found = Keyring((SigningKey.new(self._origin),))
            self.keep(found)
        else:
            self._show(found)
        return found

    def keep(self, keyring: Keyring) -> None:
        """Make these the keys, durably."""
        content = {
            "origin": self._origin,
            "seeds": [encode(key.seed) for key in keyring.signing],
            "changes": [str(one.note) for one in keyring.statements],
        }
        write_private(self._path, json.dumps(content).encode() + b"\n")
        self._show(keyring)

    def _read(self, content: bytes) -> Keyring:
        try:
            found = json.loads(content)
            origin = found["origin"]
            signing = tuple(SigningKey.of(origin, decode(one)) for one in found["seeds"])
            statements = tuple(Statement.of(Note.parse(one)) for one in found["changes"])
        except (ValueError, KeyError, TypeError, NoteError):
            # Not kept as the cause: what cannot be read may be part of a key.
            msg = f"{self._path} cannot be read: bring it back from a backup"
            raise KeyringError(msg) from None
        if origin != self._origin or not signing:
            msg = f"{self._path} has the keys of the log {origin!r}, not of {self._origin!r}"
            raise KeyringError(msg)
        return Keyring(signing, statements)

    def _show(self, keyring: Keyring) -> None:
        if self._public is not None:
            show_keys(self._public, keyring.vkeys, keyring.statements)
