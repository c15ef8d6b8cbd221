"""Scripts: commands, what they print and how they end, as one would see it in a terminal.

A script is text. ``$`` begins a command, run by bash in a folder of the script's own. What follows
is what it prints: standard output as it is, standard error after ``! ``, and ``[code]`` if it does
not end with 0. ``...`` stands for any lines. Runs of spaces count as one gap, as columns vary.
``#`` begins a remark. Files come last, each after ``-- name --``; in them, in commands and in
output, ``{word}`` is replaced:

    {tmp}           the folder of the script
    {port:name}     a free port, the same wherever the name is the same
    {user}          who runs the script, whatever ``USER`` says
    {time} {hash} {n} {any}     in output: a time, a short hash, a number, anything

A script whose first line is ``# e2e`` starts real processes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.ports import free_port

from ringwall.runtime.installation import account

_FILE = re.compile(r"-- (\S.*) --")
_PATTERNS = {
    "time": r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?",
    "hash": r"[0-9a-f]{12}",
    "n": r"\d+",
    "any": r".*",
}


@dataclass
class Step:
    """One command and what is expected of it."""

    line: int
    command: str
    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    code: int = 0


@dataclass
class Script:
    """A parsed script."""

    path: Path
    steps: list[Step]
    files: dict[str, str]
    is_e2e: bool


def read_script(path: Path) -> Script:
    """Parse a script; ``ValueError`` names the line that makes no sense."""
    lines = path.read_text(encoding="utf-8").splitlines()
    steps: list[Step] = []
    files: dict[str, str] = {}
    name = None
    for number, line in enumerate(lines, start=1):
        if match := _FILE.fullmatch(line):
            name = match[1]
            files[name] = ""
        elif name is not None:
            files[name] += line + "\n"
        elif line.startswith("#"):
            continue
        elif line.startswith("$ "):
            steps.append(Step(number, line.removeprefix("$ ")))
        elif not steps:
            if line:
                raise ValueError(f"{path.name}:{number}: output before any command")
        elif match := re.fullmatch(r"\[(\d+)\]", line):
            steps[-1].code = int(match[1])
        elif line.startswith("!"):
            steps[-1].stderr.append(line.removeprefix("!").removeprefix(" "))
        else:
            steps[-1].stdout.append(line)
    for step in steps:  # blank lines between commands are for the eye
        while step.stdout and not step.stdout[-1]:
            step.stdout.pop()
    return Script(path, steps, files, bool(lines) and lines[0] == "# e2e")


class Names:
    """What ``{word}`` stands for in one run of a script."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports: dict[str, int] = {}

    def fill(self, text: str) -> str:
        """Replace the words that mean the same everywhere."""
        text = text.replace("{tmp}", str(self._folder)).replace("{user}", account())
        return re.sub(r"\{port:(\w+)\}", lambda match: str(self._port(match[1])), text)

    def _port(self, name: str) -> int:
        if name not in self._ports:
            self._ports[name] = free_port()
        return self._ports[name]


def mismatch(expected: list[str], printed: str, names: Names) -> str | None:
    """Where the output differs from what is expected, for people; ``None`` if it does not."""
    lines = [_squeezed(line) for line in printed.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    wanted = [_squeezed(names.fill(line)) for line in expected]
    while wanted and not wanted[-1]:
        wanted.pop()
    if _matches(wanted, lines):
        return None
    return "\n".join(["expected:", *_indented(wanted), "printed:", *_indented(lines)])


def _matches(wanted: list[str], lines: list[str]) -> bool:
    if not wanted:
        return not lines
    if wanted[0] == "...":
        return any(_matches(wanted[1:], lines[at:]) for at in range(len(lines) + 1))
    if not lines or not _pattern(wanted[0]).fullmatch(lines[0]):
        return False
    return _matches(wanted[1:], lines[1:])


def _pattern(line: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(time|hash|n|any)\}", line)
    return re.compile(
        "".join(_PATTERNS[piece] if at % 2 else re.escape(piece) for at, piece in enumerate(pieces))
    )


def _squeezed(line: str) -> str:
    return re.sub(r" {2,}", "  ", line.rstrip())


def _indented(lines: list[str]) -> Iterator[str]:
    return (f"    {line}" for line in lines)
