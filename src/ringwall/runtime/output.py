"""What commands print: tables and sentences for people, JSON for programs.

Data goes to standard output, what went wrong to standard error. Colours follow
https://no-color.org. On a terminal lines keep to its width; elsewhere nothing is shortened. What
others have written, such as their names, steers no terminal: what is not printed is a space.
"""

import json
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Final, TextIO

import typer

if TYPE_CHECKING:
    from rich.text import Text

    from ringwall.runtime.tables import Cell, Column

# rich is imported where something is shown: completion and JSON do without.

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
"""The ``--json`` flag every command that prints data has."""


def print_json(value: Any) -> None:
    """Print a value as indented JSON with sorted keys."""
    write(json_text(value) + "\n")


def print_json_list(values: Iterable[Any]) -> None:
    """Print what :func:`print_json` would of a list, one value at a time: it may be a long one."""
    between = "[\n"
    for value in values:
        text = json_text(value)
        write(between + "".join(f"  {line}" for line in text.splitlines(keepends=True)))
        between = ",\n"
    write("[]\n" if between == "[\n" else "\n]\n")


def json_text(value: Any) -> str:
    """A value as indented JSON with sorted keys, in ASCII: on a terminal it steers nothing."""
    import orjson  # noqa: PLC0415 - little of what runs prints JSON

    as_ever = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME
    try:
        told = orjson.dumps(value, default=str, option=as_ever)
    except TypeError:  # such as keys that are no texts, or numbers of more than 64 bits
        told = b"\xff"
    if told.isascii():
        return told.decode()
    return json.dumps(value, indent=2, sort_keys=True, default=str)


def print_table(
    columns: "Sequence[Column]", rows: "Iterable[Sequence[object]]", *, empty: str
) -> None:
    """Print rows below their headings, or the sentence ``empty`` when there are none.

    A cell is a :class:`~ringwall.runtime.tables.Cell` or becomes one by ``str``. What the terminal
    is too narrow for is shortened or left out, and said to be.
    """
    from rich.text import Text  # noqa: PLC0415 - see above

    from ringwall.runtime.tables import lay_out  # noqa: PLC0415

    cells = [[_cell(one) for one in row] for row in rows]
    if not cells:
        say(empty)
        return
    lines, left_out = lay_out(columns, cells, _width(sys.stdout))
    for line in lines:
        _print(Text.assemble(*line), wrap=False)
    if left_out:
        say(f"not shown, for lack of room: {', '.join(left_out)}", style="dim")


def say(*parts: "str | tuple[str, str]", style: str = "", stderr: bool = False) -> None:
    """Print a sentence as it is, made of texts and (text, style) pairs.

    On a terminal it is wrapped between words, never within one.
    """
    from rich.text import Text  # noqa: PLC0415 - see above

    _print(Text.assemble(*parts, style=style), wrap=True, stderr=stderr)


def show(text: str, *, style: str = "", stderr: bool = False) -> None:
    """Print lines to be copied, such as commands and files. They are never wrapped."""
    from rich.text import Text  # noqa: PLC0415 - see above

    _print(Text(text, style=style), wrap=False, stderr=stderr)


def write(text: str) -> None:
    """Write a text to standard output as it is; ``BrokenPipeError`` when nobody reads any more."""
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise BrokenPipeError from None  # without its number, for which typer ends by itself


def breaks(text: str, width: int) -> list[int]:
    """Where to break a text so that lines keep to ``width`` cells and no word is cut. Pure."""
    from rich.cells import cell_len  # noqa: PLC0415 - see above

    found: list[int] = []
    start = 0
    for word in re.finditer(r"\S+", text):
        if cell_len(text[start : word.end()]) > width and text[start : word.start()].strip():
            start = word.start()
            found.append(start)
    return found


_STEERS: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that are obeyed instead of shown, by a terminal or by a reader's eye."""


def _plain(text: str, *, but: str = "") -> str:
    """As long a text with a space for all that steers, but for the characters of ``but``. Pure."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        " " if unicodedata.category(one) in _STEERS and one not in but else one for one in text
    )


def _cell(value: object) -> "Cell":
    """A cell in one line, however it was written."""
    from ringwall.runtime.tables import Cell  # noqa: PLC0415 - as above

    if not isinstance(value, Cell):
        return Cell(_plain(str(value)))
    return replace(value, text=_plain(value.text), items=tuple(map(_plain, value.items)))


def _print(text: "Text", *, wrap: bool, stderr: bool = False) -> None:
    from rich.console import Console  # noqa: PLC0415 - see above

    class Told(Console):
        def on_broken_pipe(self) -> None:  # else rich ends the program by itself
            raise BrokenPipeError

    text.plain = _plain(text.plain, but="\n\t")
    width = _width(sys.stderr if stderr else sys.stdout)
    console = Told(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)
    for line in text.split("\n", allow_blank=True):
        for part in line.divide(breaks(line.plain, width)) if wrap and width else [line]:
            part.rstrip()
            console.print(part, soft_wrap=True)


def _width(stream: TextIO) -> int | None:
    """The columns of the terminal, ``None`` where nobody counts them."""
    return shutil.get_terminal_size().columns if stream.isatty() else None
