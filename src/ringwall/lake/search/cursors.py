"""Where a page of a search ended, as a short text that is handed out and comes back."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Final

_MOST: Final = 200
_EARLIEST: Final = -62_135_596_800_000_000
_LATEST: Final = 253_402_300_799_999_999


class CursorError(ValueError):
    """A text that is no cursor, or one of another search."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """The last row of a page: its time in microseconds since 1970, and its index."""

    time: int
    index: int

    def written(self, query: str) -> str:
        """The cursor by which the search for ``query`` goes on after it."""
        said = json.dumps([self.time, self.index, _mark(query)], separators=(",", ":"))
        return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def position(cursor: str, query: str) -> Position:
    """Read a cursor back; :class:`CursorError` unless it was written for the same query."""
    said = _said(cursor)
    match said:
        case [int(time), int(index), str(mark)] if _are_possible(time, index):
            pass
        case _:
            raise CursorError("this is no cursor: begin the search anew without one")
    if mark != _mark(query):
        raise CursorError("this cursor is of another query: begin the search anew without one")
    return Position(time, index)


def _said(cursor: str) -> object:
    if len(cursor) > _MOST:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        return None


def _are_possible(time: int, index: int) -> bool:
    """Whether they are of a row: a moment of the years 1 to 9999, and a number of 63 bits."""
    are_numbers = type(time) is int and type(index) is int  # truth values are integers too
    return are_numbers and _EARLIEST <= time <= _LATEST and 0 <= index < 2**63


def _mark(query: str) -> str:
    """Tells queries apart; it protects nothing."""
    return hashlib.sha256(query.encode()).hexdigest()[:12]
