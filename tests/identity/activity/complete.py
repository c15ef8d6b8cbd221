"""Whatever differs in the tables afterwards was recorded: one checker for all stories."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.identity.activity.events import Found, Record

Rows = dict[tuple[str, str], dict[str, str]]


def kept() -> Rows:
    """Every row of every table that is recorded, but for what changes with each use."""
    from ringwall.runtime.recording.changes import watched

    found: Rows = {}
    for model, wanted in watched().items():
        for row in model._base_manager.all():
            read = wanted.values or _columns
            told = {k: repr(v) for k, v in read(row).items() if k not in wanted.restless}
            found[model.__name__, told_id(row)] = told
    return found


def _columns(row: Any) -> dict[str, Any]:
    return {one.attname: getattr(row, one.attname) for one in row._meta.concrete_fields}


def told_id(row: Any) -> str:
    """The id of a row as events have it."""
    return row.pk.hex if hasattr(row.pk, "hex") else str(row.pk)


def told_of(found: list[Found]) -> set[tuple[str, str]]:
    """What events are about: the kind and the id of each."""
    about: set[tuple[str, str]] = set()
    for one in found:
        raw = one.raw
        if raw["class_name"] == "Entity Management":
            about.add((one.own["type"], raw["entity"]["uid"]))
        elif raw["class_name"] == "Account Change":
            about.add((one.own["type"], one.own["uid"]))
        elif "session" in raw:
            about.add(("Session", raw["session"]["uid"]))
    return about


def differing(before: Rows, after: Rows) -> set[tuple[str, str]]:
    """What was created, changed or deleted."""
    return {one for one in {*before, *after} if before.get(one) != after.get(one)}


@contextmanager
def all_recorded(record: Record, *, by: str = "") -> Iterator[list[Found]]:
    """Within it everything that becomes of rows is recorded; the events, once it is over.

    ``by`` is who must have done it: the id of a person, or of whatever else acts.
    """
    record.new()
    before = kept()
    found: list[Found] = []
    yield found
    found += record.new()
    changed = differing(before, kept())
    missing = changed - told_of(found)
    assert missing == set(), (missing, found)
    if by and changed:
        actors = {
            one.by.get("user", {}).get("uid")
            for one in found
            if one.raw["class_name"] in {"Entity Management", "Account Change"}
        }
        assert actors <= {by}, (actors, by, found)
