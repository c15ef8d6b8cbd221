"""YAML and JSON with the line of each part, read as far as plain data goes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from ringwall.posture.code.reading import CodeError

MOST: Final = 500_000
"""Nodes of one document: aliases of aliases would otherwise grow without end."""
_DEEPEST: Final = 100
_MERGE: Final = "tag:yaml.org,2002:merge"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Tagged = Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True)
class Document:
    """One document. ``lines`` gives the line of a path such as ``("spec", "replicas")``."""

    value: Any
    line: int
    end: int
    lines: dict[tuple[str | int, ...], int]

    def line_of(self, at: tuple[str | int, ...], otherwise: int) -> int:
        """The line of a path, or of what it would be in."""
        several = (self.lines.get(at[:end]) for end in range(len(at), 0, -1))
        return next((one for one in several if one is not None), otherwise)


def documents(text: str, path: str, tagged: Tagged | None = None) -> Iterator[Document]:
    """Every document that is not empty; ``CodeError`` names the line that is wrong.

    ``tagged`` makes a value of one with a tag such as ``!Ref``; other tags are an error.
    """
    try:
        for node in yaml.compose_all(text, Loader=_LOADER):
            reader = _Reader(path, tagged)
            value = reader.value(node, (), 0)
            if value is not None:
                yield Document(
                    value, node.start_mark.line + 1, node.end_mark.line + 1, reader.lines
                )
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = error.problem or error.context or "it is no YAML"
        raise CodeError(path, mark.line + 1 if mark else 1, f"it is no YAML: {why}") from error
    except yaml.YAMLError as error:
        raise CodeError(path, 1, f"it is no YAML: {error}") from error
    except RecursionError as error:
        raise CodeError(path, 1, "it is nested too deeply") from error


class _Reader:
    def __init__(self, path: str, tagged: Tagged | None) -> None:
        self.path, self.tagged = path, tagged
        self.lines: dict[tuple[str | int, ...], int] = {}
        self._plain = yaml.SafeLoader("")
        self._count = 0

    def value(self, node: Any, at: tuple[str | int, ...], depth: int) -> Any:
        line = node.start_mark.line + 1
        self._count += 1
        if self._count > MOST or depth > _DEEPEST:
            raise CodeError(self.path, line, "it has more parts, or deeper ones, than can be read")
        self.lines.setdefault(at, line)
        made: Any
        if isinstance(node, yaml.MappingNode):
            made = {}
            for key, inner in node.value:
                if key.tag == _MERGE:
                    several = inner.value if isinstance(inner, yaml.SequenceNode) else [inner]
                    for one in several:
                        made = self._merged(one, at, depth + 1) | made
                    continue
                name = str(self.value(key, (*at, "?"), depth + 1))
                made[name] = self.value(inner, (*at, name), depth + 1)
                self.lines[*at, name] = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode):
            made = [
                self.value(one, (*at, number), depth + 1) for number, one in enumerate(node.value)
            ]
        else:
            made = self._scalar(node, line)
        if node.tag.startswith("!"):
            if self.tagged is None:
                raise CodeError(self.path, line, f"the tag {node.tag} has no meaning here")
            return self.tagged(node.tag[1:], made)
        return made

    def _merged(self, node: Any, at: tuple[str | int, ...], depth: int) -> dict[str, Any]:
        """What is taken over from elsewhere: what is written here counts more."""
        found = self.value(node, at, depth)
        if not isinstance(found, dict):
            line = node.start_mark.line + 1
            raise CodeError(self.path, line, "what is merged by `<<` is no mapping")
        return found

    def _scalar(self, node: Any, line: int) -> Any:
        if node.tag.startswith("!") or node.tag == "tag:yaml.org,2002:timestamp":
            return node.value
        try:
            return self._plain.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            raise CodeError(self.path, line, f"{node.value!r} cannot be read") from error
