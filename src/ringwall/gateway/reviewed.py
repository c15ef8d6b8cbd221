"""What the last review of the record came to, for who judges what is permitted and not used.

To read the record of 90 days takes minutes where it is long: ``ringwall access review`` does, and
leaves here what it found. Nothing stands in it of any person.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from ringwall.access.language.syntax import Effect
from ringwall.core.components import Found
from ringwall.core.observations import Collected, Observation, State
from ringwall.gateway.reviewing import Findings, Used, is_between_services
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.private_files import write_private

KINDS: Final = ("ringwall-permit", "ringwall-role")
DAYS: Final = 90
"""So far a review has to look back for something to count as unused."""
_FRESH: Final = timedelta(days=31)
_COMMAND: Final = "ringwall access review"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleUse:
    """How much of what a role permits its holders did; ``holders`` is -1 where nobody can tell."""

    permits: int
    used: int
    holders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A review: ``days`` that the record covered, and ``unsure`` requests that are not known."""

    at: datetime
    days: float
    unsure: int
    permits: Mapping[str, bool]
    """Whether each decided anything."""
    roles: Mapping[str, RoleUse]

    def why_not(self, now: datetime) -> str:
        """Why nothing may be concluded from it; empty where something may."""
        if not timedelta() <= now - self.at < _FRESH:
            return f"the last review is of {self.at:%Y-%m-%d}: `{_COMMAND}` makes a new one"
        if self.days < DAYS:
            return f"the record goes back {self.days:.0f} days, and {DAYS} have to be looked at"
        return ""


def of_review(
    found: Findings, used: Used, wanted: Wanted, *, at: datetime, days: float
) -> Reviewed:
    """What of a review is kept."""
    is_counted = found.not_asked is None
    return Reviewed(
        at=at,
        days=days,
        unsure=used.unjudged + used.too_long,
        permits={name: name not in found.policies for name in _permits(wanted)},
        roles={
            one.role: RoleUse(
                permits=len(one.permits),
                used=len(one.used),
                holders=one.holders if is_counted else -1,
            )
            for one in found.widths
        },
    )


def keep(file: Path, reviewed: Reviewed) -> None:
    """Have it in the place of the one before."""
    told = {**asdict(reviewed), "at": reviewed.at.isoformat()}
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(file, json.dumps(told).encode())


def kept(file: Path) -> Reviewed | None:
    """The last review; ``None`` where there was none, or where it cannot be read any more."""
    try:
        told: dict[str, Any] = json.loads(file.read_bytes())
        return Reviewed(
            at=datetime.fromisoformat(told["at"]),
            days=float(told["days"]),
            unsure=int(told["unsure"]),
            permits={str(name): bool(used) for name, used in told["permits"].items()},
            roles={str(name): RoleUse(**use) for name, use in told["roles"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def of_roles_and_permits(
    wanted: Wanted, reviewed: Reviewed | None, now: datetime
) -> Iterator[Collected]:
    """All that there are now, with what is known of their use."""
    why_not = f"nobody has looked: `{_COMMAND}`" if reviewed is None else reviewed.why_not(now)
    permits = {} if reviewed is None or why_not else reviewed.permits
    roles = {} if reviewed is None or why_not else reviewed.roles
    at = now if reviewed is None else reviewed.at
    unsure = 0 if reviewed is None else reviewed.unsure

    def told(name: str, use: Any, *, is_used: bool) -> Observation:
        why = why_not or ("" if use is not None else f"{name} was not there at the last review")
        if not why and not is_used and unsure:
            why = f"{unsure:,} requests are not wholly known, which may have used it"
        if why:
            return Observation(State.ERROR, None, _COMMAND, at, why)
        return Observation(State.KNOWN, use, _COMMAND, at)

    for name in _permits(wanted):
        used = permits.get(name)
        use = None if used is None else {"used": used}
        yield _made("ringwall-permit", name, told(name, use, is_used=bool(used)))
    for name in sorted(wanted.world.roles):
        found = roles.get(name)
        if found is None and not why_not:
            continue  # by no policy anything hangs on it
        use = None if found is None else asdict(found)
        yield _made("ringwall-role", name, told(name, use, is_used=bool(found and found.used)))


def _permits(wanted: Wanted) -> list[str]:
    """The permits whose use the record tells of."""
    policies = () if wanted.policies is None else wanted.policies.policies
    return [
        one.id
        for one in policies
        if one.effect is Effect.PERMIT and not is_between_services(one.principal.type)
    ]


def _made(kind: str, name: str, use: Observation) -> Collected:
    return Collected(found=Found(kind=kind, name=name, label=name), aspects={"use": use})
