"""Searches of directories (RFC 7644 section 3.4.2): the database finds, counts and pages.

What it cannot decide is judged record by record, and only if it has left few enough of them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast
from scim2_models import InvalidFilterException, TooManyException
from scim2_models.path import (
    CompareOperator,
    Comparison,
    FilterNode,
    LogicalExpr,
    LogicalOperator,
)

from ringwall.identity.models import Group, ProvisionedUser
from ringwall.identity.scim import resources

LONGEST: Final = 4096
"""Characters of a filter."""
DEEPEST: Final = 16
"""Brackets within brackets of a filter."""
MOST_JUDGED: Final = 2000
"""Records that are read for one search whose filter or order the database does not know."""

_MOST_SEARCHED: Final = 64
"""Characters of a value that are looked for within texts; more make the search slow, not better."""

_ASCII: Final = re.compile(r"[\x00-\x7f]+")
_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_NOBODY: Final = Q(pk__in=())


@dataclass(frozen=True, slots=True)
class _Found:
    """Rows that a filter may mean; ``exact`` when it means them all."""

    query: Q
    exact: bool


def require_sensible(text: object) -> None:
    """Refuse a filter that is too long or too deep to be read, before anything reads it."""
    if not isinstance(text, str):
        return
    if len(text) > LONGEST:
        raise InvalidFilterException(detail=f"a filter has {LONGEST} characters at most")
    depth = 0
    for sign in re.findall(r"[()\[\]]", _TEXT.sub("", text)):
        depth += 1 if sign in "([" else -1
        if depth > DEEPEST:
            raise InvalidFilterException(detail=f"a filter nests {DEEPEST} deep at most")


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of one kind and how one is shown."""

    rows: Any
    shown: Callable[[Any], Any]


def search(sources: list[Source], model: Any, asked: Any) -> tuple[list[Any], int]:
    """The records of the page that is asked for, and how many there are on all pages.

    ``TooManyException`` when more than :data:`MOST_JUDGED` would have to be read to know.
    """
    wanted = None if asked.filter is None else resources.filter_of(model, asked.filter)
    narrowed, is_exact = [], asked.sort_by is None
    for one in sources:
        rows = one.rows
        if wanted is not None:
            found = _found(wanted.ast, rows.model)
            rows, is_exact = _filtered(rows, found.query), is_exact and found.exact
        narrowed.append(Source(rows.order_by("created", "pk"), one.shown))
    start = asked.start_index_0 or 0
    count = resources.MOST_RESULTS if asked.count is None else asked.count
    end = start + min(count, resources.MOST_RESULTS)
    totals = [one.rows.count() for one in narrowed]
    if is_exact:
        return _slice(narrowed, totals, start, end), sum(totals)
    if sum(totals) > MOST_JUDGED:
        msg = (
            f"{sum(totals)} records would have to be read, {MOST_JUDGED} are possible: filter by "
            "eq on id, userName, externalId, displayName, emails.value or active, without sortBy"
        )
        raise TooManyException(detail=msg)
    every = [one.shown(row) for one in narrowed for row in one.rows]
    if wanted is not None:
        every = [one for one in every if wanted.match(one)]
    return asked.sort(every)[start:end], len(every)


def _slice(sources: list[Source], totals: list[int], start: int, end: int) -> list[Any]:
    """Records ``start`` to ``end`` of all sources, one after the other."""
    found: list[Any] = []
    for one, total in zip(sources, totals, strict=True):
        first, last = max(start, 0), min(end, total)
        if first < last:
            found += [one.shown(row) for row in one.rows[first:last]]
        start, end = start - total, end - total
    return found


def _filtered(rows: Any, query: Q) -> Any:
    if rows.model is ProvisionedUser:
        rows = rows.annotate(said=Cast("attributes", TextField()))
    return rows.filter(query)


def _found(node: FilterNode, model: Any) -> _Found:
    """What the database can say of a filter; all rows, and inexactly, of what it knows nothing."""
    if isinstance(node, Comparison):
        return _compared(node, model)
    if isinstance(node, LogicalExpr):
        terms = [_found(one, model) for one in node.terms]
        join = and_ if node.op == LogicalOperator.and_ else or_
        return _Found(reduce(join, [one.query for one in terms]), all(one.exact for one in terms))
    return _Found(~_NOBODY, exact=False)


def _compared(node: Comparison, model: Any) -> _Found:
    path, value = node.attr_path, node.value
    unknown = _Found(~_NOBODY, exact=False)
    is_core = path.uri is None or path.uri.lower().startswith("urn:ietf:params:scim:schemas:core:")
    if node.op != CompareOperator.eq or not is_core:
        return unknown
    name = ".".join(filter(None, (path.attr, path.sub_attr))).lower()
    is_person = model is ProvisionedUser
    if name == "active" and isinstance(value, bool):
        return _Found(Q(attributes__active=value) if is_person else _NOBODY, exact=True)
    if not isinstance(value, str):
        return unknown
    if not value or "\x00" in value:  # nothing is kept so
        return _Found(_NOBODY, exact=False)
    match name:
        case "id":
            return _Found(_by_id(value), exact=True)
        case "externalid":
            return _Found(Q(external_id=value), exact=True)
        case "username":
            return _Found(Q(user_name=value.lower()) if is_person else _NOBODY, exact=True)
        case "displayname" if model is Group:
            return _Found(_like("name", value), exact=False)
        case "displayname":
            return _Found(_like("attributes__displayName", value), exact=False)
        case "emails.value" | "emails" if not is_person:
            return _Found(_NOBODY, exact=True)
        case "emails.value" | "emails" if value.isascii() and not set('"\\/') & set(value):
            # Somewhere in what was said of them; which of it is an address the filter knows.
            return _Found(Q(said__icontains=value[:_MOST_SEARCHED]), exact=False)
    return unknown


def _by_id(value: str) -> Q:
    try:
        found = UUID(value)
    except ValueError:
        return _NOBODY
    return Q(pk=found) if str(found) == value else _NOBODY


def _like(field: str, value: str) -> Q:
    """Rows whose ``field`` is ``value`` in whatever letters, and perhaps many more.

    SQLite knows the case of ASCII letters alone: of other values the longest piece of those is
    looked for, and the filter judges what is left. No pattern is ever made of what is sent: SQLite
    has Python match those, which may take for ever while everybody waits.
    """
    if value.isascii():
        return Q(**{f"{field}__iexact": value})
    piece = max(_ASCII.findall(value), key=len, default="")[:_MOST_SEARCHED]
    return Q(**{f"{field}__icontains": piece}) if piece else ~_NOBODY
