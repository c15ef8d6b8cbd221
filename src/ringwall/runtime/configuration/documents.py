"""One YAML file into nodes with places, or into sentences about what is wrong with it."""

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from ringwall.runtime.configuration import syntax
from ringwall.runtime.configuration.composing import UNPRINTABLE, Composer, RefusalError
from ringwall.runtime.configuration.nodes import Node
from ringwall.runtime.configuration.problems import Place, Problem

_LINE_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class PureParser(yaml.reader.Reader, yaml.scanner.Scanner, yaml.parser.Parser):
    """The parser for a PyYAML that was built without libyaml."""

    def __init__(self, stream: str) -> None:
        yaml.reader.Reader.__init__(self, stream)
        yaml.scanner.Scanner.__init__(self)
        yaml.parser.Parser.__init__(self)


def _fastest() -> type[Any]:
    try:
        fast = importlib.import_module("yaml.cyaml")
    except ImportError:
        return PureParser
    found: type[Any] = fast.CParser
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What one file says: its root node (``None`` when it cannot be read), lines and problems."""

    file: Path
    root: Node | None
    lines: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(data: bytes, file: Path, *, parser: type[Any] | None = None) -> Document:
    """Read one file; what is wrong with it is in ``problems``, nothing is raised."""
    start = Place(file, 1, 1)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _refused(file, start, "the file is UTF-16: save it as UTF-8")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        place = _place_after(file, data[: error.start].decode("utf-8"))
        return _refused(file, place, f"byte {data[error.start]:#04x} is not UTF-8: save as UTF-8")
    lines = tuple(_LINE_BREAK.split(text))
    if found := UNPRINTABLE.search(text):
        name = "NUL" if found[0] == "\0" else f"U+{ord(found[0]):04X}"
        message = f"the control character {name} cannot be in a YAML file: remove it"
        return _refused(file, _place_after(file, text[: found.start()]), message, lines)
    composer = Composer(file)
    try:
        root = composer.compose((parser or _fastest())(text))
    except RefusalError as refusal:
        return Document(
            file=file, root=None, lines=lines, problems=(*composer.problems, refusal.problem)
        )
    except yaml.MarkedYAMLError as error:
        problem = _syntax_problem(file, lines, error)
        return Document(file=file, root=None, lines=lines, problems=(*composer.problems, problem))
    except (ValueError, OverflowError, yaml.YAMLError):
        # Only the pure parser gets here: it takes any number in an escape such as "\\U00110000".
        message = "an escape in double quotes names no Unicode character"
        return _refused(file, start, message, lines)
    return Document(file=file, root=root, lines=lines, problems=tuple(composer.problems))


def _refused(file: Path, place: Place, message: str, lines: tuple[str, ...] = ()) -> Document:
    problem = Problem(path=(), message=message, place=place)
    return Document(file=file, root=None, lines=lines, problems=(problem,))


def _place_after(file: Path, text: str) -> Place:
    lines = _LINE_BREAK.split(text.removeprefix("\ufeff"))
    return Place(file, len(lines), len(lines[-1]) + 1)


def _syntax_problem(file: Path, lines: tuple[str, ...], error: yaml.MarkedYAMLError) -> Problem:
    context, words = error.context or "", error.problem or "unreadable"
    mark = error.problem_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    rest = "".join([text[column * (number == 0) :] for number, text in enumerate(lines[line:])])
    if error.context_mark is not None and syntax.points_back(context, words, rest):
        line, column = error.context_mark.line, error.context_mark.column
    message = syntax.sentence(context=context, problem=words, rest=rest)
    return Problem(path=(), message=message, place=Place(file, line + 1, column + 1))
