"""An attack as others understand it: OCSF Detection Finding (class 2004), version 1.3.

https://schema.ocsf.io/1.3.0/classes/detection_finding. Techniques are those of MITRE ATT&CK. What
OCSF has no word for stands under ``unmapped.ringwall``, and :func:`read` reads nothing else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from ringwall import __version__
from ringwall.gateway.sentry.recognising import Attack, Kind
from ringwall.gateway.sentry.sources import Source

_TITLES: Final[Mapping[Kind, str]] = {
    Kind.CONNECTIONS: "Connections are held open in great number",
    Kind.HANDSHAKES: "Connections are begun in great number",
    Kind.SLOW: "Requests are sent too slowly to end",
    Kind.FRAMES: "Streams are reset, or frames sent, in great number",
    Kind.REQUESTS: "Requests come in great number",
    Kind.SIGN_IN: "Passwords are tried in great number",
    Kind.TENANT: "People or programs ask for more than they may",
    Kind.UPSTREAM: "A service does not answer, or answers with errors",
}
_TECHNIQUES: Final[Mapping[Kind, tuple[str, str]]] = {
    Kind.CONNECTIONS: ("T1499.002", "Service Exhaustion Flood"),
    Kind.HANDSHAKES: ("T1499.002", "Service Exhaustion Flood"),
    Kind.SLOW: ("T1499.002", "Service Exhaustion Flood"),
    Kind.FRAMES: ("T1499.002", "Service Exhaustion Flood"),
    Kind.REQUESTS: ("T1499.003", "Application Exhaustion Flood"),
    Kind.SIGN_IN: ("T1110", "Brute Force"),
    Kind.TENANT: ("T1499.003", "Application Exhaustion Flood"),
}
"""A service that is sick is under no attack by itself."""
_OBSERVABLES: Final[Mapping[str, tuple[int, str]]] = {
    "address": (2, "IP Address"),
    "network": (12, "Subnet"),
    "country": (99, "Country"),
    "system": (99, "Autonomous System"),
    "route": (99, "Route"),
    "service": (99, "Service"),
    "tenant": (99, "Tenant"),
    "user": (99, "User id"),
}
_CREATED, _UPDATED, _CLOSED = (1, "Create"), (2, "Update"), (3, "Close")
_CLASS: Final = 2004


@dataclass(frozen=True, slots=True)
class Event:
    """An attack with where it came from at its peak."""

    attack: Attack
    sources: tuple[Source, ...] = ()

    @property
    def title(self) -> str:
        """What happens, as a sentence without its full stop."""
        return _TITLES[self.attack.kind]


def finding(event: Event, *, now: float, is_new: bool = False) -> dict[str, Any]:
    """The event as plain values; times of OCSF are milliseconds since 1970."""
    attack = event.attack
    activity, called = _CREATED if is_new else _UPDATED if attack.ended is None else _CLOSED
    info: dict[str, Any] = {
        "uid": attack.id,
        "title": event.title,
        "types": [str(attack.kind)],
        "created_time": _ms(attack.began),
        "first_seen_time": _ms(attack.began),
        "last_seen_time": _ms(attack.seen),
    }
    technique = _TECHNIQUES.get(attack.kind)
    if technique is not None:
        uid, name = technique
        info["attacks"] = [{"version": "16.1", "technique": {"uid": uid, "name": name}}]
    found: dict[str, Any] = {
        "activity_id": activity,
        "activity_name": called,
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Detection Finding",
        "type_uid": _CLASS * 100 + activity,
        "time": _ms(now),
        "start_time": _ms(attack.began),
        "count": round(attack.count),
        "severity_id": 3 if technique is None else 4,
        "severity": "Medium" if technique is None else "High",
        "status_id": 2 if attack.ended is None else 4,
        "status": "In Progress" if attack.ended is None else "Resolved",
        "message": event.title,
        "metadata": {
            "version": "1.3.0",
            "product": {
                "name": "Ringwall",
                "vendor_name": "Ringwall",
                "version": __version__,
                "feature": {"name": "sentry"},
            },
        },
        "finding_info": info,
        "observables": [_observable(one) for one in event.sources],
        "unmapped": {
            "ringwall": {"attack": asdict(attack), "sources": [asdict(s) for s in event.sources]}
        },
    }
    if attack.ended is not None:
        found["end_time"] = _ms(attack.ended)
    return found


def read(value: Any) -> Event:
    """The event of a finding; ``ValueError`` for what is none of ours."""
    try:
        own = value["unmapped"]["ringwall"]
        attack = Attack(**{**own["attack"], "kind": Kind(own["attack"]["kind"])})
        return Event(attack, tuple(Source(**one) for one in own["sources"]))
    except (KeyError, TypeError) as error:
        msg = f"it is no attack that the sentry wrote: {error!r}"
        raise ValueError(msg) from error


def merged(before: Iterable[Source], now: Iterable[Source], *, most: int = 5) -> tuple[Source, ...]:
    """Sources of both, each with its greatest weight; of each sort the most frequent."""
    weights: dict[tuple[str, str], float] = {}
    for one in (*before, *now):
        key = (one.what, one.name)
        weights[key] = max(weights.get(key, 0.0), one.weight)
    found: list[Source] = []
    for what in sorted({what for what, _ in weights}):
        of_sort = [Source(w, name, n) for (w, name), n in weights.items() if w == what]
        found += sorted(of_sort, key=lambda one: (-one.weight, one.name))[:most]
    return tuple(found)


def _observable(one: Source) -> dict[str, Any]:
    type_id, called = _OBSERVABLES.get(one.what, (99, one.what))
    return {"name": one.what, "type_id": type_id, "type": called, "value": one.name}


def _ms(at: float) -> int:
    return round(at * 1000)
