"""From documents to sections: the items of all files, merged and each still with its place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ringwall.runtime.configuration.documents import Document
from ringwall.runtime.configuration.nodes import (
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    is_empty,
)
from ringwall.runtime.configuration.problems import Place, Problem
from ringwall.runtime.configuration.sections import Section, Shape
from ringwall.runtime.configuration.spelling import listed, nearest, shortened

VERSION, INCLUDE = "version", "include"
_ROOT_ONLY = "stands in the root file only, not in included ones"


@dataclass(slots=True)
class Gathered:
    """Everything written, by section, as one tree.

    ``is_whole`` tells whether every file and section could be taken in; if not, references
    between sections cannot be judged.
    """

    start: Place
    entries: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_whole: bool = True

    @property
    def tree(self) -> MappingNode:
        """The merged document, in which paths are looked up."""
        return MappingNode(place=self.start, entries=self.entries)


def patterns(document: Document) -> tuple[list[tuple[str, Place]], list[Problem]]:
    """Return what ``include:`` of the root file names, and what is wrong with it."""
    if not isinstance(document.root, MappingNode) or INCLUDE not in document.root.entries:
        return [], []
    value = document.root.entries[INCLUDE].value
    if is_empty(value):
        return [], []
    if not isinstance(value, SequenceNode):
        text = value.text if isinstance(value, ScalarNode) else "services/"
        allowed = f"a list of files, folders and patterns, such as include: [{shortened(text)}]"
        message = '"include" takes a list'
        return [], [Problem(path=(INCLUDE,), message=message, place=value.place, allowed=allowed)]
    found: list[tuple[str, Place]] = []
    problems: list[Problem] = []
    for position, item in enumerate(value.items):
        if isinstance(item, ScalarNode) and isinstance(item.value, str):
            found.append((item.value, item.place))
        else:
            message = "each item of include is the name of a file or folder, or a pattern"
            problems.append(Problem(path=(INCLUDE, position), message=message, place=item.place))
    return found, problems


def gather(documents: Sequence[Document], sections: Mapping[str, Section]) -> Gathered:
    """Merge the documents, root file first; maps by key, lists one after the other."""
    gathered = Gathered(start=Place(documents[0].file, 1, 1))
    for position, document in enumerate(documents):
        gathered.problems.extend(document.problems)
        if document.root is None:
            gathered.is_whole = False
            continue
        top = document.root
        if is_empty(top):
            top = MappingNode(place=Place(document.file, 1, 1))
        if not isinstance(top, MappingNode):
            gathered.is_whole = False
            message = "a configuration file consists of keys such as services: or routes:"
            gathered.problems.append(Problem(path=(), message=message, place=top.place))
            continue
        if position == 0:
            gathered.problems.extend(_version(top))
        _take(gathered, top, sections, is_root=position == 0)
    return gathered


def _version(top: MappingNode) -> Iterable[Problem]:
    entry = top.entries.get(VERSION)
    if entry is None:
        message = f'the key "{VERSION}" is missing: begin the file with {VERSION}: 1'
        yield Problem(path=(VERSION,), message=message, place=top.place, allowed="1")
    elif not (
        isinstance(entry.value, ScalarNode)
        and isinstance(entry.value.value, int)
        and entry.value.value == 1
        and not isinstance(entry.value.value, bool)
    ):
        text = shortened(entry.value.text) if isinstance(entry.value, ScalarNode) else None
        message = f'"{VERSION}" tells the form of this file; this Ringwall reads only form 1'
        yield Problem(
            path=(VERSION,), message=message, place=entry.value.place, value=text, allowed="1"
        )


def _take(
    gathered: Gathered, top: MappingNode, sections: Mapping[str, Section], *, is_root: bool
) -> None:
    known = [key for key, section in sections.items() if is_root or section.shape is not Shape.ONE]
    for key, entry in top.entries.items():
        if is_root and key in {VERSION, INCLUDE}:
            continue
        if key not in known:
            gathered.is_whole = False
            # A file of something else altogether may hold 100,000 of them.
            candidates = [*known, VERSION, INCLUDE] if len(gathered.problems) < 100 else []
            gathered.problems.append(_stray(key, entry.key, known, candidates, sections))
        elif sections[key].shape is Shape.ONE:
            gathered.entries[key] = entry
        elif not is_empty(entry.value):
            _merge(gathered, entry, sections[key])


def _stray(
    key: str,
    node: ScalarNode,
    known: Sequence[str],
    candidates: Sequence[str],
    sections: Mapping[str, Section],
) -> Problem:
    if key in sections or key in {VERSION, INCLUDE}:
        message = f'"{key}" {_ROOT_ONLY}'
        return Problem(path=(key,), message=message, place=node.place, value=key)
    return Problem(
        path=(key,),
        message=f'there is no section "{shortened(key)}"',
        place=node.place,
        value=shortened(key),
        allowed=listed(known),
        nearest=nearest(key, candidates),
    )


def _merge(gathered: Gathered, entry: Entry, section: Section) -> None:
    held = gathered.entries.get(section.key)
    if section.shape is Shape.MAP and isinstance(entry.value, MappingNode):
        before = dict(held.value.entries) if held and isinstance(held.value, MappingNode) else {}
        for name, item in entry.value.entries.items():
            if name in before:
                gathered.problems.append(_repeated(section, item.key, before[name].key.place))
            else:
                before[name] = item
        merged: Node = MappingNode(place=entry.value.place, entries=before)
    elif section.shape is Shape.LIST and isinstance(entry.value, SequenceNode):
        items = held.value.items if held and isinstance(held.value, SequenceNode) else ()
        merged = SequenceNode(place=entry.value.place, items=(*items, *entry.value.items))
    else:
        gathered.is_whole = False
        gathered.problems.append(_misshapen(entry, section))
        return
    gathered.entries[section.key] = Entry(held.key if held else entry.key, merged)


def _repeated(section: Section, key: ScalarNode, first: Place) -> Problem:
    return Problem(
        path=(section.key, key.text),
        message=f'the key "{shortened(key.text)}" is already written at {first}',
        place=key.place,
        value=shortened(key.text),
    )


def _misshapen(entry: Entry, section: Section) -> Problem:
    if section.shape is Shape.MAP:
        message = f'"{section.key}" takes names with settings below them'
        allowed = f"{section.key}: {{my-name: {{...}}}}"
    else:
        message = f'"{section.key}" takes a list: begin each item with a dash'
        allowed = f"{section.key}: [{{...}}]"
    return Problem(path=(section.key,), message=message, place=entry.key.place, allowed=allowed)
