"""What a destination of events promises."""

from collections.abc import Sequence
from typing import Protocol

from ringwall.lake.exports.formats import Row


class DeliveryError(Exception):
    """A batch that did not arrive, or may not have: it is sent again.

    ``wait`` is how many seconds the destination asks to wait, ``is_too_large`` that it wants
    fewer events at once.
    """

    def __init__(self, message: str, *, wait: float = 0.0, is_too_large: bool = False) -> None:
        super().__init__(message)
        self.wait = wait
        self.is_too_large = is_too_large


class Destination(Protocol):
    """Takes events in order of their index; may be given the same ones again."""

    def send(self, rows: Sequence[Row]) -> None:
        """Hand over a batch and return once the destination has it; else :class:`DeliveryError`."""

    def close(self) -> None:
        """Let go of connections; :meth:`send` opens them again."""
