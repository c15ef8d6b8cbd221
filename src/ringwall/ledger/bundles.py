"""Bundles: an entry with all that is needed to check offline that it stands in the log.

A bundle is a JSON object, written in one way only (UTF-8, keys sorted, two spaces of indentation, a
newline at the end), so that not one byte of it can be another:

- ``bundle``: :data:`FORM`.
- ``entry``: the entry as text; its leaf hash is over its UTF-8 bytes.
- ``personal``: by subject, what the entry has only the seal of: ``patch``, a JSON text, and
  ``salt``, 32 bytes in hex. Subjects that were erased, or are not shown, are left out.
- ``proof``: a C2SP tlog-proof, with the checkpoint and its signatures.
- ``statements``: the changes of keys, oldest first, for who has an older key.
- ``vkey``: the key that signed. For information: whoever verifies has to have it from elsewhere.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import Kind, VerifierKey
from ringwall.ledger.merkle import leaf_hash, verify_inclusion
from ringwall.ledger.notes import Note, NoteError
from ringwall.ledger.proofs import TlogProof
from ringwall.ledger.statements import Statement, following

FORM: Final = "ringwall log bundle v1"
LARGEST_ENTRY: Final = 65_535
"""Bytes of an entry (C2SP tlog-tiles, "Log entries": their length is two bytes)."""
LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a bundle: of what is longer nothing is read."""
_FIELDS: Final = {"bundle", "entry", "personal", "proof", "statements", "vkey"}
_SALT_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class Opening:
    """What makes a seal checkable: the salt, and the patch as the JSON text that was sealed."""

    salt: bytes
    patch: str


def seal(salt: bytes, patch: str) -> str:
    """What stands in the entry for personal data that is kept apart, in hex."""
    return sha256(b"ringwall seal v1\0" + salt + patch.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """An entry and its proof. Nothing is verified by having one."""

    entry: str
    proof: TlogProof
    vkey: str
    personal: Mapping[str, Opening] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()

    def to_bytes(self) -> bytes:
        """The bundle as a file."""
        return _written(
            {
                "bundle": FORM,
                "entry": self.entry,
                "personal": {
                    subject: {"patch": one.patch, "salt": one.salt.hex()}
                    for subject, one in self.personal.items()
                },
                "proof": str(self.proof),
                "statements": [str(one.note) for one in self.statements],
                "vkey": self.vkey,
            }
        )

    @classmethod
    def parse(cls, content: bytes) -> "Bundle":
        """Read a file; ``ValueError`` says what is wrong with it."""
        found, written = _read(content)
        if not isinstance(found, dict) or set(found) != _FIELDS or found["bundle"] != FORM:
            msg = f"it is no {FORM!r}: that is an object with {', '.join(sorted(_FIELDS))}"
            raise ValueError(msg)
        if written != content:
            msg = "it is not written as bundles are: it was changed, or saved by another program"
            raise ValueError(msg)
        return cls(
            entry=_text(found["entry"], "entry"),
            proof=TlogProof.parse(_text(found["proof"], "proof")),
            vkey=_text(found["vkey"], "vkey"),
            personal=_openings(found["personal"]),
            statements=_statements(found["statements"]),
        )


class Reason(StrEnum):
    """Why a bundle does not hold."""

    UNREADABLE = "unreadable"
    """It is no bundle, or not written as they are."""
    OTHER_KEY = "other-key"
    """It names a key that is not trusted, and that no trusted key is followed by."""
    UNSIGNED = "unsigned"
    """No trusted key signed its checkpoint."""
    FORGED = "forged"
    """A signature in the name of a trusted key or witness does not verify."""
    TOO_FEW_WITNESSES = "too-few-witnesses"
    """Fewer witnesses cosigned than are asked for."""
    NOT_INCLUDED = "not-included"
    """The entry is not the one that stands in the log at this index."""
    WRONG_SEAL = "wrong-seal"
    """Personal data is not what was sealed in the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a bundle holds: it does where there is no ``reason`` against it.

    ``witnesses`` are the names of those that cosigned; ``checkpoint`` and ``index`` are known where
    the bundle could be read.
    """

    reason: Reason | None = None
    detail: str = ""
    checkpoint: Checkpoint | None = None
    index: int | None = None
    witnesses: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether all was verified."""
        return self.reason is None


def verify(
    content: bytes,
    *,
    keys: Sequence[VerifierKey],
    witnesses: Sequence[VerifierKey] = (),
    quorum: int | None = None,
    statements: Sequence[Statement] = (),
) -> Verdict:
    """Whether a bundle holds for who trusts ``keys`` (C2SP tlog-proof, "Verifying a tlog proof").

    ``quorum`` of the ``witnesses`` must have cosigned, without it all. Changes of keys are followed
    in ``statements`` and in those of the bundle.
    """
    try:
        bundle = Bundle.parse(content)
        checkpoint = Checkpoint.of(bundle.proof.checkpoint)
        seals = _seals(bundle.entry)
    except ValueError as error:
        return Verdict(reason=Reason.UNREADABLE, detail=str(error))
    note, index = bundle.proof.checkpoint, bundle.proof.index

    def refused(reason: Reason, detail: str) -> Verdict:
        return Verdict(reason=reason, detail=detail, checkpoint=checkpoint, index=index)

    trusted = following(keys, [*statements, *bundle.statements])
    if bundle.vkey not in map(str, trusted):
        return refused(Reason.OTHER_KEY, f"it names the key {bundle.vkey[:200]!r}")
    try:
        logs = [key for key in trusted if key.name == checkpoint.origin]
        signers = note.verified(logs)
        cosigners = note.verified([key for key in witnesses if key.kind is Kind.COSIGNATURE])
    except NoteError as error:
        return refused(Reason.FORGED, str(error))
    named = next(key for key in trusted if str(key) == bundle.vkey)
    if not any(one.is_by(named) for one in signers):
        return refused(Reason.UNSIGNED, f"{bundle.vkey} did not sign a log {checkpoint.origin!r}")
    needed = len(witnesses) if quorum is None else quorum
    if len(cosigners) < needed:
        return refused(
            Reason.TOO_FEW_WITNESSES, f"{len(cosigners)} cosigned, {needed} are asked for"
        )
    if not verify_inclusion(
        leaf=leaf_hash(bundle.entry.encode()),
        index=index,
        size=checkpoint.size,
        path=bundle.proof.path,
        root=checkpoint.root,
    ):
        return refused(Reason.NOT_INCLUDED, f"this entry is not entry {index} of the log")
    for subject, one in bundle.personal.items():
        if seals.get(subject) != seal(one.salt, one.patch):
            return refused(Reason.WRONG_SEAL, f"the personal data of {subject!r} was changed")
    return Verdict(
        checkpoint=checkpoint, index=index, witnesses=tuple(one.name for one in cosigners)
    )


def _read(content: bytes) -> tuple[Any, bytes]:
    """What a file says, and how it would be written; ``ValueError`` says where it is no JSON."""
    if len(content) > LARGEST:
        msg = f"it is larger than the {LARGEST:,} bytes that a bundle may have"
        raise ValueError(msg)
    try:
        found = json.loads(content.decode())
        return found, _written(found)
    except json.JSONDecodeError as error:
        msg = f"it is no JSON from line {error.lineno}, column {error.colno} on: is it cut off?"
    except UnicodeDecodeError as error:
        msg = f"it is not UTF-8 from byte {error.start} on"
    except UnicodeEncodeError:
        msg = "it has half a character, as no text has"
    except RecursionError:
        msg = "it is nested too deeply to be a bundle"
    except ValueError:
        msg = "it has a number too long for a bundle"
    raise ValueError(msg)


def _written(found: Mapping[str, Any]) -> bytes:
    text = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True)
    return text.encode() + b"\n"


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        msg = f"{name!r} is not a text"
        raise ValueError(msg)  # noqa: TRY004 - all that is wrong with a bundle is one kind of error
    return value


def _openings(found: object) -> dict[str, Opening]:
    if not isinstance(found, dict):
        msg = "'personal' is not an object"
        raise ValueError(msg)  # noqa: TRY004
    openings = {}
    for subject, one in found.items():
        if not isinstance(one, dict) or set(one) != {"patch", "salt"}:
            msg = f"the personal data of {subject!r} is not a patch and a salt"
            raise ValueError(msg)
        try:
            salt = bytes.fromhex(_text(one["salt"], "salt"))
        except ValueError:
            salt = b""
        if len(salt) != _SALT_SIZE or salt.hex() != one["salt"]:
            msg = f"the salt of {subject!r} is not {_SALT_SIZE} bytes in lower-case hex"
            raise ValueError(msg)
        openings[subject] = Opening(salt, _text(one["patch"], "patch"))
    return openings


def _statements(found: object) -> tuple[Statement, ...]:
    if not isinstance(found, list):
        msg = "'statements' is not a list"
        raise ValueError(msg)  # noqa: TRY004
    return tuple(Statement.of(Note.parse(_text(one, "statements"))) for one in found)


def _seals(entry: str) -> Mapping[str, object]:
    """The seals in an entry; ``ValueError`` where it is none."""
    if len(entry.encode()) > LARGEST_ENTRY:
        msg = f"an entry has at most {LARGEST_ENTRY} bytes"
        raise ValueError(msg)
    try:
        found = json.loads(entry)
    except RecursionError:
        msg = "the entry is nested too deeply"
        raise ValueError(msg) from None
    seals = found.get("seals", {}) if isinstance(found, dict) else None
    if not isinstance(seals, dict):
        msg = "the entry is not an object with seals"
        raise ValueError(msg)  # noqa: TRY004
    return seals
