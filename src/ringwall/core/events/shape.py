"""What all events have in common, and how a personal part is kept apart from the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from typing import Any, Final, NamedTuple

from ringwall import __version__

OCSF: Final = "1.8.0"
STRANGERS: Final = "strangers"
"""The subject of what is personal of whoever is not known."""
LONGEST: Final = 2000
"""Characters of one text: an event is an entry of the log, which has 65,535 bytes at most."""

Value = Any
Parts = dict[str, Any]
Personal = dict[str, Parts]
"""By the id of whose it is: a merge patch (RFC 7396) over the event."""


class Class(NamedTuple):
    """A class of OCSF with those of its activities that are used."""

    uid: int
    name: str
    activities: Mapping[int, str]


class Outcome(IntEnum):
    """``status_id``."""

    SUCCESS = 1
    FAILURE = 2


class Severity(IntEnum):
    """``severity_id``."""

    INFORMATIONAL = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4


_CATEGORIES: Final = {
    1: "System Activity",
    2: "Findings",
    3: "Identity & Access Management",
    5: "Discovery",
    6: "Application Activity",
}


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event without what is personal in it, and that by whose it is."""

    event: Mapping[str, Any]
    personal: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def event(
    kind: Class,
    activity: int,
    *,
    message: str,
    outcome: Outcome | None = Outcome.SUCCESS,
    severity: Severity = Severity.INFORMATIONAL,
    feature: str = "",
    **parts: Any,
) -> Parts:
    """The event with its class in numbers and words; of ``parts`` what is empty is left out."""
    category = kind.uid // 1000
    product: Parts = {"name": "Ringwall", "vendor_name": "Ringwall", "version": __version__}
    if feature:
        product["feature"] = {"name": feature}
    made: Parts = {
        "activity_id": activity,
        "activity_name": kind.activities[activity],
        "category_uid": category,
        "category_name": _CATEGORIES[category],
        "class_uid": kind.uid,
        "class_name": kind.name,
        "type_uid": kind.uid * 100 + activity,
        "type_name": f"{kind.name}: {kind.activities[activity]}",
        "severity_id": int(severity),
        "severity": severity.name.capitalize(),
        "message": message,
        "metadata": {"version": OCSF, "product": product, "log_name": "activity"},
    }
    if outcome is not None:
        made |= {"status_id": int(outcome), "status": outcome.name.capitalize()}
    return made | {name: value for name, value in parts.items() if value not in (None, "", [], {})}


def stamped(recorded: Recorded, *, uid: str, now: datetime) -> Recorded:
    """The same with a unique id and its time, in milliseconds since 1970, fit to be written."""
    at = round(now.timestamp() * 1000)
    made = dict(recorded.event)
    made["metadata"] = {**made["metadata"], "uid": uid, "logged_time": at}
    made.setdefault("time", at)
    return replace(recorded, event=written(made), personal=written(recorded.personal))


def written(value: Value) -> Value:
    """Values as JSON has them: texts that are UTF-8 and not too long, keys that are texts."""
    if isinstance(value, str):
        if value.isascii() and len(value) <= LONGEST:
            return value  # as nearly all are
        text = value.encode("utf-8", "replace").decode()
        return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
    if isinstance(value, dict | Mapping):  # the first is quicker to see
        return {str(written(str(name))): written(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [written(one) for one in value]
    if isinstance(value, bool | int | float) or value is None:
        return value
    return written(str(value))


def merged(*some: Mapping[str, Any]) -> Parts:
    """Objects laid over one another, member by member."""
    made: Parts = {}
    for one in some:
        for name, value in one.items():
            before = made.get(name)
            both = isinstance(before, Mapping) and isinstance(value, Mapping)
            made[name] = merged(before, value) if both and before is not None else value
    return made


def personal(*some: tuple[str, Mapping[str, Any]]) -> Personal:
    """Patches by whose they are; of several of one subject one; empty ones are left out."""
    made: Personal = {}
    for subject, patch in some:
        if kept := without_nothing(patch):
            made[subject] = merged(made.get(subject, {}), kept)
    return made


def without_nothing(patch: Mapping[str, Any]) -> Parts:
    """The patch without members that say nothing: ``null`` in a patch would take away."""
    made: Parts = {}
    for name, value in patch.items():
        found = without_nothing(value) if isinstance(value, Mapping) else value
        if found not in (None, "", {}, []):
            made[name] = found
    return made
