"""A witness: answers what logs ask, never twice with another history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus

from ringwall.core.clock import Clock
from ringwall.ledger.keys import Kind, SigningKey, VerifierKey
from ringwall.ledger.notes import Note
from ringwall.ledger.witness.judging import Latest, Refusal, judge, known
from ringwall.ledger.witness.store import Store

Logs = Callable[[], Mapping[str, Sequence[VerifierKey]]]
"""The logs that are known at present: their keys by origin."""
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: HTTPStatus
    body: str
    content_type: str = TEXT_TYPE


class Witness:
    """Cosigns with ``key`` what ``logs`` sign."""

    def __init__(self, *, key: SigningKey, logs: Logs, store: Store, clock: Clock) -> None:
        if key.kind is not Kind.COSIGNATURE:
            msg = f"{key.verifier} is not a key for cosignatures"
            raise ValueError(msg)
        self._key, self._logs, self._store, self._clock = key, logs, store, clock

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer ``POST /add-checkpoint``. What is cosigned is durable before this returns."""
        asked = known(body, self._logs())
        if isinstance(asked, Refusal):
            return _refused(asked)
        checkpoint = asked.checkpoint
        with self._store.slot(checkpoint.origin) as slot:
            refusal = judge(asked, slot.latest)
            if refusal is not None:
                return _refused(refusal)
            signed = Note(asked.request.checkpoint.text, asked.signatures).signed_by(
                self._key, time=int(self._clock.now().timestamp())
            )
            slot.put(Latest(checkpoint.size, checkpoint.root), str(signed))
        return Answer(HTTPStatus.OK, str(signed.signatures[-1]))

    def checkpoint(self, origin_hash: str) -> Answer:
        """Answer ``GET /<origin hash>/checkpoint`` ("Monitor Retrieval Mechanism")."""
        for origin in self._logs():
            if sha256(origin.encode()).hexdigest() == origin_hash:
                note = self._store.note(origin)
                if note is not None:
                    return Answer(HTTPStatus.OK, note)
        return Answer(HTTPStatus.NOT_FOUND, "nothing of this log was cosigned here\n")


def _refused(refusal: Refusal) -> Answer:
    if refusal.size is not None:
        return Answer(refusal.status, f"{refusal.size}\n", SIZE_TYPE)
    return Answer(refusal.status, f"{refusal.why}\n")
