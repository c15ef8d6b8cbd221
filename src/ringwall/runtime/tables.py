"""Tables that keep to a width without breaking a name in two.

Pure: text in, lines of styled pieces out. A table that is too wide is made to fit in three steps:
cells that may be shortened are, columns of the highest rank are left out one after the other (and
named), and when even the columns of rank 0 do not fit, every row becomes a block of lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rich.cells import cell_len, set_cell_size

GAP: Final = 2
_LOOSE: Final = 48
"""Cells up to which a column is padded where nobody counts the width: a longer one moves the rest
of its row, and not that of every other row."""
_ELLIPSIS: Final = "…"

Piece = tuple[str, str]
"""Text and its rich style."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``rank`` 0 is always shown; ``least`` cells remain where it may be shortened."""

    heading: str
    rank: int = 0
    least: int | None = None
    shorten: Literal["start", "end"] = "end"
    right: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with a style, or several ``items`` of which as many are shown as fit, never cut."""

    text: str
    style: str = ""
    items: tuple[str, ...] = ()
    separator: str = ", "

    @classmethod
    def listing(cls, items: Sequence[str], *, separator: str = ", ") -> "Cell":
        """Items in one cell: ``a, b, c``, or ``a +2`` where there is no room."""
        return cls(separator.join(items), items=tuple(items), separator=separator)

    @property
    def widest(self) -> int:
        """Cells of the terminal it takes as a whole."""
        return cell_len(self.text)

    def least(self, column: Column) -> int:
        """Cells it takes at the least."""
        if len(self.items) > 1:
            return min(self.widest, cell_len(self._first(1)))
        return self.widest if column.least is None else min(self.widest, column.least)

    def fitted(self, width: int, column: Column) -> str:
        """The text in at most ``width`` cells."""
        if self.widest <= width:
            return self.text
        for count in range(len(self.items) - 1, 0, -1):
            shown = self._first(count)
            if cell_len(shown) <= width:
                return shown
        if column.shorten == "start":
            text = self.text
            while cell_len(text) > width - 1:
                text = text[1:]
            return _ELLIPSIS + text
        return set_cell_size(self.text, width - 1).rstrip() + _ELLIPSIS

    def _first(self, count: int) -> str:
        return f"{self.separator.join(self.items[:count])} +{len(self.items) - count}"


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns are shown (by position) how wide; ``None`` as widths means blocks."""

    shown: tuple[int, ...]
    widths: tuple[int, ...] | None
    left_out: tuple[str, ...]


def fit(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int | None) -> Layout:
    """Decide what of a table is shown in ``width`` cells; ``None`` is as wide as it takes."""
    shown = list(range(len(columns)))
    left_out: list[int] = []
    while True:
        most = [_width(columns[at], [row[at].widest for row in rows]) for at in shown]
        least = [_width(columns[at], [row[at].least(columns[at]) for row in rows]) for at in shown]
        if width is None or _total(most) <= width:
            widths: tuple[int, ...] | None = tuple(most)
            break
        if _total(least) <= width:
            widths = _shrunk([columns[at] for at in shown], most, least, width)
            break
        droppable = [at for at in shown if columns[at].rank > 0]
        if not droppable:
            shown, left_out, widths = list(range(len(columns))), [], None
            break
        dropped = max(droppable, key=lambda at: (columns[at].rank, at))
        shown.remove(dropped)
        left_out.append(dropped)
    names = tuple(columns[at].heading for at in sorted(left_out))
    return Layout(tuple(shown), widths, names)


def lay_out(
    columns: Sequence[Column], rows: Sequence[Sequence[Cell]], width: int | None
) -> tuple[list[list[Piece]], tuple[str, ...]]:
    """Return the lines of a table, and the headings of the columns that had to be left out."""
    layout = fit(columns, rows, width)
    if layout.widths is None:
        return _blocks(columns, rows), ()
    shown = [columns[at] for at in layout.shown]
    heading = [Cell(column.heading, "bold") for column in shown]
    widths = layout.widths if width is not None else [min(one, _LOOSE) for one in layout.widths]
    several = [heading, *([row[at] for at in layout.shown] for row in rows)]
    lines = [_line(shown, cells, widths, is_loose=width is None) for cells in several]
    return lines, layout.left_out


def _line(
    columns: Sequence[Column], cells: Sequence[Cell], widths: Sequence[int], *, is_loose: bool
) -> list[Piece]:
    pieces: list[Piece] = []
    for position, (column, cell, width) in enumerate(zip(columns, cells, widths, strict=True)):
        text = cell.text if is_loose else cell.fitted(width, column)
        room = " " * (width - cell_len(text))
        last = position == len(columns) - 1
        if column.right:
            pieces.append((room, ""))
        pieces.append((text, cell.style))
        if not last:
            pieces.append(((" " * GAP) if column.right else room + " " * GAP, ""))
    return pieces


def _blocks(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[list[Piece]]:
    widest = max(cell_len(column.heading) for column in columns)
    lines: list[list[Piece]] = []
    for number, row in enumerate(rows):
        if number:
            lines.append([])
        for column, cell in zip(columns, row, strict=True):
            if cell.text:
                heading = column.heading.ljust(widest)
                lines.append([(heading, "bold"), (" " * GAP, ""), (cell.text, cell.style)])
    return lines


def _width(column: Column, cells: Sequence[int]) -> int:
    return max([cell_len(column.heading), *cells])


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * (len(widths) - 1)


def _shrunk(
    columns: Sequence[Column], most: Sequence[int], least: Sequence[int], width: int
) -> tuple[int, ...]:
    """Take cells until all fit: from lists before texts are cut, from what could give most."""
    widths = list(most)

    def worth(at: int) -> tuple[bool, bool, int, int]:
        room = widths[at] - least[at]
        return room > 0, columns[at].least is None, room, widths[at]

    for _ in range(_total(most) - width):
        widths[max(range(len(widths)), key=worth)] -= 1
    return tuple(widths)
