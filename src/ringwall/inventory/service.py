"""The inventory's front door: take in what there is, and look at it.

Whoever calls has opened the tables (:func:`ringwall.runtime.opening.open_tables`).
"""

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db.models import Count, Value
from django.db.models.functions import Coalesce

from ringwall.core.components import Component, Relation
from ringwall.core.observations import Collected
from ringwall.inventory import deriving, rows, store, taking
from ringwall.inventory.categorising import Categories, Rules
from ringwall.inventory.drifting import Drift, drift_of
from ringwall.inventory.listing import Listing, Taken
from ringwall.inventory.models import Link, Saying, Scope, Step, Thing
from ringwall.inventory.numbers import number_of
from ringwall.inventory.query import Query, parse
from ringwall.inventory.reaching import Hop, Ways, shortest
from ringwall.inventory.standing import Event, Neighbour, Standing, Told
from ringwall.inventory.telling import plain

_EVERYTHING: Final = Query()
_NO_RULES: Final = Rules()


class NoSuchComponentError(LookupError):
    """Nobody told of such a component, or several are called so."""


def take(
    source: str,
    scope: str,
    components: Iterable[Collected],
    relations: Iterable[Relation],
    *,
    complete: bool,
    at: datetime | None = None,
    gone: Iterable[str] = (),
    opens: Iterable[str] = (),
    regions: Iterable[str] = (),
    rules: Rules = _NO_RULES,
) -> Taken:
    """Take in what ``source`` says of ``scope`` as a whole; what became of the inventory.

    What was there and is not told of any more is gone if ``complete``, else it stays; ``gone`` are
    ids that are no more in either case. ``opens`` are the kinds of which every way of the internet
    is told; ``regions`` where was looked, if not everywhere. :func:`derive` finds out what
    follows of it.
    """
    listing = Listing(
        source=source,
        scope=scope,
        components=components,
        relations=relations,
        complete=complete,
        at=at or datetime.now(UTC),
        gone=gone,
        opens=frozenset(opens),
        regions=frozenset(regions),
    )
    return taking.take(listing, rules)


def derive() -> int:
    """Find out anew what the internet reaches; of how many components that changed."""
    return deriving.reach_all()


def categorise(rules: Rules) -> int:
    """Put all components into the categories of these rules; how many had others."""
    return deriving.categorise_all(rules)


def get(component: str) -> Standing | None:
    """A component by its id, also one that is gone or only named."""
    row = _row(component)
    return None if row is None else store.standing_of(row)


def named(text: str) -> Standing:
    """The component that a person means: by id, by name or by label, if there is one such.

    :class:`NoSuchComponentError` tells what else could be meant.
    """
    found = get(text)
    if found is not None:
        return found
    rows = list(store.by_name(plain(text))[:6])
    if len(rows) == 1:
        return store.standing_of(rows[0])
    if not rows:
        msg = f"there is no component {text}"
        raise NoSuchComponentError(msg)
    shown = ", ".join(row.uid for row in rows[:5])
    msg = f"several components are called {text}: {shown}{', ...' if len(rows) > 5 else ''}"
    raise NoSuchComponentError(msg)


def categories_of(components: Collection[str]) -> dict[str, Component]:
    """Components as others judge by them, by id; without those that nobody told of."""
    numbers = {number_of(uid): uid for uid in components if plain(uid) == uid}
    found = {}
    for some in rows.chunks(numbers):
        for row in Thing.objects.filter(pk__in=some).exclude(first=None):
            if numbers[row.pk] == row.uid:
                found[row.uid] = store.standing_of(row).component
    return found


def labels_of(components: Collection[str]) -> dict[str, str]:
    """What people call components, by id; without those that nobody told of."""
    numbers = {number_of(uid): uid for uid in components if plain(uid) == uid}
    found: dict[str, str] = {}
    for some in rows.chunks(numbers):
        told = Thing.objects.filter(pk__in=some).exclude(first=None)
        found.update(told.values_list("uid", "label"))
    return found


def explain(component: str, rules: Rules) -> Categories:
    """Which rule gives which category; ``KeyError`` where there is no such component."""
    row = _row(component)
    if row is None:
        raise KeyError(component)
    source = row.teller.source if row.teller is not None else ""
    declared = json.loads(row.declared) if row.declared else {}
    found = store.standing_of(row).found
    return rules.categorise(found, declared=declared, source=source)


def find(query: Query = _EVERYTHING, *, limit: int, after: str = "") -> list[Standing]:
    """Components of a query, by id, from behind the id ``after`` on."""
    rows = store.wanted(query)
    if store.is_scanned(query):  # else each of a million is looked up in the order of ids
        rows = rows.annotate(place=Coalesce("uid", Value(""))).order_by("place")
    if after:
        place = "place" if "place" in rows.query.annotations else "uid"
        rows = rows.filter(**{f"{place}__gt": plain(after)})
    return [store.standing_of(row) for row in rows[:limit]]


def count(query: Query = _EVERYTHING) -> int:
    """How many there are."""
    return store.wanted(query).order_by().count()


def unowned_by_kind() -> list[tuple[str, int]]:
    """The kinds of which some have no owner, and how many: the most first."""
    counted = store.wanted(parse("is:unowned")).order_by().values("kind").annotate(n=Count("pk"))
    return sorted(((one["kind"], one["n"]) for one in counted), key=lambda one: (-one[1], one[0]))


def told_of(component: str) -> list[Told]:
    """Who says what of a component now."""
    sayings = Saying.objects.filter(thing_id=number_of(component)).select_related("scope")
    return [
        Told(one.scope.source, one.scope.scope, one.scope.taken, json.loads(one.aspects or "{}"))
        for one in sayings.order_by("scope__source", "scope__scope")
    ]


def neighbours(component: str, *, limit: int = 1000) -> list[Neighbour]:
    """What has to do with a component."""
    number = number_of(component)
    sources = dict(Scope.objects.values_list("pk", "source"))
    found = []
    for is_forward in (True, False):
        near, far = ("origin", "target") if is_forward else ("target", "origin")
        links = Link.objects.filter(**{near: number}).order_by("kind", far)[:limit]
        names = store.names_of([getattr(link, far) for link in links])
        found += [
            Neighbour(
                kind=link.kind,
                other=names[getattr(link, far)],
                is_forward=is_forward,
                source=sources[link.scope_id],
                since=link.since,
                why=link.why,
            )
            for link in links
        ]
    return found


def paths(start: str, end: str, *, at_most: int = 10) -> Ways[str]:
    """The shortest ways by which one gets from a component to another."""
    found = shortest(
        store.onward, store.backward, number_of(start), number_of(end), at_most=at_most
    )
    numbers = {node for way in found.ways for hop in way for node in (hop.origin, hop.target)}
    names = store.names_of(numbers)
    ways = tuple(
        tuple(
            Hop(
                hop.kind,
                names[hop.origin],
                names[hop.target],
                is_reversed=hop.is_reversed,
                why=hop.why,
            )
            for hop in way
        )
        for way in found.ways
    )
    return Ways(ways, is_whole=found.is_whole, looked_at=found.looked_at)


def history(component: str, *, limit: int = 1000) -> list[Event]:
    """What became of a component, the latest first."""
    steps = Step.objects.filter(thing_id=number_of(component)).order_by("-at", "-id")
    return [store.event_of(step) for step in steps[:limit]]


def drift(begin: datetime, end: datetime, query: Query = _EVERYTHING) -> Iterator[Drift]:
    """What is at ``end`` not as it was at ``begin``, by id.

    The query asks of components as they are now; those that are gone count, too.
    """
    for uid, is_new, events in store.steps_between(begin, end, query):
        told = drift_of(uid, is_new=is_new, events=events)
        if told is not None:
            yield told


@dataclass(frozen=True, slots=True)
class ScopeState:
    """How current what a source says is."""

    source: str
    scope: str
    taken: datetime | None
    whole: datetime | None
    components: int


def scopes() -> list[ScopeState]:
    """Every scope, with when it was told of last."""
    return [
        ScopeState(
            one.source,
            one.scope,
            one.taken,
            one.whole,
            Saying.objects.filter(scope=one).count(),
        )
        for one in Scope.objects.order_by("source", "scope")
    ]


def taken_at(source: str, scope: str) -> datetime | None:
    """When what a source says of a scope was taken in last."""
    return Scope.objects.filter(source=source, scope=scope).values_list("taken", flat=True).first()


def _row(component: str) -> Thing | None:
    if plain(component) != component:
        return None  # nothing such was taken in, and no database can be asked for it
    rows = Thing.objects.select_related("teller")
    return rows.filter(pk=number_of(component), uid=component).first()
