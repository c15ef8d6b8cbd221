"""What the voucher is told by its environment, which only its owner can read: JSON.

{"tree": "/state/log/tree", "queue": "/state/log/anchors",
 "cosign_every": 10, "anchor_every": 3600, "quorum": 1,
 "witnesses": [{"name": "friend", "url": "https://witness.example", "vkey": "..."}],
 "anchors": [{"kind": "file", "name": "share", "path": "/mnt/share/checkpoints"}]}
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringwall.ledger.anchors.anchor import Anchor
from ringwall.ledger.anchors.kinds import anchor_of
from ringwall.ledger.keys import VerifierKey
from ringwall.ledger.witness.asking import WitnessAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The folder of the tree, the folder of what waits for anchors; seconds; whom to ask.

    A checkpoint counts as witnessed once ``quorum`` witnesses cosigned it.
    """

    tree: Path
    queue: Path
    cosign_every: float = 10.0
    anchor_every: float = 3600.0
    quorum: int = 1
    witnesses: tuple[WitnessAddress, ...] = ()
    anchors: tuple[Anchor, ...] = ()

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Settings":
        """What these values say; ``ValueError`` and ``KeyError`` name what is wrong."""
        return cls(
            tree=Path(said["tree"]),
            queue=Path(said["queue"]),
            cosign_every=float(said.get("cosign_every", 10.0)),
            anchor_every=float(said.get("anchor_every", 3600.0)),
            quorum=int(said.get("quorum", 1)),
            witnesses=tuple(
                WitnessAddress(
                    str(one["url"]), VerifierKey.parse(str(one["vkey"])), str(one.get("name", ""))
                )
                for one in said.get("witnesses", ())
            ),
            anchors=tuple(anchor_of(one) for one in said.get("anchors", ())),
        )

    @classmethod
    def read(cls, text: str) -> "Settings":
        """What a text of JSON says."""
        return cls.of(json.loads(text))
