"""Questions to the tables."""

import json
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from ringwall.core.components import Exposure, Found, RelationKind
from ringwall.inventory import fitting  # noqa: F401 - brings the lookup
from ringwall.inventory.making import COLUMNS
from ringwall.inventory.models import Saying, Step, Thing
from ringwall.inventory.query import Query, Term
from ringwall.inventory.reaching import BACK, Hop, Reach
from ringwall.inventory.rows import chunks, select
from ringwall.inventory.standing import Event, Standing

_ASKED_AT_A_TIME: Final = 500
_COLUMNS: Final = {"account": "account", "region": "region", "owner": "owner", "kind": "kind"}
_INDEXED: Final = frozenset({"account", "id", "is", "kind", "owner", "reach"})


def standing_of(row: Thing) -> Standing:
    """The row as what it means."""
    tags = json.loads(row.tags) if row.tags else ()
    return Standing(
        found=Found(
            kind=row.kind,
            name=row.uid.removeprefix(f"{row.kind}/"),
            label=row.label,
            account=row.account,
            region=row.region,
            tags=tuple((key, value) for key, value in tags),
        ),
        categories={name: getattr(row, name) for name in COLUMNS},
        reach=Reach(row.reach or Reach.UNKNOWN),
        first=row.first,
        since=row.since,
        gone=row.gone,
    )


def wanted(query: Query) -> QuerySet[Thing]:
    """The components of a query, by id; without those that are gone or only named, unless asked."""
    found = asked(query)
    if not query.asks("is", "gone"):
        found = found.filter(gone=None)
    if not query.asks("is", "named"):
        found = found.exclude(first=None)
    return found


def is_scanned(query: Query) -> bool:
    """Whether no index tells what fits: then all components are gone through, in their order."""
    asked_for = {one.field for one in query.terms if not one.is_not}
    return bool(query.terms) and not asked_for & _INDEXED


def by_name(name: str) -> QuerySet[Thing]:
    """Those that have this name among their kind, or that people call so."""
    is_so = Q(label=name) | Q(uid__fits=f"*/{name.replace('*', '')}")
    return Thing.objects.filter(is_so, gone=None).exclude(first=None).order_by("uid")


def called(text: str) -> "QuerySet[Thing, str]":
    """The ids of components in whose label a text is, in capitals or not."""
    return Thing.objects.filter(label__icontains=text).values_list("uid", flat=True)


def asked(query: Query) -> QuerySet[Thing]:
    """All components that fit, by id."""
    found = Thing.objects.order_by("uid")
    for term in query.terms:
        condition = Q(pk__in=())
        for value in term.values:
            condition |= _condition(term, value)
        found = found.exclude(condition) if term.is_not else found.filter(condition)
    return found


def _condition(term: Term, value: str) -> Q:
    field = term.field
    if field in _COLUMNS:
        return _like(_COLUMNS[field], value)
    if field in {"id", "name"}:
        pattern = value if field == "id" else f"*/{value}"
        return _like("uid", pattern) | (_like("label", value) if field == "name" else Q())
    if field == "tag":
        key, equals, rest = value.lower().partition("=")
        return _like("words", f"*\n{key}={rest if equals else '*'}\n*")
    if field in {"source", "scope"}:
        told = Saying.objects.filter(thing=OuterRef("pk"))
        return Q(Exists(told.filter(_like(f"scope__{field}", value))))
    if field == "is":
        return {
            "gone": Q(gone__isnull=False),
            "named": Q(first=None),
            "unowned": Q(owner=""),
        }[value]
    if field == "exposure":
        return _exposed(value)
    if field == "reach":
        return Q(reach__in=("", value) if value == Reach.UNKNOWN else (value,))
    if field:
        return Q(**{field: value})
    return _like("words", f"*{value}*")


def _exposed(value: str) -> Q:
    """The same as :attr:`~ringwall.inventory.standing.Standing.exposure`, for the tables."""
    reached = Q(reach=Reach.INTERNET)
    if value == Exposure.INTERNET:
        return reached | Q(exposure=value)
    said = Q(exposure=value)
    if value == Exposure.INTERNAL:
        said |= Q(exposure="", reach__in=(Reach.NONE, Reach.BEHIND))
    return said & ~reached


def _like(column: str, value: str) -> Q:
    """The column is this, ``*`` standing for anything."""
    return Q(**{f"{column}__fits" if "*" in value else column: value})


def onward(nodes: Collection[int]) -> Iterator[Hop[int]]:
    """Hops that begin at these components."""
    return _hops(nodes, from_start=True)


def backward(nodes: Collection[int]) -> Iterator[Hop[int]]:
    """Hops that end at these components."""
    return _hops(nodes, from_start=False)


def _hops(nodes: Collection[int], *, from_start: bool) -> Iterator[Hop[int]]:
    reversing = ",".join(f"'{kind}'" for kind in sorted(BACK))
    for part in chunks(nodes, _ASKED_AT_A_TIME):
        for column in ("origin", "target"):
            is_reversed = (column == "target") == from_start
            sql = f"SELECT kind, origin, target, why FROM inventory_link WHERE kind {'' if is_reversed else 'NOT '}IN ({reversing}) AND {column}"  # noqa: S608, E501 - our own
            for kind, origin, target, why in select(sql, part):
                ends = (target, origin) if is_reversed else (origin, target)
                yield Hop(RelationKind(kind), *ends, is_reversed=is_reversed, why=why)


def steps_between(
    begin: datetime, end: datetime, query: Query
) -> Iterator[tuple[str, bool, list[Event]]]:
    """By component: its id, whether it is new since ``begin``, and its steps until ``end``."""
    moved = Step.objects.filter(at__gt=begin, at__lte=end).values("thing")
    things = asked(query).filter(Q(first__gt=begin, first__lte=end) | Q(pk__in=moved))
    rows = things.values_list("pk", "uid", "first")
    for part in chunks(rows.iterator(chunk_size=2000), _ASKED_AT_A_TIME):
        steps: dict[int, list[Event]] = {}
        found = Step.objects.filter(
            thing__in=[number for number, _, _ in part], at__gt=begin, at__lte=end
        )
        for step in found.order_by("at", "id"):
            steps.setdefault(step.thing_id, []).append(event_of(step))
        for number, uid, first in part:
            is_new = first is not None and begin < first <= end
            yield uid, is_new, steps.get(number, [])


def event_of(step: Step) -> Event:
    """The row as what it means."""
    return Event(step.at, step.what, step.aspect, step.before, step.after, step.source)


def names_of(numbers: Collection[int]) -> dict[int, str]:
    """The ids of components by their numbers."""
    found: dict[int, str] = {}
    for part in chunks(numbers, _ASKED_AT_A_TIME):
        found.update(select("SELECT id, uid FROM inventory_thing WHERE id", part))
    return found
