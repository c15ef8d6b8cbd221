"""What the collector is told as it is started, by its environment: a change starts it anew."""

from typing import Final

import msgspec

from ringwall.lake.bucket import Bucket
from ringwall.lake.handed import Handed
from ringwall.lake.retention import KeptFor

VARIABLE: Final = "RINGWALL_COLLECTOR"


class Rule(msgspec.Struct, frozen=True):
    """What is put in the place of a pattern (RE2) in a field of events."""

    field: str
    pattern: str
    text: str


class Settings(Handed, frozen=True, kw_only=True):
    """Paths as text. ``origin`` is empty where the log chooses its own name.

    ``notary`` is the socket of what signs; ``retention`` is in seconds by OCSF category. ``edge``
    is the admin socket of the edge's Envoy. ``redact`` are rules that every event goes through.
    ``bucket`` is where the table is to lie, if not in the folder, with keys that may write there.
    """

    state: str
    run: str
    notary: str
    origin: str = ""
    retention: dict[str, float] = msgspec.field(default_factory=dict)
    edge: str = ""
    redact: tuple[Rule, ...] = ()
    bucket: Bucket | None = None

    def kept(self) -> KeptFor:
        """How long events are kept."""
        return KeptFor(**self.retention)
