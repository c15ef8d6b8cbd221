"""What a query asks, as a tree. Moments are microseconds since 1970, in UTC."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from ringwall.lake.search.fields import Field

Network = IPv4Network | IPv6Network


class Wildcard(Enum):
    """Stands for any number of characters."""

    ANY = "*"


ANY: Final = Wildcard.ANY
Pattern = tuple[str | Wildcard, ...]
"""Texts and wildcards in order."""


@dataclass(frozen=True, slots=True)
class Span:
    """From where to where a part stands in the text, in characters from 0."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Everything:
    """A query without words."""

    at: Span


@dataclass(frozen=True, slots=True)
class All:
    """All parts hold."""

    parts: "tuple[Node, ...]"
    at: Span


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: "tuple[Node, ...]"
    at: Span


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; that of a field which the event lacks does not."""

    part: "Node"
    at: Span


@dataclass(frozen=True, slots=True)
class Exists:
    """The event has the field."""

    field: Field
    at: Span


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field is one of these values, which are texts or whole numbers as the field is."""

    field: Field
    values: tuple[str | int, ...]
    at: Span


@dataclass(frozen=True, slots=True)
class Like:
    """The whole text of the field fits."""

    field: Field
    pattern: Pattern
    at: Span


@dataclass(frozen=True, slots=True)
class Within:
    """The number of the field lies between; ``None`` is no bound, and bounds count in if not open.

    Of a moment too. Bounds of fields with a column are whole numbers and never open.
    """

    field: Field
    low: int | float | None
    high: int | float | None
    at: Span
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class InNetwork:
    """The address of the field lies in the network."""

    field: Field
    network: Network
    at: Span


@dataclass(frozen=True, slots=True)
class Said:
    """A text that stands anywhere in the event: in columns in any case, in the raw form as written.

    ``in_raw`` looks in the raw form alone; else, that of :data:`~fields.IN_COLUMNS` is left out.
    """

    pattern: Pattern
    at: Span
    in_raw: bool = False


Node = Everything | All | Either | Not | Exists | OneOf | Like | Within | InNetwork | Said


def leaves(node: Node) -> Iterator[Node]:
    """Every part that is made of no others."""
    match node:
        case All(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from leaves(part)
        case Not(part=part):
            yield from leaves(part)
        case _:
            yield node
