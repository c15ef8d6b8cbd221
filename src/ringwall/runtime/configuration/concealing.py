"""Excerpts of the source that may be shown: what is, or may be, a secret is covered.

A secret written where a reference belongs is a mistake to report, and the report goes to
terminals and logs. Where the models say what a value is, they decide; where they do not (a
misspelt key, a file that is not YAML), names that sound like secrets are covered.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from ringwall.runtime.configuration import describing, schema
from ringwall.runtime.configuration.describing import Schema
from ringwall.runtime.configuration.documents import Document
from ringwall.runtime.configuration.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ringwall.runtime.configuration.problems import Place
from ringwall.runtime.configuration.references import Secret
from ringwall.runtime.configuration.sections import Section, Shape
from ringwall.runtime.configuration.spelling import nearest

WIDEST: Final = 200
COVER: Final = "•••"
_SOUNDS_SECRET: Final = re.compile(
    r"secret|passw|passphrase|token|credential|key|hmac", re.IGNORECASE
)
_KEY_AND_VALUE: Final = re.compile(r"""(?<![\w.-])[\w.-]++["']?+\s*+:(?=\s)""")

Span = tuple[int, int, int]
"""Line, first column, and the column after the last; columns count from 1."""


class Excerpts:
    """The lines of one document, with what must not be shown covered."""

    def __init__(self, document: Document, sections: Mapping[str, Section]) -> None:
        self._document = document
        self._sections = sections
        self._judged: dict[tuple[int, ...], tuple[list[Schema], bool]] = {}

    def at(self, place: Place) -> tuple[str, str] | None:
        """Return the line before and from ``place`` on; ``None`` if there is no such line.

        No more than ``WIDEST`` characters on either side.
        """
        if not 0 < place.line <= len(self._document.lines):
            return None
        line, column = self._document.lines[place.line - 1], place.column
        position, last = max(1, column - WIDEST), min(len(line) + 1, column + WIDEST)
        before, after = "", ""
        spans = self._covered.get(place.line, [])
        first = max(0, bisect_left(spans, (position, 0)) - 1)
        for start, end in spans[first:]:
            if start >= last:
                break
            if end <= position:
                continue
            begins = max(start, position)
            before += line[position - 1 : min(begins, column) - 1]
            after += line[max(position, column) - 1 : max(begins, column) - 1]
            before, after = (before + COVER, after) if start < column else (before, after + COVER)
            position = end
        before += line[position - 1 : max(position, column) - 1]
        after += line[max(position, column) - 1 : max(last, position) - 1]
        return before, after

    @cached_property
    def _covered(self) -> dict[int, list[tuple[int, int]]]:
        found: dict[int, list[tuple[int, int]]] = {}
        root = self._document.root
        spans = self._unparsed() if root is None else self._parsed(root)
        for line, start, end in spans:
            found.setdefault(line, []).append((start, end))
        return {line: sorted(covered) for line, covered in found.items()}

    @cached_property
    def _names(self) -> frozenset[str]:
        models = [schema.of_model(section.model) for section in self._sections.values()]
        return frozenset(name for model in models for name in _secret_names(model))

    def _sounds_secret(self, name: str) -> bool:
        known = name in self._names or nearest(name, self._names) is not None
        return known or _SOUNDS_SECRET.search(name) is not None

    def _unparsed(self) -> Iterator[Span]:
        for number, line in enumerate(self._document.lines, start=1):
            for match in _KEY_AND_VALUE.finditer(line):
                value = line[match.end() :].strip()
                name = match[0].rstrip(": \t\"'")
                if self._sounds_secret(name) and not Secret.is_reference(value):
                    yield number, match.end() + 2, len(line) + 1
                    break

    def _parsed(self, root: Node) -> Iterator[Span]:
        if not isinstance(root, MappingNode):
            return
        for key, entry in root.entries.items():
            section = self._sections.get(key)
            if section is None:
                yield from self._unknown(entry.value, hidden=self._sounds_secret(key))
                continue
            model = schema.of_model(section.model)
            for node in _items(section, entry.value):
                yield from self._known(node, [model], model.get("$defs", {}))

    def _known(self, node: Node, wanted: Sequence[Schema], parts: Schema) -> Iterator[Span]:
        choices, is_secret = self._choices(wanted, parts)
        if isinstance(node, ScalarNode):
            yield from self._unknown(node, hidden=is_secret)
        elif isinstance(node, SequenceNode):
            inner = [choice["items"] for choice in choices if choice.get("items")]
            for item in node.items:
                if inner:
                    yield from self._known(item, inner, parts)
                else:
                    yield from self._unknown(item, hidden=is_secret)
        else:
            is_misplaced = is_secret and not any(choice.get("properties") for choice in choices)
            for key, entry in node.entries.items():
                inner = [found for choice in choices if (found := _inner(choice, key)) is not None]
                if inner:
                    yield from self._known(entry.value, inner, parts)
                else:
                    hidden = is_misplaced or self._sounds_secret(key)
                    yield from self._unknown(entry.value, hidden=hidden)

    def _choices(self, wanted: Sequence[Schema], parts: Schema) -> tuple[list[Schema], bool]:
        # By identity: the parts of a model's schema live as long as the model.
        key = tuple(map(id, wanted))
        if key not in self._judged:
            choices = [choice for one in wanted for choice in describing.alternatives(one, parts)]
            is_secret = any(describing.is_secret(choice, parts) for choice in choices)
            self._judged[key] = choices, is_secret
        return self._judged[key]

    def _unknown(self, node: Node, *, hidden: bool = False) -> Iterator[Span]:
        if isinstance(node, ScalarNode):
            if hidden:
                yield from _span(node)
        elif isinstance(node, SequenceNode):
            for item in node.items:
                yield from self._unknown(item, hidden=hidden)
        else:
            for key, entry in node.entries.items():
                yield from self._unknown(entry.value, hidden=hidden or self._sounds_secret(key))


def _items(section: Section, node: Node) -> Iterator[Node]:
    if section.shape is Shape.MAP and isinstance(node, MappingNode):
        yield from (entry.value for entry in node.entries.values())
    elif section.shape is Shape.LIST and isinstance(node, SequenceNode):
        yield from node.items
    else:
        yield node


def _inner(choice: Schema, key: str) -> Schema | None:
    found = choice.get("properties", {}).get(key, choice.get("additionalProperties"))
    return found if isinstance(found, Mapping) else None


def _span(node: ScalarNode) -> Iterator[Span]:
    if not node.text or Secret.is_reference(node.text):
        return
    start, (last, end) = node.place, node.end
    yield start.line, start.column, end if last == start.line else 10**9
    for line in range(start.line + 1, last + 1):
        yield line, 1, end if line == last else 10**9


def _secret_names(model: Schema) -> Iterator[str]:
    parts = model.get("$defs", {})
    for owner in (model, *parts.values()):
        for name, inner in owner.get("properties", {}).items():
            if describing.resolved(inner, parts).get("writeOnly"):
                yield name
