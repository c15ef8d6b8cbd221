"""Rules by which parts of events are replaced before anything of them is kept.

Patterns are those of RE2, as DuckDB has it: it takes time in proportion to what is searched,
whatever the pattern, and has neither back-references nor look-around. All values of a batch that
a rule is about are replaced in one query.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import duckdb
import orjson
from msgspec.structs import replace

from ringwall.lake.canonical import canonical
from ringwall.lake.settings import Rule
from ringwall.lake.sources.accepted import QUARANTINE, Accepted

FLAG: Final = "redacted"
"""In ``flags`` of events that a rule changed."""
_AT_A_TIME: Final = 5_000
"""Events."""


class Redaction:
    """Applies rules, in their order. ``ValueError`` for a pattern that is none. Not thread-safe."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [(rule, tuple(rule.field.split("."))) for rule in rules]
        self._database = duckdb.connect(config={"threads": 1, "memory_limit": "256MB"})
        for rule in rules:
            require_pattern(rule.pattern, self._database)

    def __call__(self, events: Iterable[Accepted]) -> Iterable[Accepted]:
        """The events as they may be kept, in their order."""
        batch: list[Accepted] = []
        for one in events:
            batch.append(one)
            if len(batch) == _AT_A_TIME:
                yield from self._redacted(batch)
                batch = []
        yield from self._redacted(batch)

    def _redacted(self, events: Sequence[Accepted]) -> Iterable[Accepted]:
        whole = [_Whole(one) for one in events]
        for rule, path in self._rules:
            found = [spot for one in whole for spot in one.spots(path)]
            texts = [holder[name] for _, holder, name in found]
            for (of, holder, name), text, new in zip(
                found, texts, self._replaced(rule, texts), strict=True
            ):
                if new != text:
                    holder[name], of.is_changed = new, True
        return (one.event() for one in whole)

    def _replaced(self, rule: Rule, texts: list[str]) -> list[str]:
        if not texts:
            return []
        row = self._database.execute(
            "SELECT list_transform(?::VARCHAR[], lambda one: regexp_replace(one, ?, ?, 'g'))",
            [texts, rule.pattern, rule.text.replace("\\", "\\\\")],
        ).fetchone()
        found: list[str] = [] if row is None else row[0]
        return found


Spot = tuple["_Whole", Any, Any]


class _Whole:
    """An event and its personal parts, as objects."""

    def __init__(self, event: Accepted) -> None:
        self._event, self.is_changed = event, False
        self._is_aside = event.source == QUARANTINE
        self._raw: Any = orjson.loads(event.raw)
        self._parts: dict[str, Any] = {name: orjson.loads(p) for name, p in event.parts.items()}

    def spots(self, path: Sequence[str]) -> Iterable[Spot]:
        """Where there is a text at a path."""
        if self._is_aside:
            return
        for root in (self._raw, *self._parts.values()):
            for holder in _at(root, path[:-1]):
                value = holder.get(path[-1])
                if isinstance(value, str):
                    yield self, holder, path[-1]
                elif isinstance(value, list):
                    for position, one in enumerate(value):
                        if isinstance(one, str):
                            yield self, value, position

    def event(self) -> Accepted:
        """The event, anew where it was changed."""
        if self._is_aside:
            return self._without_its_line()
        if not self.is_changed:
            return self._event
        flags = {*self._event.flags.decode().split(), FLAG}
        return replace(
            self._event,
            raw=canonical(self._raw)[0],
            parts={name: canonical(part)[0] for name, part in self._parts.items()},
            flags=" ".join(sorted(flags)).encode(),
        )

    def _without_its_line(self) -> Accepted:
        """What was put aside has no fields, so that nobody knows what in it is to be replaced."""
        self._raw.pop("raw_data", None)
        return replace(self._event, raw=canonical(self._raw)[0], flags=FLAG.encode())


def _at(root: Any, path: Sequence[str]) -> Iterable[dict[str, Any]]:
    """The objects at a path, in every element of the lists on the way."""
    if isinstance(root, list):
        for one in root:
            yield from _at(one, path)
    elif isinstance(root, dict):
        if not path:
            yield root
        elif path[0] in root:
            yield from _at(root[path[0]], path[1:])


def require_pattern(pattern: str, database: duckdb.DuckDBPyConnection | None = None) -> None:
    """``ValueError`` where this is no pattern of RE2, or one that would take too much memory."""
    asked = database or duckdb.connect()
    try:
        asked.execute("SELECT regexp_replace('', ?, '', 'g')", [pattern])
    except duckdb.Error as error:
        told = str(error).splitlines()[0].removeprefix("Invalid Input Error: ")
        raise ValueError(told) from None
