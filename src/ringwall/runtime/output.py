"""What commands print: tables and sentences for people, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
"""The ``--json`` flag every command that prints data has."""


def console(*, stderr: bool = False) -> Console:
    """A console that keeps to the terminal's width and colours; plain when piped."""
    return Console(stderr=stderr, highlight=False, soft_wrap=not sys.stdout.isatty())


def print_json(value: Any) -> None:
    """Print a value as indented JSON with sorted keys."""
    sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, default=str) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows below their headings, or the sentence ``empty`` when there are none."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    count = 0
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
        count += 1
    console().print(table if count else Text(empty))


def say(text: str, *, style: str = "", stderr: bool = False) -> None:
    """Print one line as it is: markup in names and paths is not read."""
    console(stderr=stderr).print(Text(text, style=style))
