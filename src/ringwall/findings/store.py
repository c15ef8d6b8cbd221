"""Queries over the queue, in bulk: it holds a hundred thousand findings and more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar

from django.db.models import Q, QuerySet

from ringwall.core.findings import Finding, Severity
from ringwall.findings.models import Queued, Sighting, Step
from ringwall.findings.states import UNDONE, State
from ringwall.runtime.discovery import modules

CHUNK: Final = 500
"""Rows of one transaction: nobody else waits longer than it takes."""
_SIGHTED: Final = [
    "rule",
    "content",
    "facts",
    "severity",
    "last_seen",
    "is_present",
    "unconfirmed_since",
]
_SHORTEST_UID: Final = 4
T = TypeVar("T")


class NoSuchFindingError(LookupError):
    """There is no finding with such a uid, or there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which findings; what is not said matches all."""

    states: frozenset[State] = UNDONE
    least: Severity | None = None
    weakness: str = ""
    """Or what it begins with, up to a dash or slash."""
    component: str = ""
    """Or its kind."""
    owner: str = ""
    source: str = ""
    environment: str = ""
    exposure: str = ""
    text: str = ""
    """In title, weakness, component, or what people call it."""
    overdue_at: datetime | None = None
    extra: tuple[str, ...] = field(default=())
    """These uids alone."""
    after: tuple[int, str] | None = None
    """Only what comes behind this score and uid."""


def chunks(some: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """In lists of ``size`` at most."""
    rest = iter(some)
    while part := list(islice(rest, size)):
        yield part


def wanted_rows(wanted: Wanted) -> "QuerySet[Queued]":
    """The most urgent first."""
    rows = Queued.objects.order_by("-score", "uid")
    if wanted.states != frozenset(State):
        rows = rows.filter(state__in=sorted(wanted.states))
    if wanted.least is not None:
        rows = rows.filter(severity__gte=wanted.least.number)
    if wanted.weakness:
        begins = Q(weakness__startswith=f"{wanted.weakness}-")
        begins |= Q(weakness__startswith=f"{wanted.weakness}/")
        rows = rows.filter(Q(weakness=wanted.weakness) | begins)
    if wanted.component:
        kind = Q(component__startswith=f"{wanted.component}/")
        rows = rows.filter(Q(component=wanted.component) | kind)
    for name in ("owner", "environment", "exposure"):
        if value := getattr(wanted, name):
            rows = rows.filter(**{name: value})
    if wanted.source:
        rows = rows.filter(
            pk__in=Sighting.objects.filter(source=wanted.source).values("finding_id")
        )
    if wanted.text:
        found = Q(title__icontains=wanted.text) | Q(weakness__icontains=wanted.text)
        found |= Q(component__icontains=wanted.text)
        for module in modules("labels"):
            found |= Q(component__in=module.called(wanted.text))
        rows = rows.filter(found)
    if wanted.overdue_at is not None:
        rows = rows.filter(deadline__lte=wanted.overdue_at, state__in=sorted(UNDONE))
    if wanted.extra:
        rows = rows.filter(pk__in=wanted.extra)
    if wanted.after is not None:
        score, uid = wanted.after
        rows = rows.filter(Q(score__lt=score) | Q(score=score, uid__gt=uid))
    return rows


def since(source: str, scope: str, at: datetime) -> tuple[int, int]:
    """How many a source found new in a scope since then, and how many of its were fixed."""
    mine = Sighting.objects.filter(source=source, scope=scope)
    new = mine.filter(first_seen__gte=at).count()
    fixed = Step.objects.filter(after=State.FIXED, at__gte=at, finding__in=mine.values("finding"))
    return new, fixed.values("finding").distinct().count()


def locked(uids: Sequence[str]) -> dict[str, Queued]:
    """Rows by their uids, for whoever changes them in this transaction."""
    rows = Queued.objects.select_for_update().filter(pk__in=uids).order_by("pk")
    return {one.pk: one for one in rows}


def sightings(uids: Sequence[str], source: str, scope: str) -> dict[str, Sighting]:
    """What a source saw in a scope, by uid."""
    rows = Sighting.objects.filter(finding_id__in=uids, source=source, scope=scope)
    return {one.finding_id: one for one in rows}


def scopes(uids: Iterable[str], like: str) -> dict[str, str]:
    """The scope that each was seen in last, of those that are like this regular expression."""
    found: dict[str, str] = {}
    for part in chunks(uids):
        rows = Sighting.objects.filter(finding_id__in=part, scope__regex=like)
        found.update(rows.order_by("last_seen", "pk").values_list("finding_id", "scope"))
    return found


def others_present(uids: Sequence[str], source: str, scope: str) -> dict[str, list[str]]:
    """Who else still sees each, by uid."""
    rows = Sighting.objects.filter(finding_id__in=uids, is_present=True)
    rows = rows.exclude(source=source, scope=scope)
    found: dict[str, list[str]] = {}
    for uid, other in rows.values_list("finding_id", "source"):
        found.setdefault(uid, []).append(other)
    return found


def missing(source: str, scope: str, found: set[str]) -> list[str]:
    """What the source saw in the scope before, and does not tell of now."""
    rows = Sighting.objects.filter(source=source, scope=scope, is_present=True)
    return sorted(uid for (uid,) in rows.values_list("finding_id") if uid not in found)


def claimed(found: set[str]) -> list[str]:
    """What somebody says is fixed, and a run does not tell of."""
    rows = Queued.objects.filter(state=State.TO_BE_CONFIRMED).values_list("pk")
    return sorted(uid for (uid,) in rows if uid not in found)


_FIELDS: Final = [
    one.attname
    for one in Queued._meta.concrete_fields  # noqa: SLF001 - Django's own word
    if not one.primary_key
]


def save_rows(rows: Sequence[Queued]) -> None:
    """Put in, or over what is there, all columns of each."""
    if rows:
        Queued.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["uid"], update_fields=_FIELDS
        )


def save_sightings(rows: Sequence[Sighting]) -> None:
    """The same for sightings."""
    new = [one for one in rows if one.pk is None]
    known = [one for one in rows if one.pk is not None]
    if new:
        Sighting.objects.bulk_create(
            new,
            update_conflicts=True,
            unique_fields=["finding", "source", "scope"],
            update_fields=_SIGHTED,
        )
    if known:
        Sighting.objects.bulk_create(
            known, update_conflicts=True, unique_fields=["id"], update_fields=_SIGHTED
        )


def touch(rows: Sequence[tuple[str, Any]], seen: datetime) -> None:
    """They were seen again, as they were, no earlier than ``seen``: uids, and keys of sightings."""
    if not rows:
        return
    uids = [uid for uid, _ in rows]
    Queued.objects.filter(pk__in=uids, last_seen__lt=seen).update(last_seen=seen)
    keys = [key for _, key in rows]
    Sighting.objects.filter(pk__in=keys, last_seen__lt=seen).update(last_seen=seen)


def close(uids: Sequence[str]) -> None:
    """Nobody sees these any more: what is fixed has no sighting that is there."""
    if uids:
        Sighting.objects.filter(finding_id__in=uids, is_present=True).update(is_present=False)


def is_newer(one: Finding, sighting: Sighting | None) -> bool:
    """Whether it was seen no earlier than what is known of it."""
    return sighting is None or one.seen >= sighting.last_seen


def row_of(uid: str, *, lock: bool = False) -> Queued:
    """The row of a uid or the beginning of one; else :class:`NoSuchFindingError`."""
    rows = Queued.objects.select_for_update() if lock else Queued.objects.all()
    found: list[Queued] = []
    if len(uid) >= _SHORTEST_UID and uid.isascii() and uid.isalnum():
        found = list(rows.filter(pk=uid) or rows.filter(pk__startswith=uid).order_by("pk")[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise NoSuchFindingError(f"several findings begin with {uid}: write more of the uid")
    raise NoSuchFindingError(f"there is no finding {uid[:40]}: `ringwall findings list` shows them")
