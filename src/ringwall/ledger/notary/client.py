"""Ask the notary, as the process that collects events does."""

import json
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import VerifierKey, decode
from ringwall.ledger.notary.asking import LONGEST_ANSWER, question
from ringwall.ledger.notary.signing import Last, Refusal
from ringwall.ledger.notes import Note
from ringwall.ledger.proving import Proving
from ringwall.ledger.statements import Statement

#   NotaryError
#   ├── NotaryAwayError         nobody answers: try again
#   └── NotaryRefusedError      it does not sign this, and will not


class NotaryError(RuntimeError):
    """The notary did not do what it was asked; the text says why."""


class NotaryAwayError(NotaryError):
    """Nobody answers at the socket, or not in time: ask again."""


class NotaryRefusedError(NotaryError):
    """The tree does not continue what was signed last: it was rewritten, or is an old copy."""

    def __init__(self, reason: Refusal, last: Last, size: int) -> None:
        self.reason, self.last = reason, last
        super().__init__(
            f"the notary does not sign a tree of {size} leaves ({reason}): it signed one of "
            f"{last.size} before, which this does not continue; bring the log back as it was"
        )


@dataclass(frozen=True, slots=True)
class Told:
    """What was signed last, the public keys of those that sign, and all changes of keys."""

    last: Last
    vkeys: tuple[VerifierKey, ...]
    changes: tuple[Statement, ...]


class NotaryClient:
    """Asks at a unix socket; each question takes ``timeout`` seconds at most."""

    def __init__(self, path: Path, *, timeout: float = 5.0) -> None:
        self._path, self._timeout = path, timeout
        self._signed: int | None = None

    def sign(self, tree: Proving, origin: str, size: int) -> Note:
        """The signed checkpoint of ``tree`` at ``size``; :class:`NotaryError` and its kinds."""
        if self._signed is None:
            self._signed = self.tell().last.size
        checkpoint = Checkpoint(origin, size, tree.root(size))
        for _ in range(2):
            old = min(self._signed, size)  # too much signed is refused there, with the reason
            found = self._ask(question(checkpoint, old, tree.consistency(old, size)))
            if "note" in found:
                note = Note.parse(str(found["note"]))
                if note.text != checkpoint.text:
                    msg = "the notary signed something else than it was asked to: stop and look"
                    raise NotaryError(msg)
                self._signed = size
                return note
            reason, last = Refusal(found["refused"]), _last(found)
            if reason is not Refusal.NOT_FROM_LAST:
                break
            self._signed = last.size
        raise NotaryRefusedError(reason, last, size)

    def tell(self) -> Told:
        """What was signed last, with which keys."""
        found = self._ask({"do": "tell"})
        return Told(
            _last(found),
            tuple(VerifierKey.parse(one) for one in found["vkeys"]),
            tuple(Statement.of(Note.parse(one)) for one in found["changes"]),
        )

    def bring_in(self) -> VerifierKey:
        """Have a new key sign beside the present one."""
        return VerifierKey.parse(self._ask({"do": "bring-in"})["vkey"])

    def retire(self) -> VerifierKey:
        """Have the older of two keys forgotten; the one that is left."""
        return VerifierKey.parse(self._ask({"do": "retire"})["vkey"])

    def _ask(self, what: dict[str, Any]) -> dict[str, Any]:
        end = time.monotonic() + self._timeout
        try:
            with socket.socket(socket.AF_UNIX) as sock:
                sock.settimeout(self._timeout)
                sock.connect(str(self._path))
                sock.sendall(json.dumps(what).encode() + b"\n")
                line = b""
                while not line.endswith(b"\n") and len(line) <= LONGEST_ANSWER:
                    sock.settimeout(max(end - time.monotonic(), 0.001))
                    more = sock.recv(65536)
                    if not more:
                        break
                    line += more
        except OSError as error:
            msg = f"the notary does not answer at {self._path} ({error}): is it running?"
            raise NotaryAwayError(msg) from error
        try:
            found = json.loads(line)
        except ValueError as error:
            msg = f"the notary at {self._path} ended before it had answered"
            raise NotaryAwayError(msg) from error
        if "error" in found:
            raise NotaryError(f"the notary: {found['error']}")
        return dict(found)


def _last(found: dict[str, Any]) -> Last:
    return Last(int(found["size"]), decode(found["root"]))
