"""What HCL says, as trees. Every block and attribute knows its line."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Literal:
    """A number, text, truth value or null."""

    value: Any


@dataclass(slots=True)
class Variable:
    """A name that stands for a value: the first part of a reference."""

    name: str
    line: int


@dataclass(slots=True)
class Attribute:
    """``on.name``."""

    on: "Expression"
    name: str


@dataclass(slots=True)
class Index:
    """``on[key]``."""

    on: "Expression"
    key: "Expression"


@dataclass(slots=True)
class Splat:
    """``on[*].rest`` or ``on.*.rest``; ``each`` is asked of every element, named ``_splat``."""

    on: "Expression"
    each: "Expression"


@dataclass(slots=True)
class Call:
    """``name(arguments)``; the last argument is a list of more where ``is_spread``."""

    name: str
    arguments: list["Expression"]
    is_spread: bool
    line: int


@dataclass(slots=True)
class Operation:
    """``left operator right``; ``left`` is ``None`` for ``!`` and the minus before a number."""

    operator: str
    left: "Expression | None"
    right: "Expression"


@dataclass(slots=True)
class Conditional:
    """``condition ? then : otherwise``."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(slots=True)
class ListOf:
    """``[...]``."""

    items: list["Expression"]


@dataclass(slots=True)
class ObjectOf:
    """``{...}``."""

    items: list[tuple["Expression", "Expression"]]


@dataclass(slots=True)
class For:
    """``[for ...]``, or ``{for ...}`` where there is a ``key``."""

    names: tuple[str, ...]
    over: "Expression"
    key: "Expression | None"
    value: "Expression"
    condition: "Expression | None"
    is_grouped: bool


@dataclass(slots=True)
class Template:
    """Text with expressions in it; a sole expression keeps its type where ``is_wrapped``."""

    parts: list["Expression"]
    is_wrapped: bool = False


Expression = (
    Literal
    | Variable
    | Attribute
    | Index
    | Splat
    | Call
    | Operation
    | Conditional
    | ListOf
    | ObjectOf
    | For
    | Template
)


@dataclass(slots=True)
class Argument:
    """``name = value``."""

    name: str
    value: Expression
    line: int
    path: str = ""
    """The file, where it overrides what stands in another."""


@dataclass(slots=True)
class Block:
    """``kind "label" { ... }`` with the lines of its beginning and end."""

    kind: str
    labels: list[str]
    body: "Body"
    line: int
    end: int
    path: str = ""
    """As of an argument."""


@dataclass(slots=True)
class Body:
    """What stands between braces, or in a file."""

    arguments: dict[str, Argument] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
