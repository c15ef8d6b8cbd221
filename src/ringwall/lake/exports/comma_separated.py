"""Columns as CSV (RFC 4180), safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ringwall.lake.exports.formats import Row
from ringwall.runtime.processes.logs.lines import neutral

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that a spreadsheet calculates (OWASP, CSV injection), wide forms too."""


class CommaSeparated:
    """One line a row, with a line of names before the first."""

    media_type: Final = "text/csv; charset=utf-8; header=present"
    extension: Final = "csv"

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)

    def head(self) -> bytes:
        """The names of the columns."""
        return _written(self._columns)

    def line(self, row: Row) -> bytes:
        """One row; what would be calculated has an apostrophe before it."""
        return _written([_cell(row.get(one)) for one in self._columns])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, int | float):
        return str(value)  # a number of ours: -1 is no formula
    text = str(value)
    # Blanks before a formula do not keep spreadsheets from calculating it.
    starts = text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA)
    return ("'" if starts else "") + neutral(text).replace("\t", "\\t")


def _written(cells: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode()
