"""Peace or alarm: which of two route tables the edge has, and who says so.

Both are rendered when a configuration is applied, and lie beside the one that Envoy reads under
names of their own; to switch is one renaming for each table. Where some hosts alone are attacked
the table is put together of theirs in alarm and the others' in peace. What stands in the chain of
filters for the alarm alone is switched on by its table, at once, and no connection is lost.

The posture is kept below the state folder. It outlives restarts of Ringwall and of the edge, and
new configurations, which are put in force in the posture of the moment.
"""

import json
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from ringwall.gateway import recording, xds
from ringwall.gateway.staging import STAGED, moment, wherever
from ringwall.runtime.private_files import write_private

_FILE: Final = "posture.json"
_TABLE: Final = "rds-"
_TEMPORARY: Final = ".new-posture"
_OF_HOSTS: Final = "virtual_hosts"


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


class AllHosts(StrEnum):
    """In the place of names of hosts."""

    ALL = "all"


ALL: Final = AllHosts.ALL
Hosts = frozenset[str] | AllHosts
"""Hosts as the configuration names them, or all there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """The posture and its reasons. ``since`` is when it came to be what it is, UTC."""

    order: Order = Order.AUTO
    ordered: Hosts = ALL
    """Where operators order it."""
    recognised: bool = False
    """Whether an attack is under way, as far as was recognised."""
    attacked: Hosts = ALL
    """Where one is."""
    reason: str = ""
    author: str = ""
    since: datetime | None = None

    @property
    def posture(self) -> Posture:
        """The operators' word, and without one what was recognised."""
        raised = self.recognised if self.order is Order.AUTO else self.order is Order.ON
        return Posture.ALARM if raised else Posture.PEACE

    @property
    def hosts(self) -> Hosts:
        """Which hosts stand in alarm: those that are attacked too where some are ordered to."""
        if self.posture is Posture.PEACE:
            return frozenset()
        if self.order is Order.AUTO:
            return self.attacked
        attacked = self.attacked if self.recognised else frozenset[str]()
        if isinstance(self.ordered, AllHosts) or isinstance(attacked, AllHosts):
            return ALL
        return self.ordered | attacked

    def to_json(self) -> dict[str, object]:
        """Plain values, the time in ISO 8601; hosts as a list, or as ``all``."""
        return {
            **asdict(self),
            "ordered": _plain(self.ordered),
            "attacked": _plain(self.attacked),
            "hosts": _plain(self.hosts),
            "since": None if self.since is None else self.since.isoformat(),
            "posture": self.posture,
        }


def _plain(hosts: Hosts) -> object:
    return hosts if isinstance(hosts, AllHosts) else sorted(hosts)


def _hosts(value: object) -> Hosts:
    """Of plain values; all for what was written before there were some."""
    return frozenset(map(str, value)) if isinstance(value, list) else ALL


def read_stance(state: Path) -> Stance:
    """What was written last; of what cannot be read, peace: limits and lists hold all the same."""
    try:
        found = json.loads((state / _FILE).read_bytes())
        return Stance(
            order=Order(found["order"]),
            ordered=_hosts(found.get("ordered")),
            recognised=found["recognised"] is True,
            attacked=_hosts(found.get("attacked")),
            reason=str(found["reason"]),
            author=str(found["author"]),
            since=None if found["since"] is None else datetime.fromisoformat(found["since"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Stance()


def set_posture(
    state: Path,
    *,
    order: Order | None = None,
    recognised: bool | None = None,
    hosts: Hosts = ALL,
    reason: str = "",
    author: str = "",
    wait: bool = True,
) -> Stance:
    """Say what operators order, or what was recognised, and have the edge stand so.

    ``state`` is the installation's state folder. What is ``None`` stays as it was. ``hosts`` is
    where it is to be, of an order or of what was recognised. Needs no configuration, waits for no
    change of one, and may be called as often as one likes: where nothing differs nothing is
    written. Envoy takes the tables within milliseconds; nobody is waited for. Raises ``OSError``
    when the disk refuses, ``BlockingIOError`` without ``wait`` while another renames files.
    """
    with moment(state, wait=wait):
        before = read_stance(state)
        after = replace(
            before,
            order=before.order if order is None else order,
            ordered=before.ordered if order is None else hosts,
            recognised=before.recognised if recognised is None else recognised,
            attacked=before.attacked if recognised is None else hosts,
        )
        if after != before:
            after = replace(after, reason=reason, author=author)
            if after.posture is not before.posture or before.since is None:
                after = replace(after, since=datetime.now(UTC))
            write_private(state / _FILE, json.dumps(after.to_json()).encode())
        _stand(state / "xds" / "edge", after.hosts)
    if after != before:
        recording.posture_changed(state, before.to_json(), after.to_json())
    return after


def follow_stance(state: Path) -> None:
    """Have all that is in force or laid out stand as it is to; for what was just laid out."""
    with moment(state):
        _stand(state / "xds" / "edge", read_stance(state).hosts)


def hosts_of_tables(state: Path) -> frozenset[str]:
    """The hosts of the tables in force, by which the alarm can be raised; none before there are."""
    tables = (state / "xds" / "edge").glob(table_file(Posture.ALARM, "*"))
    found = (
        host["name"] for table in tables for one in xds.resources(table) for host in one[_OF_HOSTS]
    )
    return frozenset(found) - {"misdirected host"}


def table_file(posture: Posture, table: str) -> str:
    """The name of the file of a table that is not read by Envoy under this name."""
    return f"{posture}-{table}.json"


def _stand(folder: Path, hosts: Hosts) -> None:
    """Give each table the contents of its variant, also where a change is under way."""
    for place in {path.parent for path in wherever(folder, _FILE)}:
        for table in place.glob(f"{_TABLE}*.json"):
            peace, alarm = (_variant(one, table, folder) for one in Posture)
            if peace is None or alarm is None:
                continue
            if hosts and not isinstance(hosts, AllHosts):
                _write_mixed(table, peace, alarm, hosts)
                continue
            variant = alarm if hosts else peace
            # To rename one name of a file over another of the same file does nothing (rename(2)).
            if not table.samefile(variant):
                _rename_over(variant, table)


def _variant(posture: Posture, table: Path, folder: Path) -> Path | None:
    """The variant of a table; of a change under way the first to take their places."""
    name = table_file(posture, table.stem.removeprefix(_TABLE))
    places = [table.parent, folder] if table.parent.name == STAGED else [table.parent]
    return next((place / name for place in places if (place / name).exists()), None)


def _write_mixed(table: Path, peace: Path, alarm: Path, hosts: Collection[str]) -> None:
    """Write a table of which these hosts are in alarm; nothing where it is that already.

    What both have for all hosts together is that of the alarm, which in peace does nothing.
    """
    calm = {one["name"]: one for found in xds.resources(peace) for one in found[_OF_HOSTS]}
    whole: dict[str, Any] = json.loads(alarm.read_bytes())
    for found in whole["resources"]:
        found[_OF_HOSTS] = [
            one if one["name"] in hosts else calm.get(one["name"], one) for one in found[_OF_HOSTS]
        ]
    content = xds.encoded(whole)
    if table.read_bytes() != content:
        write_private(table, content)


def _rename_over(variant: Path, table: Path) -> None:
    """Both names are of the same file then, which costs no room on the disk."""
    temporary = table.parent / _TEMPORARY
    with suppress(FileNotFoundError):
        temporary.unlink()
    temporary.hardlink_to(variant)
    temporary.replace(table)
