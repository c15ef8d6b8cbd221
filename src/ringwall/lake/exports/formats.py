"""What a format of lines is, and how rows are written in it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO, Protocol

Row = Mapping[str, Any]
"""By column; times are aware moments in UTC."""

ToOcsf = Callable[[Row], Mapping[str, Any]]
"""Makes the whole OCSF object of a row."""


class Format(Protocol):
    """Writes each row as one line. Promises that no value can end a line or begin another."""

    @property
    def media_type(self) -> str:
        """As HTTP names it."""

    @property
    def extension(self) -> str:
        """How files in it are called, without the dot."""

    def head(self) -> bytes:
        """What stands before the first line, perhaps nothing."""

    def line(self, row: Row) -> bytes:
        """The line of one row, with its end."""


def write(rows: Iterable[Row], out: BinaryIO, form: Format) -> int:
    """Write rows to a file and return how many there were."""
    count = 0
    out.write(form.head())
    for row in rows:
        out.write(form.line(row))
        count += 1
    return count
