"""Read the files of a folder: native syntax, JSON syntax, values of variables, known modules."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ringwall.core.observations import Place
from ringwall.posture.code.hcl.parsing import parse, parse_template
from ringwall.posture.code.hcl.trees import (
    Argument,
    Block,
    Body,
    Expression,
    ListOf,
    Literal,
    ObjectOf,
)
from ringwall.posture.code.reading import NO_FILE, CodeError, Remark
from ringwall.posture.code.terraform.overriding import File, overridden, overrides
from ringwall.posture.snapshot.partial import Unknown

LARGEST: Final = 20_000_000
"""Bytes of one file; larger ones are said, and not read."""
ENDINGS: Final = (".tf", ".tf.json", ".tofu", ".tofu.json")
WORKSPACE: Final = "terraform.workspace"
_LABELS: Final = {
    "resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "provider": 1, "locals": 0,
    "terraform": 0, "ephemeral": 2, "check": 1, "import": 0, "moved": 0, "removed": 0,
}  # fmt: skip


@dataclass(slots=True)
class Folder:
    """A module as it is written."""

    path: Path
    files: list[File] = field(default_factory=list)
    values: dict[str, tuple[Expression, str]] = field(default_factory=dict)
    """Of variables, from ``terraform.tfvars`` and ``*.auto.tfvars``, with the file."""


class Loader:
    """Reads below ``root`` alone, each folder once; what is wrong becomes a remark."""

    def __init__(self, root: Path, shown: Path | None = None) -> None:
        self.root = root.resolve()
        self.shown = (shown or root).resolve()
        self.remarks: list[Remark] = []
        self._folders: dict[Path, Folder] = {}
        self._installed: dict[Path, dict[str, Path]] = {}
        self.chosen = ""
        """The workspace that somebody named."""

    def name_of(self, path: Path) -> str:
        """A path as it is shown: from the folder that was asked for, or in full."""
        for base in (self.shown, self.root):
            if path.is_relative_to(base):
                return str(path.relative_to(base)) or "."
        return str(path)

    def is_within(self, path: Path) -> bool:
        """Whether a path lies within what may be read, wherever links lead."""
        return path.resolve().is_relative_to(self.root)

    def text(self, path: Path, *, is_asked: bool = False) -> str:
        """A file of the code; ``CodeError`` where it cannot be read, or lies outside.

        ``is_asked`` says that a person named this very file: that one may lie anywhere.
        """
        shown = self.name_of(path)
        if not is_asked and not self.is_within(path):
            raise CodeError(shown, 1, "it lies outside of the folder, and is not read")
        try:
            if not path.is_file():
                raise CodeError(shown, 1, NO_FILE)
            if path.stat().st_size > LARGEST:
                raise CodeError(shown, 1, f"it has more than {LARGEST} bytes, and is not read")
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise CodeError(shown, 1, f"it is no text in UTF-8: byte {error.start}") from error
        except OSError as error:
            raise CodeError(shown, 1, f"it cannot be read: {error.strerror}") from error

    def folder(self, path: Path) -> Folder:
        """A module's files; those that are broken are left out, and said."""
        path = path.resolve()
        known = self._folders.get(path)
        if known is not None:
            return known
        found = self._folders[path] = Folder(path)
        files = sorted(one for one in path.iterdir() if one.name.endswith(ENDINGS))
        several = [(one, file) for one in files if (file := self._read(one)) is not None]
        told = overridden(
            [file for one, file in several if not overrides(one.name)],
            [file for one, file in several if overrides(one.name)],
        )
        found.files, self.remarks = told.files, [*self.remarks, *told.remarks]
        for one in self._value_files(path):
            self._read_values(one, found)
        return found

    def _read(self, path: Path) -> File | None:
        shown = self.name_of(path)
        try:
            text = self.text(path)
            body = _from_json(text, shown) if path.name.endswith(".json") else parse(text, shown)
        except CodeError as error:
            self.broken(error)
            return None
        return File(shown, body)

    def broken(self, error: CodeError) -> None:
        """Keep what is wrong with a file."""
        self.remarks.append(Remark(Place(error.path, error.line), error.why, is_broken=True))

    @staticmethod
    def _value_files(path: Path) -> list[Path]:
        first = [path / "terraform.tfvars", path / "terraform.tfvars.json"]
        auto = sorted([*path.glob("*.auto.tfvars"), *path.glob("*.auto.tfvars.json")])
        return [one for one in [*first, *auto] if one.is_file()]

    def _read_values(self, path: Path, folder: Folder) -> None:
        try:
            folder.values |= self.values_in(path)
        except CodeError as error:
            self.broken(error)

    def values_in(self, path: Path, *, is_asked: bool = False) -> dict[str, tuple[Expression, str]]:
        """Values of variables in a file; ``CodeError`` where it is none."""
        shown, text = self.name_of(path), self.text(path, is_asked=is_asked)
        if path.name.endswith(".json"):
            told = _json(text, shown)
            return {key: (_constant(one), shown) for key, one in told.items()}
        body = parse(text, shown)
        return {key: (one.value, shown) for key, one in body.arguments.items()}

    def workspace(self, root: Path) -> Any:
        """The workspace that is chosen in a folder; what is not said may be any."""
        path = root / ".terraform" / "environment"
        if not self.chosen and path.is_file():
            try:
                return self.text(path).strip() or "default"
            except CodeError as error:
                self.broken(error)
        return self.chosen or Unknown(
            f"which workspace it is applied in is not known: --var {WORKSPACE}=NAME says it"
        )

    def installed(self, root: Path) -> dict[str, Path]:
        """Where ``terraform init`` put modules, by their keys such as ``vpc.endpoints``."""
        known = self._installed.get(root)
        if known is not None:
            return known
        found = self._installed[root] = {}
        path = root / ".terraform" / "modules" / "modules.json"
        if not path.is_file():
            return found
        try:
            told = json.loads(self.text(path))
            for one in told.get("Modules") or ():
                found[one["Key"]] = root / one["Dir"]
        except CodeError as error:
            self.broken(error)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            self.broken(CodeError(self.name_of(path), 1, f"it is no list of modules: {error}"))
        return found


def _json(text: str, path: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise CodeError(path, error.lineno, f"it is no JSON: {error.msg}") from error
    except RecursionError as error:
        raise CodeError(path, 1, "it is nested too deeply") from error
    if not isinstance(found, dict):
        raise CodeError(path, 1, "an object was expected")
    return found


def _from_json(text: str, path: str) -> Body:
    """JSON syntax: labels are keys, and a block that stands several times is a list."""
    body = Body()
    lines = text.split("\n")
    for kind, value in _json(text, path).items():
        if kind == "//":
            continue
        for labels, content in _labelled(value, _LABELS.get(kind, 0)):
            line = _line_of(lines, [kind, *labels])
            if not isinstance(content, dict):
                raise CodeError(path, line, f"{'.'.join([kind, *labels])} has to be an object")
            body.blocks.append(Block(kind, labels, _body_of(content, path, line), line, line))
    return body


def _labelled(value: Any, depth: int) -> list[tuple[list[str], Any]]:
    if isinstance(value, list):
        return [pair for one in value for pair in _labelled(one, depth)]
    if not depth or not isinstance(value, dict):
        return [([], value)]
    return [
        ([key, *labels], content)
        for key, one in value.items()
        if key != "//"
        for labels, content in _labelled(one, depth - 1)
    ]


def _line_of(lines: list[str], keys: list[str]) -> int:
    at = 0
    for key in keys:
        quoted = json.dumps(key)
        at = next((n for n in range(at, len(lines)) if quoted in lines[n]), at)
    return at + 1


def _body_of(content: dict[str, Any], path: str, line: int) -> Body:
    body = Body()
    for key, value in content.items():
        if key == "//":
            continue
        if key == "dynamic":
            for labels, one in _labelled(value, 1):
                written = one.get("content") or {} if isinstance(one, dict) else None
                if not labels or not isinstance(written, dict):
                    raise CodeError(path, line, "dynamic has to be an object of objects")
                inner = _body_of({k: v for k, v in one.items() if k != "content"}, path, line)
                inner.blocks.append(Block("content", [], _body_of(written, path, line), line, line))
                body.blocks.append(Block("dynamic", labels, inner, line, line))
            continue
        body.arguments[key] = Argument(key, _templated(value, path), line)
    return body


def _templated(value: Any, path: str) -> Expression:
    if isinstance(value, str):
        return parse_template(value, path)
    if isinstance(value, list):
        return ListOf([_templated(one, path) for one in value])
    if isinstance(value, dict):
        return ObjectOf([(Literal(key), _templated(one, path)) for key, one in value.items()])
    return Literal(value)


def _constant(value: Any) -> Expression:
    if isinstance(value, list):
        return ListOf([_constant(one) for one in value])
    if isinstance(value, dict):
        return ObjectOf([(Literal(key), _constant(one)) for key, one in value.items()])
    return Literal(value)
