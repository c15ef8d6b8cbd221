"""Each item of each section against its model, all mistakes of all of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError

from ringwall.runtime.configuration import describing, schema
from ringwall.runtime.configuration.explaining import explain
from ringwall.runtime.configuration.gathering import Gathered
from ringwall.runtime.configuration.nodes import (
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    content,
    is_empty,
)
from ringwall.runtime.configuration.problems import Place, Problem
from ringwall.runtime.configuration.sections import Section, Shape
from ringwall.runtime.configuration.spelling import shortened

MOST_TOLD: Final = 1000
"""Problems explained in full; nobody reads further, and a generated file may hold 100,000."""


@dataclass(slots=True)
class Validated:
    """What passed: values by section, and for lists the position each valid item has as written.

    ``is_cut`` tells that judging ended at ``MOST_TOLD`` problems.
    """

    items: dict[str, Any] = field(default_factory=dict)
    positions: dict[str, tuple[int, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_cut: bool = False


def validate(gathered: Gathered, section: Section, validated: Validated) -> None:
    """Judge one section and add what passed, and what did not, to ``validated``."""
    entry = gathered.entries.get(section.key)
    if section.shape is Shape.ONE:
        _one(gathered, section, entry, validated)
    elif section.shape is Shape.MAP:
        written = entry.value.entries if entry and isinstance(entry.value, MappingNode) else {}
        validated.problems.extend(_names(section, written.values()))
        validated.items[section.key] = {}
        for name, item in written.items():
            value = _item(section, item.value, item.key.place, (section.key, name), validated)
            if value is not None:
                validated.items[section.key][name] = value
    else:
        nodes = entry.value.items if entry and isinstance(entry.value, SequenceNode) else ()
        passed: list[tuple[int, BaseModel]] = []
        for position, node in enumerate(nodes):
            value = _item(section, node, node.place, (section.key, position), validated)
            if value is not None:
                passed.append((position, value))
        validated.positions[section.key] = tuple(position for position, _ in passed)
        validated.items[section.key] = [value for _, value in passed]


def _one(gathered: Gathered, section: Section, entry: Entry | None, validated: Validated) -> None:
    empty = MappingNode(place=entry.key.place if entry else gathered.start)
    if entry is None and any(field.is_required() for field in section.model.model_fields.values()):
        message = f'the section "{section.key}" is missing'
        parts = schema.of_model(section.model)
        allowed = f"{section.key}: {describing.example(parts, parts.get('$defs', {}))}"
        problem = Problem(
            path=(section.key,), message=message, place=gathered.start, allowed=allowed
        )
        validated.problems.append(problem)
        return
    node = empty if entry is None or is_empty(entry.value) else entry.value
    place = entry.key.place if entry else gathered.start
    value = _item(section, node, place, (section.key,), validated)
    if value is not None:
        validated.items[section.key] = value


def _names(section: Section, entries: Any) -> Iterator[Problem]:
    adapter = TypeAdapter(section.name)
    for entry in entries:
        name = entry.key.text
        try:
            adapter.validate_python(name, strict=True)
        except ValidationError:
            wanted = schema.of_type(section.name)
            yield Problem(
                path=(section.key, name),
                message=f'"{shortened(name)}" cannot be a name in {section.key}',
                place=entry.key.place,
                value=shortened(name),
                allowed=describing.describe(wanted, wanted.get("$defs", {})),
            )


def _item(
    section: Section,
    node: Node,
    home: Place,
    path: tuple[str | int, ...],
    validated: Validated,
) -> BaseModel | None:
    if len(validated.problems) >= MOST_TOLD:
        validated.is_cut = True
        return None
    # JSON input is judged strictly by type ("5" is no number, "yes" no boolean), yet lists may
    # become tuples and text enumerations, which strict Python input refuses.
    written = json.dumps(content(node))
    try:
        value = section.model.model_validate_json(written, strict=True)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
    else:
        collisions = tuple(_collisions(value, node, path))
        validated.problems.extend(collisions)
        return None if collisions else value
    validated.is_cut |= len(errors) > MOST_TOLD
    model = schema.of_model(section.model)
    told = explain(errors[:MOST_TOLD], schema=model, node=node, home=home, path=path)
    validated.problems.extend(told)
    return None


def _collisions(value: object, node: Node, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Find keys that become one (``A.example`` and ``a.example``): the last would win silently."""
    if isinstance(node, SequenceNode) and isinstance(value, list | tuple):
        for position, (inner, item) in enumerate(zip(value, node.items, strict=False)):
            yield from _collisions(inner, item, (*path, position))
    if not isinstance(node, MappingNode):
        return
    if isinstance(value, dict) and len(value) < len(node.entries):
        seen: dict[str, ScalarNode] = {}
        for name, entry in node.entries.items():
            first = seen.setdefault(name.lower(), entry.key)
            if first is not entry.key:
                message = f'the key "{shortened(name)}" means the same as "{first.text}"'
                yield Problem(
                    path=(*path, name), message=message, place=entry.key.place, value=name
                )
    for name, entry in node.entries.items():
        if isinstance(value, BaseModel):
            yield from _collisions(getattr(value, name, None), entry.value, (*path, name))
        elif isinstance(value, dict):
            yield from _collisions(value.get(name), entry.value, (*path, name))
