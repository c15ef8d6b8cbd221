"""What is kept of a tree beside its tiles: its size, and the hashes of tiles that are not full."""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from ringwall.ledger.merkle import HASH_SIZE
from ringwall.ledger.proving import DamagedTreeError
from ringwall.ledger.tiles import HEIGHT, WIDTH

STATE: Final = "state.json"


@dataclass(frozen=True, slots=True)
class Edges:
    """A tree of ``size`` leaves: ``hashes`` by level, joined, are those of no full tile.

    ``published`` is the size of the newest checkpoint when this was kept.
    """

    origin: str
    size: int = 0
    hashes: tuple[bytes, ...] = ()
    published: int = 0

    def to_bytes(self) -> bytes:
        """The state as a file: a line of JSON, and its SHA-256."""
        line = json.dumps(
            {
                "origin": self.origin,
                "size": self.size,
                "published": self.published,
                "edges": [one.hex() for one in self.hashes],
            }
        ).encode()
        return line + b"\n" + sha256(line).hexdigest().encode() + b"\n"

    @classmethod
    def read(cls, path: Path) -> "Edges | None":
        """What is kept at ``path``; :class:`DamagedTreeError` where it is not whole."""
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        line, _, digest = content.partition(b"\n")
        try:
            edges = cls._parse(line, digest)
        except (ValueError, KeyError, TypeError) as error:
            msg = f"{path} is damaged ({error}): bring it back, or move the tree away and redo it"
            raise DamagedTreeError(msg) from error
        return edges

    @classmethod
    def _parse(cls, line: bytes, digest: bytes) -> "Edges":
        if digest != sha256(line).hexdigest().encode() + b"\n":
            msg = "its hash is another"
            raise ValueError(msg)
        found = json.loads(line)
        edges = cls(
            str(found["origin"]),
            int(found["size"]),
            tuple(bytes.fromhex(one) for one in found["edges"]),
            int(found["published"]),
        )
        edges.check()
        return edges

    def check(self) -> None:
        """``ValueError`` where the hashes are not as many as the size wants."""
        for level in range(max(len(self.hashes), _levels(self.size))):
            wanted = (self.size >> (HEIGHT * level)) % WIDTH * HASH_SIZE
            found = len(self.hashes[level]) if level < len(self.hashes) else 0
            if found != wanted:
                msg = f"level {level} has {found} bytes of hashes, not {wanted}"
                raise ValueError(msg)


def _levels(size: int) -> int:
    return -(-size.bit_length() // HEIGHT)
