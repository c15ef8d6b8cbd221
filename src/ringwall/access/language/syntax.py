"""Policies as trees. Every node knows where it stands: ``at`` counts characters of its file.

The same shapes as Cedar's own JSON form (https://docs.cedarpolicy.com/policies/json-format.html),
with names that read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def _node(made: type[T]) -> type[T]:
    """Make a class a frozen dataclass, as far as mypy sees to it.

    A dataclass that refuses changes at run time takes three times as long to make, and a set of
    policies has a million nodes.
    """
    return dataclass(slots=True, unsafe_hash=True)(made)


@_node
class Span:
    """From ``start`` up to, but without, ``end``, in characters of the file, counted from 0."""

    start: int
    end: int


class Effect(StrEnum):
    """What a policy does where it applies; one forbid outweighs all permits."""

    PERMIT = "permit"
    FORBID = "forbid"


@_node
class EntityUid:
    """The name of one entity: ``Role::"support"``. ``type`` has its namespace: ``A::B``."""

    type: str
    id: str

    def __str__(self) -> str:
        """As Cedar writes it."""
        escaped = "".join(_ESCAPES.get(c, c) for c in self.id)
        return f'{self.type}::"{escaped}"'


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


class Wildcard:
    """The ``*`` of a pattern: any characters, or none."""

    def __repr__(self) -> str:
        return "*"


WILDCARD = Wildcard()


@_node
class Literal:
    """``true``, ``7`` or ``"text"``."""

    value: bool | int | str
    at: Span


@_node
class Entity:
    """``Role::"support"`` in an expression."""

    uid: EntityUid
    at: Span


@_node
class Variable:
    """``principal``, ``action``, ``resource`` or ``context``."""

    name: str
    at: Span


@_node
class Unary:
    """``op`` is ``!``, ``neg`` or ``isEmpty``."""

    op: str
    operand: "Expression"
    at: Span


@_node
class Binary:
    """Operators, and the methods of sets and tags, by their names in Cedar.

    ``==``, ``!=``, ``<``, ``<=``, ``>``, ``>=``, ``in``, ``&&``, ``||``, ``+``, ``-``, ``*``,
    ``contains``, ``containsAll``, ``containsAny``, ``getTag``, ``hasTag``.
    """

    op: str
    left: "Expression"
    right: "Expression"
    at: Span


@_node
class Attribute:
    """``of.name`` or ``of["name"]``."""

    of: "Expression"
    name: str
    at: Span


@_node
class Has:
    """``of has name``; ``of has a.b`` is read as ``of has a && of.a has b``, as Cedar does."""

    of: "Expression"
    name: str
    at: Span


@_node
class Like:
    """``of like "a*"``: pieces of text, and :data:`WILDCARD` between them."""

    of: "Expression"
    pattern: tuple[str | Wildcard, ...]
    at: Span


@_node
class Is:
    """``of is Type``, perhaps ``in within``."""

    of: "Expression"
    type: str
    within: "Expression | None"
    at: Span


@_node
class If:
    """``if condition then one else other``."""

    condition: "Expression"
    one: "Expression"
    other: "Expression"
    at: Span


@_node
class SetOf:
    """``[a, b]``."""

    items: "tuple[Expression, ...]"
    at: Span


@_node
class RecordOf:
    """``{a: 1}``."""

    entries: "tuple[tuple[str, Expression], ...]"
    at: Span


@_node
class Call:
    """A function of Cedar's extensions; the receiver of a method is the first argument.

    ``ip("10.0.0.0/8")``, ``context.address.isInRange(ip("10.0.0.0/8"))``.
    """

    function: str
    arguments: "tuple[Expression, ...]"
    at: Span


Expression = (
    Literal
    | Entity
    | Variable
    | Unary
    | Binary
    | Attribute
    | Has
    | Like
    | Is
    | If
    | SetOf
    | RecordOf
    | Call
)


class ScopeOp(StrEnum):
    """How a policy's head narrows a principal or resource."""

    ALL = "all"
    EQUAL = "=="
    IN = "in"
    IS = "is"
    IS_IN = "is in"


@_node
class Scope:
    """The head's ``principal`` or ``resource``. ``type`` for ``is``, ``uid`` for ``==``, ``in``."""

    op: ScopeOp
    at: Span
    uid: EntityUid | None = None
    type: str | None = None


@_node
class ActionScope:
    """The head's ``action``: all, ``==`` one, or ``in`` some. ``op`` is never ``is``.

    ``is_list`` tells ``in [a]`` from ``in a``, which mean the same.
    """

    op: ScopeOp
    at: Span
    uids: tuple[EntityUid, ...] = ()
    is_list: bool = False


@_node
class Condition:
    """``when { body }``, or ``unless`` where ``negated``."""

    negated: bool
    body: Expression
    at: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One ``permit`` or ``forbid``. ``text`` is what stands in the file from ``at`` on.

    ``places`` are where annotations stand, by name.
    """

    file: Path
    effect: Effect
    principal: Scope
    action: ActionScope
    resource: Scope
    conditions: tuple[Condition, ...]
    annotations: Mapping[str, str]
    at: Span
    text: str
    places: Mapping[str, Span] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """What the policy is called, from ``@id("...")``; empty where it has none."""
        return self.annotations.get("id", "")
