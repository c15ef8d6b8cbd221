"""Peace or alarm: which of two route tables the edge has, and who says so.

Both are rendered when a configuration is applied, and lie beside the one that Envoy reads under
names of their own; to switch is one renaming for each table. What stands in the chain of filters
for the alarm alone is switched on by its table, at once, and no connection is lost.

The posture is kept below the state folder. It outlives restarts of Ringwall and of the edge, and
new configurations, which are put in force in the posture of the moment.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from ringwall.gateway.staging import moment, wherever
from ringwall.runtime.private_files import write_private

_FILE: Final = "posture.json"
_TABLE: Final = "rds-"
_TEMPORARY: Final = ".new-posture"


class Posture(StrEnum):
    """How the edge stands."""

    PEACE = "peace"
    ALARM = "alarm"


class Order(StrEnum):
    """What the operators say about it."""

    AUTO = "auto"
    """An attack that is recognised raises the alarm, and its end ends it."""
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """The posture and its reasons. ``since`` is when it came to be what it is, UTC."""

    order: Order = Order.AUTO
    recognised: bool = False
    """Whether an attack is under way, as far as was recognised."""
    reason: str = ""
    author: str = ""
    since: datetime | None = None

    @property
    def posture(self) -> Posture:
        """The operators' word, and without one what was recognised."""
        raised = self.recognised if self.order is Order.AUTO else self.order is Order.ON
        return Posture.ALARM if raised else Posture.PEACE

    def to_json(self) -> dict[str, object]:
        """Plain values, the time in ISO 8601."""
        since = None if self.since is None else self.since.isoformat()
        return {**asdict(self), "since": since, "posture": self.posture}


def read_stance(state: Path) -> Stance:
    """What was written last; of what cannot be read, peace: limits and lists hold all the same."""
    try:
        found = json.loads((state / _FILE).read_bytes())
        return Stance(
            order=Order(found["order"]),
            recognised=found["recognised"] is True,
            reason=str(found["reason"]),
            author=str(found["author"]),
            since=None if found["since"] is None else datetime.fromisoformat(found["since"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Stance()


def set_posture(
    state: Path,
    *,
    order: Order | None = None,
    recognised: bool | None = None,
    reason: str = "",
    author: str = "",
    wait: bool = True,
) -> Stance:
    """Say what operators order, or what was recognised, and have the edge stand so.

    ``state`` is the installation's state folder. What is ``None`` stays as it was. Needs no
    configuration, waits for no change of one, and may be called as often as one likes: where
    nothing differs nothing is written. Envoy takes the tables within milliseconds; nobody is
    waited for. Raises ``OSError`` when the disk refuses, ``BlockingIOError`` without ``wait`` while
    another renames files.
    """
    with moment(state, wait=wait):
        before = read_stance(state)
        after = replace(
            before,
            order=before.order if order is None else order,
            recognised=before.recognised if recognised is None else recognised,
        )
        if after != before:
            after = replace(after, reason=reason, author=author)
            if after.posture is not before.posture or before.since is None:
                after = replace(after, since=datetime.now(UTC))
            write_private(state / _FILE, json.dumps(after.to_json()).encode())
        _stand(state / "xds" / "edge", after.posture)
    return after


def follow_stance(state: Path) -> None:
    """Have all that is in force or laid out stand as it is to; for what was just laid out."""
    with moment(state):
        _stand(state / "xds" / "edge", read_stance(state).posture)


def table_file(posture: Posture, table: str) -> str:
    """The name of the file of a table that is not read by Envoy under this name."""
    return f"{posture}-{table}.json"


def _stand(folder: Path, posture: Posture) -> None:
    """Give each table the contents of its variant, also where a change is under way."""
    for place in {path.parent for path in wherever(folder, _FILE)}:
        for variant in place.glob(table_file(posture, "*")):
            table = place / f"{_TABLE}{variant.name.removeprefix(f'{posture}-')}"
            # To rename one name of a file over another of the same file does nothing (rename(2)).
            if table.exists() and not table.samefile(variant):
                _rename_over(variant, table)


def _rename_over(variant: Path, table: Path) -> None:
    """Both names are of the same file then, which costs no room on the disk."""
    temporary = table.parent / _TEMPORARY
    with suppress(FileNotFoundError):
        temporary.unlink()
    temporary.hardlink_to(variant)
    temporary.replace(table)
