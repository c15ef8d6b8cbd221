"""Problems as a person and as a program read them."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from ringwall.runtime.configuration.problems import Problem, Severity
from ringwall.runtime.configuration.spelling import listed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

# rich is imported where something is shown: processes tell problems as JSON.

_BEFORE, _AFTER = 60, 60
_COLOURS: Final = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}

Line = list[tuple[str, str]]
"""Pieces of text, each with its rich style."""


def neutral(text: str) -> str:
    r"""Return the text with all that could steer a terminal written out: ``\\x1b``, ``\\u202e``."""
    return "".join(_written_out(character) for character in text)


def _written_out(character: str) -> str:
    if character == "\t":
        return "    "
    # Controls, what reverses the direction of text, and blanks that are not the space they seem.
    if character.isprintable():
        return character
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def plain(problem: Problem) -> str:
    """Return the problem as plain text: place, sentence, source line with a caret, and help."""
    return "\n".join("".join(text for text, _ in line).rstrip() for line in _lines(problem))


def renderable(problem: Problem) -> "Text":
    """Return the same with colours, for a rich console."""
    from rich.text import Text  # noqa: PLC0415 - see above

    return Text("\n").join(Text.assemble(*line) for line in _lines(problem))


def print_problems(problems: Iterable[Problem], console: "Console | None" = None) -> None:
    """Print problems to ``console`` (standard error), and how many there are."""
    from rich.console import Console  # noqa: PLC0415 - see above
    from rich.text import Text  # noqa: PLC0415 - see above

    console = console or Console(stderr=True)
    counts = Counter[Severity]()
    for problem in problems:
        console.print(renderable(problem), soft_wrap=True)
        counts[problem.severity] += 1
    told = [f"{counts[one]} {one.value}{'s'[: counts[one] > 1]}" for one in Severity if counts[one]]
    if told:
        console.print(Text(listed(told, last="and")), style="bold")


def to_json(problem: Problem) -> dict[str, Any]:
    """Return the problem as JSON data; what is unknown is ``None``."""
    place = problem.place
    return {
        "severity": problem.severity.value,
        "message": problem.message,
        "file": str(place.file) if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "path": list(problem.path),
        "value": problem.value,
        "allowed": problem.allowed,
        "nearest": problem.nearest,
    }


def _lines(problem: Problem) -> list[Line]:
    colour = _COLOURS[problem.severity]
    where = f"{neutral(str(problem.place))}: " if problem.place else ""
    lines: list[Line] = [
        [(where, "bold"), (f"{problem.severity.value}: ", colour), (neutral(problem.message), "")]
    ]
    if problem.place and problem.excerpt:
        lines += _source(problem, str(problem.place.line), problem.excerpt, colour)
    if problem.allowed:
        lines.append([("  allowed: ", "bold"), (neutral(problem.allowed), "")])
    if problem.nearest:
        lines.append(
            [("  did you mean ", ""), (f'"{neutral(problem.nearest)}"', "bold"), ("?", "")]
        )
    return lines


def _source(problem: Problem, number: str, excerpt: tuple[str, str], colour: str) -> list[Line]:
    from rich.cells import cell_len  # noqa: PLC0415 - see above

    before, after = neutral(excerpt[0]), neutral(excerpt[1])
    marked = neutral(problem.value or "")
    length = 1
    for written in (marked, f'"{marked}"', f"'{marked}'"):
        if marked and after.startswith(written):
            length = cell_len(written)
    if cell_len(before) > _BEFORE:
        before = "…" + before[-_BEFORE:]
    if len(after) > _AFTER:
        after = after[:_AFTER] + "…"
        length = min(length, _AFTER)
    gutter = " " * (len(number) + 2)
    return [
        [(f"  {number} | ", "dim"), (before + after, "")],
        [(f"{gutter} | ", "dim"), (" " * cell_len(before), ""), ("^" * length, colour)],
    ]
