"""The words that policies may use in one world: types, attributes, actions and ids."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from ringwall.access.language.strings import unquoted
from ringwall.access.model import METHODS, Kind, World
from ringwall.access.schema import READ, WRITE, schema

_ENTITY: Final = re.compile(r"entity (\w+)(?: in \[([^\]]*)\])?(?: = \{([^}]*)\})?;")
_ATTRIBUTE: Final = re.compile(r"(\w+)(\?)?: ([^,]+)")
_ACTION: Final = re.compile(r'^action ("(?:\\.|[^"\\])*+") in \[([^\]]*)\] .*$', re.MULTILINE)
_CONTEXT: Final = re.compile(r"type Request = \{(.*)\};")
_PATH: Final = re.compile(r"path: \{.*\}")
RESOURCES: Final = ("Route", "Service")
PRINCIPALS: Final = tuple(kind.value for kind in Kind)


@dataclass(frozen=True, slots=True)
class EntityType:
    """A type of entities: what its entities can be in, and their attributes.

    ``optional`` are the attributes that one may lack.
    """

    parents: frozenset[str]
    attributes: frozenset[str]
    optional: frozenset[str]


@dataclass(frozen=True)
class Vocabulary:
    """What policies of ``world`` may name."""

    world: World

    @cached_property
    def schema(self) -> str:
        """The schema as Cedar has it."""
        return schema(self.world)

    @cached_property
    def key(self) -> bytes:
        """The same for worlds in which the same policies are right."""
        found = sha256(self.schema.encode())
        for ids in self.ids.values():
            found.update(b"\0\0" + "\0".join(sorted(ids)).encode())
        return found.digest()

    @cached_property
    def types(self) -> Mapping[str, EntityType]:
        """The types of entities, by name, from the schema."""
        found = {}
        for name, parents, attributes in _ENTITY.findall(self.schema):
            named = _ATTRIBUTE.findall(attributes)
            found[name] = EntityType(
                frozenset(part.strip() for part in parents.split(",") if part),
                frozenset(attribute for attribute, _, _ in named),
                frozenset(attribute for attribute, optional, _ in named if optional),
            )
        return MappingProxyType(found)

    @cached_property
    def context(self) -> frozenset[str]:
        """The attributes of the context."""
        match = _CONTEXT.search(self.schema)
        inner = _PATH.sub("path: {}", match[1]) if match else ""
        return frozenset(name for name, _, _ in _ATTRIBUTE.findall(inner))

    @cached_property
    def ids(self) -> Mapping[str, frozenset[str]]:
        """The ids that there are, of each type whose entities are all known."""
        world = self.world
        actions = frozenset({READ, WRITE, *METHODS, *world.named_actions})
        return MappingProxyType(
            {
                "Role": frozenset(world.roles),
                "Service": frozenset(world.services),
                "Route": frozenset(world.routes),
                "Group": world.groups,
                "Action": actions,
            }
        )

    def narrowed(self, named: frozenset[str]) -> str:
        """The schema with no more actions than a policy that names ``named`` can tell apart.

        Cedar judges a policy once for each action. Those that it does not name are alike to it
        when they are in the same groups: one of them is enough. That is a method, if there is one:
        they come first, and are asked of all that others are asked of.
        """
        alike = (
            next((line for name, line in actions.items() if name not in named), None)
            for actions in self._actions.values()
        )
        asked = (
            actions[name] for actions in self._actions.values() for name in named & actions.keys()
        )
        return "\n".join([self._entities, *filter(None, alike), *sorted(asked)])

    @cached_property
    def _actions(self) -> Mapping[str, Mapping[str, str]]:
        """The lines of the schema that declare actions, by their groups and names."""
        found: dict[str, dict[str, str]] = {}
        for match in _ACTION.finditer(self.schema):
            found.setdefault(match[2], {})[unquoted(match[1])] = match[0]
        return found

    @cached_property
    def _entities(self) -> str:
        """All else of the schema."""
        return _ACTION.sub("", self.schema)
