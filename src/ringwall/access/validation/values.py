"""Values that an attribute never has, of attributes that have only a few: a misspelt ``"mfaa"``.

To Cedar they are text like any other. A permit that asks for one is useless, a forbid does not
forbid, and with ``!=`` it holds for everybody.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from ringwall.access.compiler.facts import STRENGTHS
from ringwall.access.language.syntax import (
    Attribute,
    Binary,
    Entity,
    Expression,
    Literal,
    Policy,
    SetOf,
    Variable,
)
from ringwall.access.language.walking import walk
from ringwall.access.validation.remarks import Remark
from ringwall.core.components import Classification, Environment, Exposure, Layer
from ringwall.runtime.configuration.spelling import listed, nearest

VALUES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "strength": STRENGTHS,
        "layer": tuple(one.value for one in Layer),
        "classification": tuple(one.value for one in Classification),
        "environment": tuple(one.value for one in Environment),
        "exposure": tuple(one.value for one in Exposure),
    }
)
"""Everything that there is of each attribute, whoever's it is."""
_COMPARING: Final = frozenset({"==", "!=", "contains", "containsAll", "containsAny"})


def unknown_values(policy: Policy) -> Iterator[Remark]:
    """Tell each text that an attribute is compared with and never is."""
    for condition in policy.conditions:
        for part in walk(condition.body):
            if isinstance(part, Binary) and part.op in _COMPARING:
                for one, other in ((part.left, part.right), (part.right, part.left)):
                    yield from _never(policy, one, other)


def _never(policy: Policy, asked: Expression, given: Expression) -> Iterator[Remark]:
    names = {_name(one) for one in _each(asked)}
    name = names.pop() if len(names) == 1 else None
    if name is None:
        return
    known = VALUES[name]
    for one in _each(given):
        if isinstance(one, Literal) and isinstance(one.value, str) and one.value not in known:
            start = policy.at.start
            yield Remark(
                one.at.start - start,
                f'there is no {name} "{one.value}"',
                policy.text[one.at.start - start : one.at.end - start],
                listed(known),
                nearest(one.value, known) or "",
            )


def _each(part: Expression) -> tuple[Expression, ...]:
    """What a list has, or what is no list by itself."""
    return part.items if isinstance(part, SetOf) else (part,)


def _name(part: Expression) -> str | None:
    """The attribute of a principal or resource that is asked for, if it has only a few values."""
    if isinstance(part, Attribute) and isinstance(part.of, Variable | Entity):
        is_context = isinstance(part.of, Variable) and part.of.name == "context"
        return part.name if part.name in VALUES and not is_context else None
    return None
