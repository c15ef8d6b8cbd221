"""What the collector is told as it is started, by its environment: a change starts it anew."""

from typing import Final

import msgspec

from ringwall.lake.config import Retention

VARIABLE: Final = "RINGWALL_COLLECTOR"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Paths as text. ``origin`` is empty where the log chooses its own name.

    ``notary`` is the socket of what signs; ``retention`` is in seconds by OCSF category.
    """

    state: str
    run: str
    notary: str
    origin: str = ""
    retention: dict[str, float] = {}

    def encoded(self) -> str:
        """As text, the same for the same settings."""
        return msgspec.json.encode(self, order="deterministic").decode()

    @classmethod
    def read(cls, text: str) -> "Settings":
        """What :meth:`encoded` made; ``ValueError`` for anything else."""
        return msgspec.json.decode(text, type=cls)

    def kept(self) -> Retention:
        """How long events are kept."""
        return Retention(**self.retention)
