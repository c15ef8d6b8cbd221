"""The door of the running edge, told whom to deny between two changes of configuration.

Nothing here needs the tables. Whom the sentry denies it writes to a file, which is followed by
:mod:`ringwall.gateway.sources.blocking`.
"""

import hashlib
import json
import logging
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from ringwall.gateway import xds
from ringwall.gateway.admin import Admin, AdminUnreachableError
from ringwall.gateway.config import Network
from ringwall.gateway.envoy.denied import BY_HEADER, Denied, denied_by_header, doors
from ringwall.gateway.handover import Handover
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.sources import denials
from ringwall.gateway.sources.denials import Denial
from ringwall.gateway.sources.told import Told, told
from ringwall.gateway.staging import moment
from ringwall.runtime.private_files import private_folder, write_private

_log = logging.getLogger(__name__)

_LISTENERS: Final = "lds.json"
_POLL: Final = 0.02


def refresh(layout: Layout, *, now: datetime) -> bool:
    """Tell the edge who is denied at ``now``; whether that is something new.

    What a change of configuration under way has laid out is brought up to date too. Nothing is
    waited for: Envoy takes the files within half a second.
    """
    known = told(layout.state)
    if known is None:
        return False  # nothing was applied yet
    folder = Path(layout.xds(EDGE).path)
    with moment(layout.state):
        found = denied_now(layout, now=now, known=known)
        given = [
            *(
                _replace_doors(path, found.at_the_door)
                for path in Handover.wherever(folder, _LISTENERS)
            ),
            *(
                xds.replace_filter(path, denied_by_header(found.networks))
                for path in Handover.wherever(folder, f"ecds-{BY_HEADER}.json")
            ),
        ]
    if found.left_out and any(given):
        shown = ", ".join(map(str, found.left_out[:5]))
        _log.error("%d blocks have no room and are not in force: %s", len(found.left_out), shown)
    return any(given)


def await_taken(
    layout: Layout, *, changed: bool, within: float, file: str | None = None
) -> bool | None:
    """Wait until the edge of this machine has in force what it was told last; seconds.

    That is whom it denies, or what else is in the ``file`` of this name. ``None`` where no edge
    runs. What has not ``changed`` may have been told a moment ago, by who follows the tables; it is
    not waited for where nobody asks for it.
    """
    admin = Admin(layout.admin(EDGE))
    folder = Path(layout.xds(EDGE).path)
    filters = folder / f"ecds-{BY_HEADER}.json"
    name = file or (filters.name if filters.exists() else _LISTENERS)
    versions: set[str] = set()  # others may tell it more meanwhile: a later one has this too
    statistics = rf"{xds.statistics_of(name)}version_text$"
    deadline = time.monotonic() + within
    while True:
        versions.add(_version(folder / name))
        try:
            found = admin.stats(statistics)
        except (AdminUnreachableError, OSError):
            return None
        if not versions.isdisjoint(found.values()) or not (changed or found):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)


def denied_now(layout: Layout, *, now: datetime, known: Told | None = None) -> Denied:
    """Who is denied at ``now``, as the files say; a damaged one denies nobody, which is logged."""
    known = known or told(layout.state) or Told()
    return denials.in_force(
        _read(layout.state / denials.BLOCKS),
        _read(layout.run / denials.DENIED),
        spared=known.spared,
        by_header=known.by_header,
        now=now,
    )


def _replace_doors(path: Path, networks: Sequence[Network]) -> bool:
    if not path.exists():
        return False
    listeners = xds.resources(path)
    after = doors(listeners, networks)
    if after == listeners:
        return False
    private_folder(path.parent)
    # Envoy wants another version of what is other; a change of configuration brings its own.
    version = hashlib.sha256(xds.encoded({"resources": after})).hexdigest()[:16]
    write_private(path, xds.encoded({"resources": after, "version_info": version}))
    return True


def _version(path: Path) -> str:
    try:
        return str(json.loads(path.read_bytes())["version_info"])
    except (OSError, ValueError, KeyError):
        return ""


def _read(path: Path) -> dict[Network, Denial]:
    try:
        return denials.read(path)
    except (ValueError, json.JSONDecodeError) as error:
        _log.error("whom %s denies is let in: %s", path.name, error)
        return {}
