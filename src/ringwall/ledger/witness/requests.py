"""What a log sends to a witness (C2SP tlog-witness, "add-checkpoint")."""

from dataclasses import dataclass

from ringwall.ledger.notes import Note, NoteError
from ringwall.ledger.proofs import ConsistencyProof


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A checkpoint to be cosigned, and the proof that it continues what was cosigned last."""

    proof: ConsistencyProof
    checkpoint: Note

    @classmethod
    def parse(cls, body: bytes) -> "AddCheckpoint":
        """Read a body; :class:`NoteError` tells what is wrong with its form."""
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise NoteError(f"the request is not UTF-8, from byte {error.start} on") from None
        head, blank, below = text.partition("\n\n")
        if not blank:
            raise NoteError("the request has no empty line before the checkpoint")
        return cls(ConsistencyProof.parse(head + "\n"), Note.parse(below))

    def to_bytes(self) -> bytes:
        """The body."""
        return f"{self.proof}\n{self.checkpoint}".encode()
