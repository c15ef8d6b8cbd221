"""Events as they come: those from an index on, in their order, none left out."""

from typing import Final

from ringwall.lake.search.fields import BY_COLUMN
from ringwall.lake.search.language import Query
from ringwall.lake.search.reading import SHOWN, WHOLE, Row, Search
from ringwall.lake.search.tree import All, Span, Within

MOST: Final = 1000
"""Events that are given at once."""
_WIDEST: Final = 1_000_000


def since(
    search: Search, query: Query, first: int, end: int, *, limit: int = MOST, whole: bool = False
) -> tuple[list[Row], int]:
    """At most ``limit`` events from ``first`` on and before ``end``, and where to go on.

    Events whose index is before that, and that the query finds, have all been given.
    """
    columns = WHOLE if whole else SHOWN

    def found(low: int, high: int) -> list[Row]:
        at = Span(0, 0)
        tree = All((query.tree, Within(BY_COLUMN["index"], low, high - 1, at)), at)
        return list(search.rows(Query(query.text, tree), limit=limit + 1, columns=columns))

    width = limit
    while first < end:
        to = min(end, first + width)
        rows = found(first, to)
        if len(rows) > limit:  # there are no more than that in a range of so many
            width = max(limit, width // 8)
            continue
        if rows:
            return sorted(rows, key=lambda row: int(row["index"])), to
        first, width = to, min(_WIDEST, width * 4)
    return [], max(first, end)
