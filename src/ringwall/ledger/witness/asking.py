"""Have a checkpoint cosigned by witnesses, all at once."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ringwall.ledger.checkpoints import NUMBER, Checkpoint
from ringwall.ledger.keys import Kind, VerifierKey, time_of
from ringwall.ledger.notes import Note, NoteError, Signature
from ringwall.ledger.proofs import ConsistencyProof
from ringwall.ledger.proving import Proving
from ringwall.ledger.witness.requests import AddCheckpoint

_TRIES: Final = 3
_LARGEST: Final = 64 * 1024
"""Bytes that are read of an answer."""


@dataclass(frozen=True, slots=True)
class WitnessAddress:
    """Where a witness is (its submission prefix) and the key that it cosigns with.

    ``name`` is what it is called where it is shown; else that is the name of its key.
    """

    url: str
    key: VerifierKey
    name: str = ""

    @property
    def called(self) -> str:
        """How it is shown."""
        return self.name or self.key.name

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https", "unix"} or self.key.kind is not Kind.COSIGNATURE:
            msg = f"a witness has an https:// URL and a key of kind 4, unlike {self.url!r}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of one witness: a cosignature, or why there is none."""

    witness: WitnessAddress
    signature: Signature | None = None
    trouble: str = ""


class NoCosignatureError(Exception):
    """A witness does not cosign, for the reason in the text."""


class Witnesses:
    """Several witnesses of one log. It remembers from which size each wants to be shown the way."""

    def __init__(self, witnesses: Sequence[WitnessAddress], *, timeout: float = 5.0) -> None:
        self._witnesses, self._timeout = tuple(witnesses), timeout
        self._last: dict[str, int] = {}

    def cosign(self, note: Note, tree: Proving) -> tuple[Note, tuple[Asked, ...]]:
        """The signed checkpoint with what cosignatures could be had, and what came of each.

        Takes ``timeout`` seconds in all. ``tree`` is asked for proofs as long as this runs.
        """
        proofs = _Proofs(tree, Checkpoint.of(note).size)
        end = time.monotonic() + self._timeout
        if not self._witnesses:
            return note, ()
        pool = ThreadPoolExecutor(len(self._witnesses), thread_name_prefix="witness")
        running = [
            pool.submit(self._ask, one, note, proofs.from_size, end) for one in self._witnesses
        ]
        wait(running, timeout=self._timeout)
        proofs.close()
        pool.shutdown(wait=False, cancel_futures=True)
        late = "it did not answer in time"
        asked = tuple(
            one.result() if one.done() else Asked(witness, trouble=late)
            for one, witness in zip(running, self._witnesses, strict=True)
        )
        found = tuple(one.signature for one in asked if one.signature is not None)
        return Note(note.text, (*note.signatures, *found)), asked

    def _ask(
        self,
        witness: WitnessAddress,
        note: Note,
        proof_from: Callable[[int], Sequence[bytes]],
        end: float,
    ) -> Asked:
        size = Checkpoint.of(note).size
        try:
            old = min(self._last.get(witness.url, 0), size)
            for _ in range(_TRIES):
                request = AddCheckpoint(ConsistencyProof(old, tuple(proof_from(old))), note)
                status, body = _post(witness.url, request.to_bytes(), end)
                if status != http.client.CONFLICT:
                    signature = _signature(witness.key, note, status, body)
                    self._last[witness.url] = size
                    return Asked(witness, signature)
                old = self._last[witness.url] = _size(body)
                if old > size:
                    return Asked(witness, trouble=f"it has seen {old} leaves, more than {size}")
        except (OSError, http.client.HTTPException) as error:
            return Asked(witness, trouble=f"it does not answer ({error or type(error).__name__})")
        except (NoCosignatureError, NoteError, LookupError, ValueError) as error:
            return Asked(witness, trouble=str(error))
        return Asked(witness, trouble="others ask it for this log at the same time")


class _Proofs:
    """Proofs for one thread at a time, and for none once the asking is over."""

    def __init__(self, tree: Proving, size: int) -> None:
        self._tree, self._size = tree, size
        self._lock, self._is_over = threading.Lock(), False

    def from_size(self, old: int) -> Sequence[bytes]:
        with self._lock:
            if self._is_over:
                raise NoCosignatureError("it did not answer in time")
            return self._tree.consistency(old, self._size)

    def close(self) -> None:
        with self._lock:
            self._is_over = True


def _signature(key: VerifierKey, note: Note, status: int, body: bytes) -> Signature:
    if status != http.client.OK:
        told = body[:200].decode("ascii", "replace").strip()
        raise NoCosignatureError(f"it answered {status}: {told!r}")
    answered = Note.parse(note.text.encode() + b"\n" + body)
    found = answered.verified([key])
    if not found:
        raise NoCosignatureError("it answered with signatures of other keys only")
    if time_of(found[0].value) == 0:
        raise NoCosignatureError("its cosignature tells no time")
    return found[0]


def _size(body: bytes) -> int:
    text = body.decode("ascii", "replace").removesuffix("\n")
    if NUMBER.fullmatch(text) is None:
        raise NoCosignatureError(f"it answered 409 without a size: {text[:40]!r}")
    return int(text)


def _post(url: str, body: bytes, end: float) -> tuple[int, bytes]:
    connection, prefix = _connection(url, max(end - time.monotonic(), 0.01))
    try:
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        connection.request("POST", f"{prefix}/add-checkpoint", body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(_LARGEST)
    finally:
        connection.close()


def _connection(url: str, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        return _UnixConnection(parts.path, timeout), ""
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    return kind(parts.hostname or "", parts.port, timeout=timeout), parts.path.rstrip("/")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
