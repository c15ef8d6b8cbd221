"""A small company as sources tell of it, and what holds of the tables whatever happened."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ringwall.core.components import Found, Relation, RelationKind
from ringwall.core.observations import Collected, Observation, State
from ringwall.inventory.listing import INTERNET

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CLOUD, ACCOUNT = "aws", "111122223333"

EXPOSES, CALLS, STORES = RelationKind.EXPOSES, RelationKind.CALLS, RelationKind.STORES


def at(days: float) -> datetime:
    """So many days after noon."""
    return NOON + timedelta(days=days)


def thing(kind: str, name: str, *, tags: dict[str, str] | None = None, **aspects: Any) -> Collected:
    """A component of the account; aspects are known to be what is said, or are observations."""
    told = {
        aspect: value
        if isinstance(value, Observation)
        else Observation(State.KNOWN, value, "x:Read", NOON)
        for aspect, value in aspects.items()
    }
    found = Found(
        kind=kind,
        name=name,
        label=name.rpartition("/")[2],
        account=ACCOUNT,
        region="eu-west-1",
        tags=tuple((tags or {}).items()),
    )
    return Collected(found=found, aspects=told)


def bucket(name: str = "invoices", **told: Any) -> Collected:
    return thing("aws-s3-bucket", name, **told)


def from_internet(target: str) -> Relation:
    return Relation(CALLS, INTERNET, target)


def take(
    *components: Collected,
    relations: Iterable[Relation] = (),
    day: float = 0,
    source: str = CLOUD,
    scope: str = ACCOUNT,
    complete: bool = True,
    **told: Any,
) -> Any:
    """What a source says of a scope on a day."""
    from ringwall.inventory import service

    taken = service.take(
        source, scope, components, relations, complete=complete, at=at(day), **told
    )
    check_inventory()
    return taken


def story(component: str) -> list[tuple[str, str]]:
    """What became of a component, the oldest first."""
    from ringwall.inventory import service

    return [(one.what, one.aspect) for one in reversed(service.history(component))]


def check_inventory() -> None:
    """What holds of every row, whatever happened."""
    from ringwall.inventory.models import Link, Saying, Step, Thing
    from ringwall.inventory.numbers import number_of

    told = set(Saying.objects.values_list("thing_id", flat=True))
    for row in Thing.objects.all():
        assert row.pk == number_of(row.uid)
        assert row.uid.startswith(f"{row.kind}/")
        is_there = row.first is not None and row.gone is None
        assert is_there == (row.pk in told), "it is there while somebody says so, and only then"
        if row.first is not None:
            assert row.since is not None
            assert row.first <= row.since <= (row.gone or row.since)
        ends = [
            step.what
            for step in Step.objects.filter(thing=row).order_by("at", "id")
            if step.what in {"appeared", "vanished"}
        ]
        assert ends == [("vanished", "appeared")[n % 2] for n in range(len(ends))]
        assert (ends[-1:] == ["vanished"]) == (row.gone is not None)
    for link in Link.objects.all():
        assert Thing.objects.filter(pk__in=(link.origin, link.target)).count() in {1, 2}
        assert Thing.objects.filter(pk=link.origin).exists()
        assert Thing.objects.filter(pk=link.target).exists()
