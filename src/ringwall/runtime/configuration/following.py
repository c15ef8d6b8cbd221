"""Where the location of a validation error leads: to what was written, and what should have been.

Pydantic names the alternatives of a union on the way (``certificate.acme.challenge``); the
document does not, so schema and nodes are walked together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ringwall.runtime.configuration import describing
from ringwall.runtime.configuration.describing import Schema
from ringwall.runtime.configuration.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ringwall.runtime.configuration.problems import Place
from ringwall.runtime.configuration.spelling import shortened

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where the location of an error leads: the node, its schema, and the place to point at.

    ``home`` is the place of the key (or list item) that holds the node. ``union`` is the path of
    the alternatives on the way, if the schema could not tell which one was meant.
    """

    node: Node
    home: Place
    schema: Schema
    path: Path
    parts: Schema
    holder: Schema = field(default_factory=dict)
    missing: str | None = None
    of_key: bool = False
    union: Path | None = None
    alternative: str | None = None

    @property
    def place(self) -> Place:
        """The value, unless it starts below its key: then the key."""
        if isinstance(self.node, ScalarNode) or self.node.place.line == self.home.line:
            return self.node.place
        return self.home

    @property
    def label(self) -> str:
        """The setting, as a sentence names it."""
        last = self.path[-1] if self.path else ""
        if isinstance(last, int):
            holder = self.path[-2] if len(self.path) > 1 else "list"
            return f'item {last + 1} of "{holder}"'
        return f'"{shortened(last)}"'

    @property
    def is_secret(self) -> bool:
        """Whether what was written here may hold a secret."""
        return describing.is_secret(self.schema, self.parts)


def follow(spot: Spot, location: tuple[str | int, ...]) -> Spot:
    """Walk from an item to the place an error speaks of."""
    node, home, schema, path = spot.node, spot.home, spot.schema, spot.path
    missing, of_key, union, alternative = None, False, None, None
    holder: Schema = {}
    for step in location:
        schema = describing.resolved(schema, spot.parts)
        told = describing.tags(schema)
        if told and step in told[1]:
            schema = told[1][str(step)]
        elif len(describing.alternatives(schema, spot.parts)) > 1:
            union, alternative = path, str(step)
            schema = spot.parts.get(str(step), schema)
        elif step == "[key]":
            of_key, schema = True, schema.get("propertyNames", {})
        elif isinstance(node, SequenceNode) and isinstance(step, int):
            ahead = schema.get("prefixItems", ())
            schema = ahead[step] if step < len(ahead) else schema.get("items", {})
            path = (*path, step)
            if step < len(node.items):
                node = node.items[step]
                home = node.place
        elif isinstance(node, MappingNode):
            inner, holder = _property(schema, str(step)), schema
            path = (*path, str(step))
            entry = node.entries.get(str(step))
            following = location[-1] == "[key]" and step == location[-2]
            if entry is None:
                missing, schema = str(step), inner
                break
            home = entry.key.place
            if not following:
                node, schema = entry.value, inner
    return Spot(
        node=node,
        home=home,
        schema=schema,
        path=path,
        parts=spot.parts,
        holder=holder,
        missing=missing,
        of_key=of_key,
        union=union,
        alternative=alternative,
    )


def _property(schema: Schema, key: str) -> Schema:
    inner = schema.get("properties", {}).get(key, schema.get("additionalProperties"))
    return inner if isinstance(inner, Mapping) else {}


def decided(
    found: list[tuple[Mapping[str, Any], Spot]],
) -> Iterable[tuple[Mapping[str, Any], Spot]]:
    """Of the errors of alternatives, keep those of the one that was meant, or a single one."""
    seen: set[Path] = set()
    meant = {
        spot.union
        for _, spot in found
        if spot.union is not None and spot.alternative in spot.parts and spot.path != spot.union
    }
    for error, spot in found:
        if spot.union is None:
            yield error, spot
        elif spot.union in meant:
            if spot.alternative in spot.parts and spot.path != spot.union:
                yield error, spot
        elif spot.union not in seen:
            seen.add(spot.union)
            yield error, spot
