"""From the parser's events to nodes: no tags, no code, no surprises.

The stack is our own, so that depth, duplicate keys and the expansion of aliases are judged while
reading, and nothing that is written can exhaust the machine.
"""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import yaml

from ringwall.runtime.configuration import scalars
from ringwall.runtime.configuration.nodes import Entry, MappingNode, Node, ScalarNode, SequenceNode
from ringwall.runtime.configuration.problems import Place, Problem
from ringwall.runtime.configuration.spelling import shortened

DEEPEST: Final = 40
"""Levels of nesting; the deepest setting of Ringwall is below ten."""
HEAVIEST: Final = 4 * 1024**2
"""Characters after aliases are expanded: four times the largest file."""

UNPRINTABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class RefusalError(Exception):
    """The document cannot be built any further."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(path=(), message=message, place=place)


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read yet."""

    place: Place
    anchor: str | None
    is_mapping: bool
    entries: dict[str, Entry] = field(default_factory=dict)
    items: list[Node] = field(default_factory=list)
    key: ScalarNode | None = None
    wants_value: bool = False
    weight: int = 1
    height: int = 1

    def closed(self) -> Node:
        if self.is_mapping:
            return MappingNode(
                place=self.place, entries=self.entries, weight=self.weight, height=self.height
            )
        return SequenceNode(
            place=self.place, items=tuple(self.items), weight=self.weight, height=self.height
        )


class Composer:
    """Builds nodes from events; ``problems`` are those that do not stop the building."""

    def __init__(self, file: Path) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._open: list[_Open] = []
        self._anchors: dict[str, Node] = {}
        self._root: Node | None = None
        self._documents = 0

    def compose(self, parser: Any) -> Node:
        """Read the only document; ``RefusalError`` and the parser's errors end it."""
        while not isinstance(event := parser.get_event(), yaml.StreamEndEvent):
            self._take(event)
        return self._root or ScalarNode(place=Place(self._file, 1, 1), value=None, text="")

    def _place(self, mark: Any) -> Place:
        return Place(self._file, mark.line + 1, mark.column + 1)

    def _take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_tag(event)
            self._finish(self._scalar(event), event.anchor)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._refuse_tag(event)
            place = self._place(event.start_mark)
            if len(self._open) >= DEEPEST:
                raise RefusalError(place, f"this is nested more than {DEEPEST} levels deep")
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            self._open.append(_Open(place, event.anchor, is_mapping))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            frame = self._open.pop()
            self._finish(frame.closed(), frame.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._finish(self._alias(event), None)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                message = "a second document begins here: put it into a file of its own"
                raise RefusalError(self._place(event.start_mark), message)

    def _refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            message = "tags (words that begin with !) are not used here: remove it, or use quotes"
            raise RefusalError(self._place(event.start_mark), message)

    def _scalar(self, event: Any) -> ScalarNode:
        place = self._place(event.start_mark)
        value: str | int | float | bool | None = event.value
        if UNPRINTABLE.search(event.value) and re.search("[\ud800-\udfff]", event.value):
            raise RefusalError(place, "an escape names half a character (a surrogate)")
        if not event.style:
            try:
                value = scalars.resolve(event.value)
            except ValueError as error:
                raise RefusalError(place, f"{error}; text of digits needs quotes") from None
        return ScalarNode(
            place=place,
            value=value,
            text=event.value,
            quoted=bool(event.style),
            end=(event.end_mark.line + 1, event.end_mark.column + 1),
            weight=len(event.value) + 1,
        )

    def _alias(self, event: Any) -> Node:
        place = self._place(event.start_mark)
        if event.anchor in self._anchors:
            return replace(self._anchors[event.anchor], place=place)
        if any(frame.anchor == event.anchor for frame in self._open):
            raise RefusalError(place, "this alias stands inside the value it repeats")
        # The name is not repeated: it may be a secret that happens to begin with *.
        message = "this alias repeats nothing written above; text that begins with * needs quotes"
        raise RefusalError(place, message)

    def _finish(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self._root = node
            return
        frame = self._open[-1]
        frame.weight += node.weight
        frame.height = max(frame.height, node.height + 1)
        if frame.weight > HEAVIEST:
            raise RefusalError(
                node.place, "aliases repeat so much here that the file grows too large"
            )
        if len(self._open) + node.height > DEEPEST:
            raise RefusalError(node.place, f"this is nested more than {DEEPEST} levels deep")
        if not frame.is_mapping:
            frame.items.append(node)
        elif frame.wants_value:
            self._add(frame, node)
        else:
            frame.key, frame.wants_value = self._key(node), True

    def _key(self, node: Node) -> ScalarNode | None:
        if not isinstance(node, ScalarNode):
            self._report(node.place, "a key is one word or text, not a list or mapping")
            return None
        if not node.text:
            self._report(node.place, "a key is missing before this colon")
            return None
        if node.text == "<<" and not node.quoted:
            message = "merge keys (<<) are not part of YAML 1.2: write the keys out"
            self._report(node.place, message)
            return None
        return node

    def _add(self, frame: _Open, node: Node) -> None:
        key, frame.key, frame.wants_value = frame.key, None, False
        if key is None:
            return
        first = frame.entries.get(key.text)
        if first is not None:
            message = f'the key "{shortened(key.text)}" is already written at {first.key.place}'
            self._report(key.place, message, value=key.text)
            return
        frame.entries[key.text] = Entry(key, node)

    def _report(self, place: Place, message: str, *, value: str | None = None) -> None:
        self.problems.append(Problem(path=(), message=message, place=place, value=value))
