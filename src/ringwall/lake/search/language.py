"""Queries from text to trees.

``user:ada status:>=400 -path:/health* last 2h`` asks for all of it at once; ``OR``, ``NOT`` and
brackets join otherwise. A word without a field is looked for anywhere in the event.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Final

from ringwall.lake.search import moments
from ringwall.lake.search.fields import BY_COLUMN
from ringwall.lake.search.mistakes import QueryError
from ringwall.lake.search.terms import Terms
from ringwall.lake.search.tree import (
    All,
    Either,
    Everything,
    Node,
    Not,
    Said,
    Span,
    Within,
    leaves,
)
from ringwall.lake.search.values import Reader
from ringwall.lake.search.words import Cursor

LONGEST: Final = 8192
"""Characters of a query."""
DEEPEST: Final = 40
"""Brackets and negations within each other."""
MOST: Final = 200
"""Conditions of one query."""

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*(?=:)")
_JOINING: Final = ("AND", "OR", "NOT")
_TIME: Final = BY_COLUMN["time"]


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read: its text and the tree."""

    text: str
    tree: Node


def parse(text: str, *, now: datetime, zone: tzinfo = UTC) -> Query:
    """Read a query; ``now`` (aware) and ``zone`` are what its words of time are of.

    :class:`~ringwall.lake.search.mistakes.QueryError` shows what is wrong where it stands.
    """
    if len(text) > LONGEST:
        raise QueryError(f"a query has at most {LONGEST} characters", text, LONGEST)
    for at, character in enumerate(text):
        if "\ud800" <= character <= "\udfff":
            raise QueryError("this is half a character, and stands in no event", text, at)
    return Query(text, _Parser(text, Reader(now, zone)).query())


class _Parser:
    def __init__(self, text: str, reader: Reader) -> None:
        self._cursor = Cursor(text)
        self._reader = reader
        self._terms = Terms(self._cursor, reader)
        self._depth = 0
        self._count = 0
        self._times: dict[str, Callable[[int], Node]] = {
            "last": self._last,
            "since": self._since,
            "until": self._until,
            "between": self._between,
            "today": lambda start: self._named("today", start),
            "yesterday": lambda start: self._named("yesterday", start),
        }

    def query(self) -> Node:
        cursor = self._cursor
        cursor.skip()
        if not cursor.next:
            return Everything(Span(0, 0))
        found = self._either()
        if cursor.next:
            cursor.at += 1
            raise cursor.wrong("this bracket was never opened", cursor.at - 1, allowed="( before")
        if sum(1 for _ in leaves(found)) > MOST:
            raise QueryError(f"a query has at most {MOST} conditions", cursor.text, 0)
        return found

    def _either(self) -> Node:
        start = self._cursor.at
        parts = [self._all()]
        while self._took("OR"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Either(tuple(parts), self._span(start))

    def _all(self) -> Node:
        start = self._cursor.at
        parts = [self._part()]
        while self._goes_on():
            self._took("AND")
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else All(tuple(parts), self._span(start))

    def _goes_on(self) -> bool:
        self._cursor.skip()
        return bool(self._cursor.next) and self._cursor.next != ")" and self._cursor.peek() != "OR"

    def _took(self, word: str) -> bool:
        if self._cursor.peek() != word:
            return False
        self._cursor.skip()
        self._cursor.at += len(word)
        return True

    def _part(self) -> Node:
        cursor = self._cursor
        cursor.skip()
        start = cursor.at
        self._depth += 1
        if self._depth > DEEPEST:
            raise cursor.wrong("this is nested too deeply", start, allowed="fewer brackets")
        try:
            if self._took("NOT"):
                return Not(self._part(), self._span(start))
            if cursor.next in {"!", "-"} and cursor.next:
                cursor.at += 1
                if cursor.is_at_end_of_word and cursor.next != "(":
                    raise cursor.wrong("nothing comes after it", start, allowed="what not to find")
                return Not(self._part(), self._span(start))
            if cursor.next == "(":
                return self._bracket(start)
            return self._term(start)
        finally:
            self._depth -= 1

    def _bracket(self, start: int) -> Node:
        cursor = self._cursor
        cursor.at += 1
        cursor.skip()
        if cursor.next == ")":
            cursor.at += 1
            raise cursor.wrong("these brackets are empty", start, allowed="a condition in them")
        found = self._either()
        cursor.skip()
        if cursor.next != ")":
            cursor.at = start + 1
            raise cursor.wrong("this bracket is never closed", start, allowed=") at its end")
        cursor.at += 1
        return found

    def _term(self, start: int) -> Node:
        cursor = self._cursor
        match = _NAME.match(cursor.text, cursor.at)
        if match is not None:
            cursor.at = match.end() + 1
            return self._terms.term(match[0], start)
        written = cursor.peek()
        if written in _JOINING or not cursor.next or cursor.next == ")":
            cursor.at += len(written)
            what = f"{written} joins nothing here" if written else "something is missing here"
            raise cursor.wrong(what, start, allowed="a condition, such as user:ada")
        if written.upper() in _JOINING:
            cursor.at += len(written)
            raise cursor.wrong(
                f'"{written}" is written {written.upper()}',
                start,
                nearest=written.upper(),
                allowed=f'"{written}" in quotes, to look for the word',
            )
        if written.lower() in self._times:
            cursor.at += len(written)
            return self._times[written.lower()](start)
        return self._said(start)

    def _said(self, start: int) -> Node:
        cursor = self._cursor
        word = cursor.word()
        if not cursor.is_at_end_of_word:
            wrong = cursor.at
            cursor.at += 1
            raise cursor.wrong(
                "a quote begins or ends within a word", wrong, allowed="a blank here"
            )
        if word.within:
            return Said(word.within, self._span(start))
        if word.has_wildcards:
            return Everything(self._span(start))
        raise cursor.wrong("there is nothing to look for", start, allowed="a word")

    def _named(self, word: str, start: int) -> Node:
        found = self._reader.moments(word)
        return self._during(found.start, found.end - 1, start)

    def _last(self, start: int) -> Node:
        found = self._length()
        if found is None:
            raise self._no_time("last", "how long", moments.LENGTH_FORM, start)
        return self._during(self._ago(found), None, start)

    def _since(self, start: int) -> Node:
        return self._during(self._moment("since", start).start, None, start)

    def _until(self, start: int) -> Node:
        return self._during(None, self._moment("until", start).end - 1, start)

    def _between(self, start: int) -> Node:
        low = self._moment("between", start).start
        if self._cursor.peek().lower() != "and":
            raise self._no_time("between", "a second moment", "and 2026-11-21", start)
        self._cursor.skip()
        self._cursor.at += 3
        high = self._moment("between", start).end - 1
        if low > high:
            raise self._cursor.wrong("it ends before it begins", start, allowed="the earlier first")
        return self._during(low, high, start)

    def _during(self, low: int | None, high: int | None, start: int) -> Node:
        return Within(_TIME, low, high, self._span(start))

    def _length(self) -> int | None:
        """Read ``2h``, ``2 hours`` or ``hour``; ``None``, and nothing is read, if it is none."""
        word = self._cursor.peek()
        found = moments.unit(word) if word.isalpha() and len(word) > 2 else moments.length(word)
        if found is not None:
            self._read(word)
        elif re.fullmatch(r"[0-9]{1,9}", word):
            at = self._cursor.at
            self._read(word)
            unit = self._cursor.peek()
            found = moments.length(word + unit)
            if found is None:
                self._cursor.at = at
            else:
                self._read(unit)
        return found

    def _moment(self, of: str, start: int) -> moments.Moments:
        """Read a moment of one to three words."""
        cursor = self._cursor
        word = cursor.peek()
        if (ago := self._length()) is not None:
            if cursor.peek().lower() == "ago":
                self._read("ago")
            since = self._ago(ago)
            return moments.Moments(since, since + 1)
        if word.startswith('"'):
            cursor.skip()
            said = cursor.word().text
        else:
            self._read(word)
            said, clock = word, cursor.peek()
            if re.fullmatch(r"[0-9-]{10}|today|yesterday", word.lower()) and ":" in clock:
                self._read(clock)
                return self._joined(word.lower(), clock, start)
        found = moments.moments(said, now=self._reader.now, zone=self._reader.zone)
        if found is None:
            cursor.at -= len(word)
            raise self._no_time(of, "a moment", moments.FORM, start)
        return found

    def _joined(self, day: str, clock: str, start: int) -> moments.Moments:
        """A day and a time of it."""
        now, zone = self._reader.now, self._reader.zone
        if day in {"today", "yesterday"}:
            begins = moments.moment_of(self._reader.moments(day).start).astimezone(zone)
            day = f"{begins:%Y-%m-%d}"
        found = moments.moments(f"{day}T{clock}", now=now, zone=zone)
        if found is None:
            raise self._cursor.wrong("this is no moment", start, allowed=moments.FORM)
        return found

    def _ago(self, length: int) -> int:
        return moments.before(self._reader.now, length)

    def _read(self, word: str) -> None:
        self._cursor.skip()
        self._cursor.at += len(word)

    def _no_time(self, word: str, missing: str, form: str, start: int) -> QueryError:
        self._cursor.skip()
        self._cursor.at += len(self._cursor.peek())
        return self._cursor.wrong(
            f'after "{word}" comes {missing}',
            start,
            allowed=f'{form}; the word itself is looked for in quotes: "{word}"',
        )

    def _span(self, start: int) -> Span:
        return Span(start, self._cursor.at)
