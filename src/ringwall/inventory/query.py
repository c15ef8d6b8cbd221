"""A query for components: words, and what is asked of fields. Pure.

``kind:aws-s3-* tag:team=payments -environment:production invoices``: all of it has to be so; of
values with commas between them one; ``-`` in front turns round what follows; ``*`` is anything.
"""

import shlex
from dataclasses import dataclass
from typing import Final

from ringwall.core.components import (
    Classification,
    Criticality,
    Environment,
    Exposure,
    Layer,
    ServiceModel,
)
from ringwall.inventory.reaching import Reach
from ringwall.inventory.telling import plain
from ringwall.runtime.configuration import nearest

LONGEST: Final = 2000
_MOST: Final = 30
_VALUES: Final = {
    "layer": tuple(Layer),
    "service_model": tuple(ServiceModel),
    "environment": tuple(Environment),
    "classification": tuple(Classification),
    "criticality": tuple(Criticality),
    "exposure": tuple(Exposure),
    "reach": tuple(Reach),
    "is": ("gone", "named", "unowned"),
}
_TEXTS: Final = ("id", "kind", "name", "account", "region", "owner", "tag", "source", "scope")
FIELDS: Final = (*_TEXTS, *_VALUES)
"""What can be asked of."""


class QueryError(ValueError):
    """The query cannot be read; the text says what is wrong, and what could be meant."""


@dataclass(frozen=True, slots=True)
class Term:
    """One condition. Of ``values`` one has to fit; ``field`` is empty for a word."""

    field: str
    values: tuple[str, ...]
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Terms, all of which have to be so."""

    terms: tuple[Term, ...] = ()

    def asks(self, field: str, value: str) -> bool:
        """Whether it asks for just this."""
        return any(
            one.field == field and value in one.values and not one.is_not for one in self.terms
        )


def parse(text: str) -> Query:
    """The query of a text; everything, of an empty one."""
    if len(text) > LONGEST:
        msg = f"a query has at most {LONGEST} characters"
        raise QueryError(msg)
    if plain(text) != text:
        msg = "a query is of characters: there is something else in it"
        raise QueryError(msg)
    try:
        words = _split(text)
    except ValueError:
        msg = "a quotation mark is not closed"
        raise QueryError(msg) from None
    if len(words) > _MOST:
        msg = f"a query has at most {_MOST} words"
        raise QueryError(msg)
    return Query(tuple(_term(word) for word in words))


def _split(text: str) -> list[str]:
    reading = shlex.shlex(text, posix=True, punctuation_chars=False)
    reading.whitespace_split, reading.commenters, reading.escape = True, "", ""
    reading.quotes = '"'
    return list(reading)


def _term(word: str) -> Term:
    is_not = word.startswith("-") and len(word) > 1
    word = word[1:] if is_not else word
    field, colon, rest = word.partition(":")
    if not colon or not field.replace("-", "_").isidentifier():
        return Term("", (word.lower(),), is_not)
    name = field.replace("-", "_").lower()
    if name not in FIELDS:
        near = nearest(name, FIELDS)
        if near is None:  # an ARN, say, is full of colons
            return Term("", (word.lower(),), is_not)
        msg = f"there is no field {field}: did you mean {near}?"
        raise QueryError(msg)
    values = tuple(one for one in (rest.split(",") if name != "tag" else [rest]) if one)
    if not values:
        msg = f"{field}: says no value"
        raise QueryError(msg)
    for value in values if name in _VALUES else ():
        if value not in _VALUES[name]:
            msg = f"{name} cannot be {value}: it is one of {', '.join(_VALUES[name])}"
            raise QueryError(msg)
    return Term(name, values, is_not)
