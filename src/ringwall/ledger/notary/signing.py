"""What the notary signs: only what continues what it signed last, which it never forgets."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import VerifierKey, decode, encode
from ringwall.ledger.merkle import EMPTY_ROOT, HASH_SIZE, verify_consistency
from ringwall.ledger.notary.keyring import KeyFolder, Keyring
from ringwall.ledger.notes import Note
from ringwall.ledger.statements import Statement
from ringwall.runtime.private_files import locked, write_private

_NAME: Final = "signed.json"
_LOCK: Final = "lock"


class Refusal(StrEnum):
    """Why something is not signed."""

    OTHER_LOG = "other-log"
    """It is asked for another origin than the one of its keys."""
    NOT_FROM_LAST = "not-from-last"
    """The proof is from another size than the one that was signed last: make one from that."""
    SMALLER = "smaller"
    """The tree is smaller than the one that was signed last: leaves are gone."""
    INCONSISTENT = "inconsistent"
    """The tree does not begin with the one that was signed last: leaves were changed."""


@dataclass(frozen=True, slots=True)
class Last:
    """The size and root that were signed last."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint, signed."""

    note: Note


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was signed, for this ``reason``; ``last`` is what was signed last."""

    reason: Refusal
    last: Last


def judge(
    checkpoint: Checkpoint, *, origin: str, last: Last, old: int, proof: Sequence[bytes]
) -> Refusal | None:
    """Why ``checkpoint`` may not follow ``last``, proven from size ``old``; ``None``: it may."""
    if checkpoint.origin != origin or checkpoint.extensions:
        return Refusal.OTHER_LOG
    if checkpoint.size < last.size:
        return Refusal.SMALLER
    if old != last.size:
        return Refusal.NOT_FROM_LAST
    if not verify_consistency(
        old=last.size,
        new=checkpoint.size,
        old_root=last.root,
        new_root=checkpoint.root,
        path=proof,
    ):
        return Refusal.INCONSISTENT
    return None


class Notary:
    """The keys below a folder and what they signed last. One at a time, not for several threads.

    ``BlockingIOError`` where another process has the folder; ``RuntimeError`` where it is damaged:
    then nothing is signed, since what was signed last is not known.
    """

    def __init__(self, folder: Path, public: Path | None, origin: str) -> None:
        self._keys, self._path = KeyFolder(folder, public, origin), folder / _NAME
        self._lock = locked(folder / _LOCK, wait=False)
        self._lock.__enter__()
        self.origin = origin
        try:
            self.last = self._first() if self._keys.are_none() else self._read()
            self._keyring: Keyring = self._keys.opened()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let another have the folder."""
        self._lock.__exit__(None, None, None)

    @property
    def vkeys(self) -> tuple[VerifierKey, ...]:
        """The public keys of those that sign."""
        return self._keyring.vkeys

    @property
    def changes(self) -> tuple[Statement, ...]:
        """The changes of keys so far."""
        return self._keyring.statements

    def sign(self, checkpoint: Checkpoint, *, old: int, proof: Sequence[bytes]) -> Signed | Refused:
        """Sign, with all present keys, once it is durable that this was signed."""
        why = judge(checkpoint, origin=self.origin, last=self.last, old=old, proof=proof)
        if why is not None:
            return Refused(why, self.last)
        new = Last(checkpoint.size, checkpoint.root)
        if new != self.last:
            self._keep(new)
        note = checkpoint.unsigned
        for key in self._keyring.signing:
            note = note.signed_by(key)
        return Signed(note)

    def bring_in(self) -> VerifierKey:
        """Make a new key that signs beside the present one; ``KeyringError`` where two do."""
        return self._change(self._keyring.with_next(self.last.size))

    def retire(self) -> VerifierKey:
        """Forget the older of two keys; the one that is left. ``KeyringError`` where one is."""
        return self._change(self._keyring.without_old())

    def _change(self, keyring: Keyring) -> VerifierKey:
        self._keys.keep(keyring)
        self._keyring = keyring
        return keyring.vkeys[-1]

    def _keep(self, last: Last) -> None:
        content = {"origin": self.origin, "size": last.size, "root": encode(last.root)}
        write_private(self._path, json.dumps(content).encode() + b"\n")
        self.last = last

    def _first(self) -> Last:
        """What is signed before there is a key: nothing. Kept before the key is made."""
        if self._path.exists() and self._read().size:
            msg = (
                f"there are no keys beside {self._path}, which tells what they signed: "
                "bring them back from a backup, or move it away to begin another log"
            )
            raise RuntimeError(msg)
        self._keep(Last())
        return self.last

    def _read(self) -> Last:
        try:
            found = json.loads(self._path.read_bytes())
            last = Last(int(found["size"]), decode(found["root"]))
            is_ours = found["origin"] == self.origin and len(last.root) == HASH_SIZE
        except FileNotFoundError:
            msg = (
                f"{self._path} is missing beside keys that may have signed: what they signed "
                "last is not known, so nothing is signed; bring it back from a backup"
            )
            raise RuntimeError(msg) from None
        except (ValueError, KeyError, TypeError):
            is_ours, last = False, Last()
        if not is_ours:
            msg = f"{self._path} is damaged: nothing is signed; bring it back from a backup"
            raise RuntimeError(msg)
        return last
