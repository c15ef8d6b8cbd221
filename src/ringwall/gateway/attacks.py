"""What the sentry sees now, and the attacks that it kept, read from its files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ringwall.gateway.layout import Layout
from ringwall.gateway.posture import Posture, read_stance
from ringwall.gateway.sentry.finding import Event
from ringwall.gateway.sentry.keeping import NOW, events_in
from ringwall.gateway.sentry.recognising import Kind

STALE_S: Final = 3.0
"""A picture older than that is of a sentry that does not run any more."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What the sentry told last, and how many seconds ago; ``found`` is empty if it never did."""

    found: Mapping[str, Any]
    age: float | None

    @property
    def is_fresh(self) -> bool:
        """Whether it is of now."""
        return self.age is not None and self.age <= STALE_S

    def to_json(self) -> dict[str, Any]:
        """Plain values: what was told, whether the sentry runs, and how old it is."""
        age = None if self.age is None else round(self.age, 1)
        return {**self.found, "sentry": {"runs": self.is_fresh, "age": age}}


def picture(layout: Layout, *, now: float) -> Picture:
    """The present picture at a time in seconds since 1970."""
    try:
        found = json.loads((layout.sentry / NOW).read_bytes())
        return Picture(found, max(0.0, now - float(found["at"])))
    except (OSError, ValueError, KeyError, TypeError):
        return Picture({}, None)


def kept(layout: Layout) -> tuple[list[Event], list[str]]:
    """The attacks, the newest first, and the names of files that cannot be read."""
    events, damaged = events_in(layout.attacks)
    return sorted(events, key=lambda one: -one.attack.began), damaged


_RAISING: Final = (Kind.REQUESTS, Kind.SIGN_IN)


def alarmed_at(layout: Layout, at: float) -> bool:
    """Whether the edge stood in alarm at a time, in seconds since 1970.

    Since it last changed that is known; of before, what is known are the attacks that raise it.
    """
    stance = read_stance(layout.state)
    if stance.since is not None and stance.since.timestamp() <= at:
        return stance.posture is Posture.ALARM
    return any(
        one.attack.kind in _RAISING
        and one.attack.began <= at
        and (one.attack.ended is None or at <= one.attack.ended)
        for one in kept(layout)[0]
    )
