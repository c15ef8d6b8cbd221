"""Bundles of a small log with two changes of keys, personal data, and a witness."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.ledger.forests import NOW, ORIGIN, WITNESS

from ringwall.ledger.bundles import Bundle, Opening, seal
from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.keys import SigningKey
from ringwall.ledger.merkle import inclusion_spans, leaf_hash, proof_over, root_of
from ringwall.ledger.proofs import TlogProof
from ringwall.ledger.statements import Statement

KEYS: Final = [SigningKey.of(ORIGIN, bytes([number] * 32)) for number in (1, 2, 3)]
CHANGES: Final = (
    Statement.made(KEYS[0], KEYS[1], 4),
    Statement.made(KEYS[1], KEYS[2], 9),
)
OPENINGS: Final = {
    "person-1": Opening(bytes(range(32)), '{"actor":{"user":{"name":"Ada Ünal"}}}'),
    "person-2": Opening(bytes(range(32, 64)), '{"src":"192.0.2.7"}'),
}


@dataclass(frozen=True)
class Log:
    """Entries, and what is made of their hashes."""

    entries: tuple[str, ...]

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash(one.encode()) for one in self.entries]

    def hash_of(self, level: int, index: int) -> bytes:
        return root_of(self.leaves[index << level : (index + 1) << level])

    def bundle(
        self,
        index: int,
        *,
        size: int | None = None,
        signers: tuple[SigningKey, ...] = (KEYS[2],),
        statements: tuple[Statement, ...] = CHANGES,
        personal: dict[str, Opening] | None = None,
    ) -> Bundle:
        size = size or len(self.entries)
        note = Checkpoint(ORIGIN, size, root_of(self.leaves[:size])).unsigned
        for key in signers:
            note = note.signed_by(key)
        note = note.signed_by(WITNESS, time=NOW)
        path = proof_over(inclusion_spans(index, size), self.hash_of)
        return Bundle(
            entry=self.entries[index],
            proof=TlogProof(index, tuple(path), note),
            vkey=str(signers[-1].verifier),
            personal=OPENINGS if personal is None else personal,
            statements=statements,
        )


@cache
def log() -> Log:
    seals = {subject: seal(one.salt, one.patch) for subject, one in OPENINGS.items()}

    def entry(number: int) -> str:
        said = {"event": {"number": number, "what": "größer ☃"}, "kind": "ocsf/1", "seals": seals}
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    return Log(tuple(entry(number) for number in range(13)))
