"""What stands after the colon of a field, as a part of the tree."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from ringwall.lake.search.fields import BY_COLUMN, FORMS, Field, Kind, field_named, name_meant
from ringwall.lake.search.tree import (
    ANY,
    Either,
    Exists,
    InNetwork,
    Like,
    Node,
    OneOf,
    Said,
    Span,
    Within,
)
from ringwall.lake.search.values import (
    IS,
    ORDERED,
    WORST,
    Reader,
    ValueMistakeError,
    address,
    network,
)
from ringwall.lake.search.words import Cursor, Word
from ringwall.runtime.configuration.spelling import listed, nearest

_COMPARISONS: Final = (">=", "<=", ">", "<", "=")
_MOST_VALUES: Final = 1000
_CLASS_OF_STATUS: Final = re.compile(r"([1-5])xx", re.IGNORECASE)
"""As all write it who speak of HTTP (RFC 9110, 15)."""


class Terms:
    """Reads ``field:value`` from a place in the text."""

    def __init__(self, cursor: Cursor, reader: Reader) -> None:
        self._cursor = cursor
        self._reader = reader

    def term(self, name: str, start: int) -> Node:
        """Read what the field ``name``, which began at ``start``, is asked for."""
        cursor = self._cursor
        if name.lower() == "is":
            return self._state(start)
        field = field_named(name)
        if field is None:
            cursor.at -= 1  # the colon
            raise cursor.wrong(
                f'there is no field "{name}"',
                start,
                allowed=f'a field such as user, ip or status; "{name}:..." in quotes is a text',
                nearest=name_meant(name) or "",
            )
        if cursor.next == "(":
            return self._list(field, start)
        if cursor.is_at_end_of_word:
            raise cursor.wrong(f"nothing is asked of {name}", start, allowed=FORMS[field.kind])
        return self._one(field, start, stops="")

    def _state(self, start: int) -> Node:
        word = self._cursor.word()
        if word.text.lower() not in IS:
            raise self._cursor.wrong(
                f'nothing is "{word.text}"',
                word.at.start,
                allowed=listed(sorted(IS)),
                nearest=nearest(word.text, IS) or "",
            )
        column, value = IS[word.text.lower()]
        return OneOf(BY_COLUMN[column], (value,), Span(start, self._cursor.at))

    def _list(self, field: Field, start: int) -> Node:
        cursor = self._cursor
        opened = cursor.at
        cursor.at += 1
        parts: list[Node] = []
        while True:
            while cursor.next == "," or cursor.next.isspace():
                cursor.at += 1
            if not cursor.next:
                cursor.at = opened + 1
                raise cursor.wrong("this list is never closed", opened, allowed=") at its end")
            if cursor.next == ")":
                break
            if cursor.next == "(":
                cursor.at += 1
                raise cursor.wrong("a list holds no lists", cursor.at - 1, allowed="a value")
            if cursor.peek() == "OR" and parts:
                cursor.skip()
                cursor.at += 2
                continue
            parts.append(self._one(field, cursor.at, stops=","))
            if len(parts) > _MOST_VALUES:
                raise cursor.wrong(f"a list has at most {_MOST_VALUES} values", opened)
        cursor.at += 1
        at = Span(start, cursor.at)
        if not parts:
            raise cursor.wrong("this list is empty", opened, allowed=FORMS[field.kind])
        same = [one for one in parts if isinstance(one, OneOf)]
        if len(same) == len(parts):
            values: dict[str | int, None] = {}
            for one in same:
                values |= dict.fromkeys(one.values)
            return OneOf(field, tuple(values), at)
        return parts[0] if len(parts) == 1 else Either(tuple(parts), at)

    def _one(self, field: Field, start: int, *, stops: str) -> Node:
        cursor = self._cursor
        said = cursor.at
        op = next((one for one in _COMPARISONS if cursor.text.startswith(one, cursor.at)), "")
        cursor.at += len(op)
        word = cursor.word(stops=stops)
        if not cursor.is_at_end_of_word and cursor.next not in stops:
            wrong = cursor.at
            cursor.at += 1
            raise cursor.wrong(
                "a quote begins or ends within a word", wrong, allowed="a blank here"
            )
        if not word.pattern:
            cursor.at = max(cursor.at, said + 1)
            raise cursor.wrong(f"nothing is asked of {field.name}", said, allowed=FORMS[field.kind])
        try:
            return replace(self._read(field, op, word), at=Span(start, cursor.at))
        except ValueMistakeError as mistake:
            raise cursor.wrong(
                mistake.message, said, allowed=mistake.allowed, nearest=mistake.nearest
            ) from None

    def _read(self, field: Field, op: str, word: Word) -> Node:
        text = word.text
        if field.kind is Kind.WRITTEN:
            if op or not word.within:
                raise ValueMistakeError("raw is only looked into", FORMS[field.kind])
            return Said(word.within, word.at, in_raw=True)
        if op not in {"", "="}:
            return self._compared(field, op, text)
        if word.pattern == (ANY,):
            return Exists(field, word.at)
        if field.column == "status_code" and (shown := _CLASS_OF_STATUS.fullmatch(text)):
            first = int(shown[1]) * 100
            return Within(field, first, first + 99, word.at)
        if field.kind in ORDERED and not word.is_quoted and ".." in text:
            low, _, high = text.partition("..")
            if field.kind is not Kind.RAW or _are_numbers(self._reader.real, low, high):
                return self._range(field, low, high)
        if word.has_wildcards:
            if field.kind in {Kind.TEXT, Kind.RAW, Kind.ADDRESS}:
                return Like(field, word.pattern, word.at)
            raise ValueMistakeError(
                f"{field.name} is no text: * can only stand alone", FORMS[field.kind]
            )
        if field.kind is Kind.ADDRESS and (found := network(text)) is not None:
            return InNetwork(field, found, word.at)
        if field.kind is Kind.TIME:
            span = self._reader.moments(text)
            return Within(field, span.start, span.end - 1, word.at)
        return OneOf(field, (self._value(field, text),), word.at)

    def _value(self, field: Field, text: str) -> str | int:
        if field.kind in {Kind.TEXT, Kind.RAW}:
            return text
        return address(text) if field.kind is Kind.ADDRESS else self._reader.number(field, text)

    def _compared(self, field: Field, op: str, text: str) -> Within:
        """Read ``>=400`` and the like."""
        at, high = Span(0, 0), WORST if field.kind is Kind.SEVERITY else None
        if field.kind not in ORDERED:
            raise ValueMistakeError(
                f"{field.name} is not greater or less than anything", FORMS[field.kind]
            )
        if field.kind is Kind.RAW:
            real = self._reader.real(text)
            if op[0] == ">":
                return Within(field, real, None, at, low_open=op == ">")
            return Within(field, None, real, at, high_open=op == "<")
        first, last = self._bounds(field, text)
        match op:
            case ">=":
                return Within(field, first, high, at)
            case ">":
                return Within(field, last + 1, high, at)
            case "<=":
                return Within(field, None, last, at)
        return Within(field, None, first - 1, at)

    def _range(self, field: Field, low: str, high: str) -> Within:
        if not low and not high:
            raise ValueMistakeError("a range has a bound", FORMS[field.kind])
        at = Span(0, 0)
        if field.kind is Kind.RAW:
            bounds = [self._reader.real(one) if one else None for one in (low, high)]
            return Within(field, bounds[0], bounds[1], at)
        first = self._bounds(field, low)[0] if low else None
        last = self._bounds(field, high)[1] if high else None
        if last is None and field.kind is Kind.SEVERITY:
            last = WORST
        if first is not None and last is not None and first > last:
            raise ValueMistakeError("this range is empty", FORMS[field.kind], f"{high}..{low}")
        return Within(field, first, last, at)

    def _bounds(self, field: Field, text: str) -> tuple[int, int]:
        """The first and the last of what a value stands for: of a day, its microseconds."""
        if field.kind is Kind.TIME:
            span = self._reader.moments(text)
            return span.start, span.end - 1
        number = self._reader.number(field, text)
        return number, number


def _are_numbers(real: Callable[[str], float], *texts: str) -> bool:
    try:
        for one in texts:
            if one:
                real(one)
    except ValueMistakeError:
        return False
    return any(texts)
