"""What becomes of rows, recorded in the transaction that changes them.

:func:`watch` says once for a model what of it is recorded. From then on every way of Django's to
change a row of it is: ``save``, ``QuerySet.update`` (by which ``bulk_update`` and what follows a
deletion go too), ``bulk_create``, ``delete`` and many-to-many sets. Refused is ``bulk_create`` that
passes over conflicts, since it does not know what it did. Past it goes SQL written by hand alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import models, transaction
from django.db.models.query import QuerySet
from django.db.models.signals import m2m_changed, post_delete

from ringwall.core.events import Actor, Change, Happened, Recorded, entity
from ringwall.runtime.recording.acting import current_actor
from ringwall.runtime.recording.recorder import record

Row = models.Model
Telling = Callable[[Actor, Change, Row], Iterable[Recorded]]
Members = Callable[[Actor, Row, Iterable[Any], bool], Iterable[Recorded]]


def _nobody(row: Row) -> str:
    del row
    return ""


def _as_entity(actor: Actor, change: Change, row: Row) -> Iterable[Recorded]:
    del row
    return [entity(actor, change)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is recorded of a model, by the names of columns (``user_id``).

    ``restless`` change with every use and are not recorded; ``secret`` are said to have changed,
    and no more; ``personal`` are kept apart, as those of ``whose``. ``values`` reads a row, if it
    is not by its columns; ``tell`` makes the events, if it is not Entity Management.
    """

    restless: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    whose: Callable[[Any], str] = _nobody
    person: Callable[[Any], str] = _nobody
    tenant: Callable[[Any], str] = _nobody
    values: Callable[[Any], dict[str, Any]] | None = None
    tell: Callable[[Actor, Change, Any], Iterable[Recorded]] = _as_entity


_watched: Final[dict[type[Row], Watched]] = {}


def watch(model: type[Row], wanted: Watched) -> None:
    """Record what becomes of rows of ``model`` from now on."""
    if model not in _watched:
        _wrap_saving(model)
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"ringwall.recording.{model}")
    _watched[model] = wanted


def watch_members(through: Any, tell: Members) -> None:
    """Record who comes into, and leaves, a many-to-many set, by the model it goes through."""

    def changed(
        instance: Row, action: str, pk_set: Iterable[Any] | None, *, reverse: bool, **_: Any
    ) -> None:
        if action in {"post_add", "post_remove", "pre_clear"}:
            if reverse:
                msg = "members are put into groups, not groups onto members: it is not recorded"
                raise TypeError(msg)
            some = _all_of(through, instance) if pk_set is None else pk_set
            for one in tell(current_actor(), instance, some, action == "post_add"):
                record(one)

    m2m_changed.connect(
        changed, sender=through, weak=False, dispatch_uid=f"ringwall.recording.{through}"
    )


def watched() -> Mapping[type[Row], Watched]:
    """Every model that is recorded, and what of it."""
    return _watched


def install() -> None:
    """Have Django tell what it changes in one statement. Called once, before anything changes."""
    if QuerySet.update is not _update:
        QuerySet.update = _update  # type: ignore[method-assign]
        QuerySet.bulk_create = _bulk_create  # type: ignore[method-assign]


_plain_update: Final = QuerySet.update
_plain_bulk_create: Final = QuerySet.bulk_create


def _update(self: "QuerySet[Any]", **changed: Any) -> int:
    wanted = _watched.get(self.model)
    if wanted is None or _columns(self.model, changed) <= wanted.restless:
        return _plain_update(self, **changed)
    rows: Any = self.model._base_manager.using(self.db)  # noqa: SLF001 - Django's own word
    with transaction.atomic(using=self.db, savepoint=False):
        keys = list(self.order_by().values_list("pk", flat=True))
        before = {one.pk: one for one in rows.select_for_update().filter(pk__in=keys)}
        done = _plain_update(self.filter(pk__in=keys), **changed)
        for one in rows.filter(pk__in=keys):
            _tell(wanted, before.get(one.pk), one)
    return done


_update.alters_data = True  # type: ignore[attr-defined]


def _bulk_create(self: "QuerySet[Any]", objs: Iterable[Any], *given: Any, **named: Any) -> Any:
    wanted = _watched.get(self.model)
    if wanted is None:
        return _plain_bulk_create(self, objs, *given, **named)
    if given or named.get("ignore_conflicts") or named.get("update_conflicts"):
        msg = f"what becomes of {self.model.__name__} is recorded: save each by itself"
        raise TypeError(msg)
    with transaction.atomic(using=self.db, savepoint=False):
        made = _plain_bulk_create(self, objs, **named)
        for one in made:
            _tell(wanted, None, one)
    return made


_bulk_create.alters_data = True  # type: ignore[attr-defined]


def _wrap_saving(model: type[Row]) -> None:
    plain = model.save_base

    def save_base(self: Any, *given: Any, **named: Any) -> None:
        fields = named.get("update_fields")
        wanted = _watched[model]
        if fields is not None and _columns(model, fields) <= wanted.restless:
            plain(self, *given, **named)
            return
        using = named.get("using") or self._state.db or "default"
        with transaction.atomic(using=using, savepoint=False):
            before = None if _is_new(self) else _kept(model, using, self.pk)
            plain(self, *given, **named)
            after = self if before is None else _kept(model, using, self.pk)
            if after is not None:
                _tell(wanted, before, after)

    save_base.alters_data = True  # type: ignore[attr-defined]
    model.save_base = save_base  # type: ignore[method-assign]


def _is_new(row: Row) -> bool:
    generated = row._meta.pk is not None and row._meta.pk.has_default()  # noqa: SLF001
    return row._state.adding and (row.pk is None or generated)  # noqa: SLF001


def _kept(model: Any, using: str, pk: Any) -> Any:
    return model._base_manager.using(using).select_for_update().filter(pk=pk).first()  # noqa: SLF001


def _deleted(sender: type[Row], instance: Row, **_: Any) -> None:
    wanted = _watched.get(sender)
    if wanted is not None:
        _tell(wanted, instance, None)


def _tell(wanted: Watched, before: Any, after: Any) -> None:
    change = change_between(wanted, before, after)
    if change is not None:
        row = before if after is None else after
        for one in wanted.tell(current_actor(), change, row):
            record(one)


def change_between(wanted: Watched, before: Any, after: Any) -> Change | None:
    """What differs between two states of a row; ``None`` where nothing does that is recorded."""
    read = wanted.values or _values
    old = {} if before is None else read(before)
    new = {} if after is None else read(after)
    differing = {name for name in {*old, *new} - wanted.restless if old.get(name) != new.get(name)}
    if not differing and before is not None and after is not None:
        return None
    open_ = differing - wanted.secret - wanted.personal
    row = before if after is None else after
    happened = Happened.UPDATED
    if before is None or after is None:
        happened = Happened.CREATED if before is None else Happened.DELETED
    hidden = sorted(differing & wanted.personal)
    return Change(
        happened=happened,
        type=type(row).__name__,
        uid=str(_told(row.pk)),
        before={name: _told(old[name]) for name in sorted(open_) if name in old},
        after={name: _told(new[name]) for name in sorted(open_) if name in new},
        hidden={name: (_personal(old.get(name)), _personal(new.get(name))) for name in hidden},
        secret=tuple(sorted(differing & wanted.secret)),
        whose=wanted.whose(row) or f"{type(row).__name__.lower()}:{_told(row.pk)}",
        person=wanted.person(row),
        tenant=wanted.tenant(row),
        name=_name_of(old if after is None else new, wanted),
    )


def _name_of(values: Mapping[str, Any], wanted: Watched) -> str:
    """What people call a row, unless that is personal, or nobody's to know."""
    if "name" in wanted.personal | wanted.secret:
        return ""
    found = values.get("name")
    return found if isinstance(found, str) else ""


def _values(row: Any) -> dict[str, Any]:
    deferred = row.get_deferred_fields()
    fields = row._meta.concrete_fields  # noqa: SLF001 - Django's own word
    return {f.attname: getattr(row, f.attname) for f in fields if f.attname not in deferred}


def _columns(model: type[Row], names: Iterable[str]) -> set[str]:
    """Columns by names of fields, which may be those of relations."""
    found = set()
    for name in names:
        field: Any = model._meta.pk if name == "pk" else model._meta.get_field(name)  # noqa: SLF001
        found.add(getattr(field, "attname", name))
    return found


def _told(value: Any) -> Any:
    """A value as JSON has it; people are told by their subject."""
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_told(one) for one in value]
    if isinstance(value, dict):
        return {str(name): _told(one) for name, one in value.items()}
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _personal(value: Any) -> Any:
    """The same for a merge patch, in which ``null`` would take away: objects are told as text."""
    found = _told(value)
    return orjson.dumps(found).decode() if isinstance(found, dict) else found


def _all_of(through: Any, instance: Row) -> list[Any]:
    names = [f.attname for f in through._meta.concrete_fields if f.is_relation]  # noqa: SLF001
    own, other = names
    rows = through._base_manager.filter(**{own: instance.pk})  # noqa: SLF001
    return list(rows.values_list(other, flat=True))
