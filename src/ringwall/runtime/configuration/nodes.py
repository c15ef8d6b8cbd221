"""What a YAML document is made of, every part with its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ringwall.runtime.configuration.problems import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalarNode:
    """One value: what it means, and its text as written. ``end`` is (line, column), exclusive."""

    place: Place
    value: str | int | float | bool | None
    text: str
    quoted: bool = False
    end: tuple[int, int] = (0, 0)
    weight: int = 1
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceNode:
    """A list."""

    place: Place
    items: "tuple[Node, ...]"
    weight: int = 1
    height: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingNode:
    """Keys and values, in the order written. Keys are text, whatever they look like."""

    place: Place
    entries: "Mapping[str, Entry]" = field(default_factory=dict)
    weight: int = 1
    height: int = 1


Node = ScalarNode | SequenceNode | MappingNode
"""``weight`` counts characters with aliases expanded, ``height`` the levels below."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key with its value."""

    key: ScalarNode
    value: Node


def content(node: Node) -> Any:
    """Return the node as ``dict``, ``list`` and scalars."""
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, SequenceNode):
        return [content(item) for item in node.items]
    return {name: content(entry.value) for name, entry in node.entries.items()}


def is_empty(node: Node) -> bool:
    """Whether nothing was written (``key:``, ``~`` or ``null``)."""
    return isinstance(node, ScalarNode) and node.value is None


def locate(node: Node, path: tuple[str | int, ...]) -> Place:
    """Return the place of the value at ``path``, or of the nearest enclosing one that exists.

    An enclosing mapping is found at its key, a list item at its beginning.
    """
    place = node.place
    for position, step in enumerate(path, start=1):
        exact = position == len(path)
        if isinstance(node, MappingNode) and str(step) in node.entries:
            entry = node.entries[str(step)]
            node = entry.value
            place = node.place if exact and isinstance(node, ScalarNode) else entry.key.place
        elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = node.place
        else:
            return place
    return place
