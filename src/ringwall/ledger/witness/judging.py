"""Whether a witness cosigns: one condition after the other, as the standard has them.

C2SP tlog-witness, "add-checkpoint".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import VerifierKey
from ringwall.ledger.merkle import EMPTY_ROOT, verify_consistency
from ringwall.ledger.notes import NoteError, Signature
from ringwall.ledger.witness.requests import AddCheckpoint


@dataclass(frozen=True, slots=True)
class Latest:
    """The checkpoint that was cosigned last for a log: at first that of the empty tree."""

    size: int = 0
    root: bytes = EMPTY_ROOT


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is answered instead of a cosignature. ``size`` is told where the log has another."""

    status: HTTPStatus
    why: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A request of a log that is known, signed by it: nothing is said of its consistency yet."""

    request: AddCheckpoint
    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]


def known(body: bytes, logs: Mapping[str, Sequence[VerifierKey]]) -> Known | Refusal:
    """Who asks. ``logs`` has the trusted keys by origin."""
    try:
        request = AddCheckpoint.parse(body)
        checkpoint = Checkpoint.of(request.checkpoint)
    except NoteError as error:
        return Refusal(HTTPStatus.BAD_REQUEST, str(error))
    keys = logs.get(checkpoint.origin)
    if keys is None:
        return Refusal(HTTPStatus.NOT_FOUND, "this witness does not know the log")
    try:
        signatures = request.checkpoint.verified(keys)
    except NoteError as error:
        return Refusal(HTTPStatus.FORBIDDEN, str(error))
    if not signatures:
        return Refusal(HTTPStatus.FORBIDDEN, "no key that is trusted for the log signed this")
    return Known(request, checkpoint, signatures)


def judge(asked: Known, latest: Latest) -> Refusal | None:
    """Why a checkpoint is not cosigned after ``latest``; ``None``: it is."""
    checkpoint, proof = asked.checkpoint, asked.request.proof
    if proof.old > checkpoint.size:
        return Refusal(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint")
    if proof.old != latest.size:
        return Refusal(HTTPStatus.CONFLICT, "another size was cosigned last", latest.size)
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "this is not the root of an empty tree")
    if not verify_consistency(
        old=proof.old,
        new=checkpoint.size,
        old_root=latest.root,
        new_root=checkpoint.root,
        path=proof.path,
    ):
        why = "the checkpoint does not continue the one that was cosigned last"
        return Refusal(HTTPStatus.UNPROCESSABLE_ENTITY, why)
    return None
