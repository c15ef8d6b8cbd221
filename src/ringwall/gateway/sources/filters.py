"""The filters of the running edge, told what they refuse between two changes of configuration.

Networks are not among it: those of lists are in a database, and those that people block are denied
at the door.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from ringwall.gateway import xds
from ringwall.gateway.envoy import lists
from ringwall.gateway.handover import Handover
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.sources import denials
from ringwall.gateway.sources.against import Against, against
from ringwall.gateway.sources.denials import Denial
from ringwall.gateway.sources.kinds import Kind, Meant, meant
from ringwall.gateway.sources.said import SAID, Said, read
from ringwall.gateway.staging import STAGED, moment

_log = logging.getLogger(__name__)

BLOCKED: Final = "sources/blocked.json"
"""What people block other than networks, in the form of :mod:`~ringwall.gateway.sources.denials`;
what it is of is written as in commands."""


def refresh(layout: Layout, *, now: datetime) -> bool:
    """Tell the edge what is refused at ``now``; whether that is something new.

    What a change of configuration under way has laid out is brought up to date too, by what that
    configuration says. Envoy takes the files within half a second.
    """
    folder = Path(layout.xds(EDGE).path)
    blocked = tuple(blocked_now(layout, now=now))
    with moment(layout.state):
        given = [
            xds.replace_filter(path.parent / f"ecds-{name}.json", resource)
            for path in Handover.wherever(folder, SAID)
            if path.parent.exists() and (found := _said(path, folder)) is not None
            for name, resource in lists.filters(
                found.availability.sources,
                against(found.availability.sources, blocked=blocked, now=now),
                by_header=found.by_header,
            ).items()
        ]
    return any(given)


def refused_now(layout: Layout, said: Said, *, now: datetime) -> Against:
    """What is refused at ``now``."""
    return against(said.availability.sources, blocked=blocked_now(layout, now=now), now=now)


def blocked_now(layout: Layout, *, now: datetime) -> Mapping[Meant, Denial]:
    """What people block at ``now`` other than networks; a damaged file blocks nothing, and is told.

    Who writes it, from the tables, puts it right within a second.
    """
    try:
        found = denials.told(layout.state / BLOCKED)
        return {
            meant(text): one for text, one in found.items() if one.until is None or one.until > now
        }
    except ValueError as error:
        _log.error("what %s blocks is let in: %s", BLOCKED, error)
        return {}


def said_of(layout: Layout) -> Said | None:
    """What the configuration in force says; ``None`` before anything was applied."""
    return read(Path(layout.xds(EDGE).path) / SAID)


def file_of(kind: Kind, *, by_header: bool) -> str:
    """The name of the file that refuses sources of a kind; networks are denied at the door."""
    if kind is Kind.AGENT:
        return f"ecds-{lists.AGENTS}.json"
    return f"ecds-{lists.AT_REQUESTS if by_header else lists.AT_CONNECTIONS}.json"


def why_not_looked_at(kind: Kind, said: Said) -> str | None:
    """What has to stand in the configuration before sources of a kind can be refused.

    ``None`` where they can be.
    """
    sources = said.availability.sources
    wanted = {
        Kind.COUNTRY: ("countries: {database: FILE.mmdb}", sources.countries is not None),
        Kind.SYSTEM: ("systems: {database: FILE.mmdb}", sources.systems is not None),
        Kind.FINGERPRINT: ("fingerprints: {}", sources.take_fingerprints),
        Kind.AGENT: ("user_agents: {}", sources.look_at_agents),
    }
    key, is_there = wanted.get(kind, ("", True))
    return None if is_there else f"availability.sources.{key}"


def _said(path: Path, folder: Path) -> Said | None:
    """What the configuration says that files in one place are of.

    Of one under way the file is where it is staged until it is in force.
    """
    for one in (path, folder / STAGED / SAID, folder / SAID):
        found = read(one)
        if found is not None:
            return found
    return None
