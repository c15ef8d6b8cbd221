"""What follows from what is kept: categories by the rules of now, and what the internet reaches."""

from collections.abc import Iterator
from typing import Final

from django.db import transaction

from ringwall.inventory import rows, store
from ringwall.inventory.categorising import Rules
from ringwall.inventory.gathered import LEADING, Gathered
from ringwall.inventory.listing import INTERNET
from ringwall.inventory.making import COLUMNS, placed
from ringwall.inventory.models import Link, Saying, Scope, Thing
from ringwall.inventory.numbers import number_of
from ringwall.inventory.reaching import Reach, reached

_READ: Final = 5000


def categorise_all(rules: Rules) -> int:
    """Put every component into the categories of these rules; how many had others."""
    sources = dict(Scope.objects.values_list("pk", "source"))
    done = 0
    for part in _parts():
        changed: dict[tuple[str, ...], list[int]] = {}
        for row in part:
            found = store.standing_of(row).found
            source = sources.get(row.teller_id or 0, "")
            categories = placed(found, row.declared, rules, source)
            if categories != [getattr(row, name) for name in COLUMNS]:
                changed.setdefault(tuple(categories), []).append(row.pk)
        for values, numbers in changed.items():  # many components, few different categories
            for some in rows.chunks(numbers):
                with transaction.atomic():
                    Thing.objects.filter(pk__in=some).update(
                        **dict(zip(COLUMNS, values, strict=True))
                    )
            done += len(numbers)
    return done


def reach_all() -> int:
    """Find out what the internet reaches; of how many components that is another than before."""
    found = reached(
        Gathered(_leading()),
        number_of(INTERNET),
        Saying.objects.filter(untold=True).values_list("thing_id", flat=True),
    )
    opens = {scope.pk: frozenset(scope.opens) for scope in Scope.objects.exclude(whole=None)}
    asked = Thing.objects.order_by("pk").values_list("pk", "kind", "teller_id", "reach")
    changed: dict[Reach, list[int]] = {}
    for number, kind, teller, before in asked.iterator(chunk_size=_READ):
        is_told = kind in opens.get(teller or 0, ())
        now = found.of(number, is_told=is_told)
        if now != (before or Reach.UNKNOWN):
            changed.setdefault(now, []).append(number)
    for reach, numbers in changed.items():
        for part in rows.chunks(numbers):
            with transaction.atomic():
                Thing.objects.filter(pk__in=part).update(reach=reach)
    return sum(len(numbers) for numbers in changed.values())


def _parts() -> Iterator[list[Thing]]:
    last = -1
    while part := list(Thing.objects.filter(pk__gt=last).order_by("pk")[:_READ]):
        yield part
        last = part[-1].pk


def _leading() -> Iterator[tuple[str, int, int]]:
    """All relations along which one gets anywhere."""
    rows = Link.objects.filter(kind__in=LEADING).values_list("kind", "origin", "target")
    yield from rows.iterator(chunk_size=_READ)
