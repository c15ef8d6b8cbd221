"""What is wrong with a query, shown where it stands."""

from typing import Final

from ringwall.runtime.configuration.spelling import shortened
from ringwall.runtime.processes.logs.lines import neutral

_AROUND: Final = 60
"""Characters shown before and after the mistake."""


class QueryError(ValueError):
    """A query that cannot be read; its text shows the place with a caret and how to mend it.

    ``at`` and ``end`` count characters of ``text`` from 0. ``allowed`` is what may stand there,
    ``nearest`` what was probably meant.
    """

    def __init__(
        self,
        message: str,
        text: str,
        at: int,
        end: int | None = None,
        *,
        allowed: str = "",
        nearest: str = "",
    ) -> None:
        self.message = message
        self.text = text
        self.at = min(at, len(text))
        self.end = max(self.at + 1, min(self.at + 1 if end is None else end, len(text)))
        self.allowed = allowed
        self.nearest = nearest
        super().__init__(self._told())

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "message": self.message,
            "at": self.at,
            "end": self.end,
            "allowed": self.allowed or None,
            "nearest": self.nearest or None,
        }

    def _told(self) -> str:
        first = max(0, self.at - _AROUND)
        before = ("…" if first else "") + neutral(self.text[first : self.at]).replace("\t", " ")
        last = min(len(self.text), self.at + _AROUND)
        after = neutral(self.text[self.at : last]).replace("\t", " ")
        after += "…" if last < len(self.text) else ""
        marked = len(neutral(self.text[self.at : min(self.end, last)])) or 1
        lines = [
            self.message,
            f"  {before}{after}",
            f"  {' ' * len(before)}{'^' * marked}",
        ]
        if self.nearest:
            lines.append(f"did you mean {shortened(self.nearest)}?")
        if self.allowed:
            lines.append(f"it may be {self.allowed}")
        return "\n".join(lines)
