"""What a process is told as it is started, through its environment."""

from typing import Self

import msgspec


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """Settings as text, for a variable of the environment."""

    def encoded(self) -> str:
        """As text, the same for the same settings."""
        return msgspec.json.encode(self, order="deterministic").decode()

    @classmethod
    def read(cls, text: str) -> Self:
        """What :meth:`encoded` made; ``ValueError`` for anything else."""
        return msgspec.json.decode(text, type=cls)
