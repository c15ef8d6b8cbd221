"""Legal holds: events that stay however old they are, until somebody takes the hold back."""

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

import orjson

from ringwall.runtime.private_files import write_private

FILE: Final = "holds.json"
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What is held and why. What is not said matches everything; days are of UTC, both included."""

    name: str
    reason: str
    user: str | None = None
    tenant: str | None = None
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        """Refuse a name that could not name one, and a hold without a reason."""
        if not NAME.fullmatch(self.name):
            msg = f"{self.name!r} cannot name a hold: write lower-case letters, digits and dashes"
            raise ValueError(msg)
        if not self.reason.strip():
            raise ValueError("a hold has a reason: who asked for it, and in which matter")

    def condition(self) -> str:
        """The same over the columns of the table, as SQL."""
        said = []
        if self.user is not None:
            user = _quoted(self.user)
            said.append(f"(actor_user_uid = {user} OR user_uid = {user})")
        if self.tenant is not None:
            said.append(f"tenant_uid = {_quoted(self.tenant)}")
        if self.since is not None:
            said.append(f"day >= '{self.since.isoformat()}'")
        if self.until is not None:
            said.append(f"day <= '{self.until.isoformat()}'")
        return " AND ".join(said) or "true"


def read_holds(log: Path) -> list[Hold]:
    """All holds of the log in a folder; ``ValueError`` where they cannot be read."""
    try:
        content = (log / FILE).read_bytes()
    except FileNotFoundError:
        return []
    try:
        return [_hold(one) for one in orjson.loads(content)]
    except (ValueError, TypeError, KeyError) as error:
        msg = f"{log / FILE} cannot be read, so nothing is deleted: {error}"
        raise ValueError(msg) from error


def write_holds(log: Path, held: Sequence[Hold]) -> None:
    """Keep these, durably, instead of those before."""
    write_private(log / FILE, orjson.dumps([asdict(one) for one in held]))


def _hold(found: dict[str, str | None]) -> Hold:
    since, until = found.get("since"), found.get("until")
    return Hold(
        name=str(found["name"]),
        reason=str(found["reason"]),
        user=found.get("user"),
        tenant=found.get("tenant"),
        since=None if since is None else date.fromisoformat(since),
        until=None if until is None else date.fromisoformat(until),
    )


def _quoted(text: str) -> str:
    """A text of SQL; a NUL, which no column has, matches nothing."""
    return "'" + text.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("'", "''") + "'"
