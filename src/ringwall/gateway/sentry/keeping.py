"""Files of the sentry's own: the present picture, attacks, and what is usual.

The picture is replaced twice a second and only of use while it is new, so it is not synced to the
disk; attacks are.
"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ringwall.gateway.sentry.finding import Event, finding, read
from ringwall.gateway.sentry.recognising import Kind, State, Watched
from ringwall.gateway.sentry.usual import Usual
from ringwall.runtime.private_files import private_folder, write_private

NOW: Final = "now.json"
_USUAL: Final = ".usual.json"
_KEPT_S: Final = 400 * 86_400.0

_log = logging.getLogger(__name__)


class Keeping:
    """``folder`` is that of the run, ``attacks`` is kept."""

    def __init__(self, folder: Path, attacks: Path) -> None:
        self._folder, self._attacks = private_folder(folder), private_folder(attacks)

    def picture(self, value: Mapping[str, Any]) -> None:
        """Put the present picture in the place of the one before."""
        replaced(self._folder / NOW, json.dumps(value).encode())

    def event(self, event: Event, *, now: float, is_new: bool = False) -> None:
        """Keep an attack as it is now."""
        content = json.dumps(finding(event, now=now, is_new=is_new), indent=1).encode()
        write_private(self._attacks / f"{event.attack.id}.json", content)

    def state(self, state: State) -> None:
        """Keep what is usual for the sentry after this one."""
        usual = {str(kind): watched.usual.to_json() for kind, watched in state.kinds.items()}
        write_private(self._attacks / _USUAL, json.dumps(usual).encode())

    def found(self) -> tuple[State, dict[str, Event]]:
        """What the sentry before this one left: what is usual, and attacks that are not over.

        What cannot be read is told and done without.
        """
        kinds = {kind: Watched(usual=usual) for kind, usual in self._usual().items()}
        events = {}
        for event in sorted(events_in(self._attacks)[0], key=lambda one: one.attack.began):
            if event.attack.ended is None:
                usual = kinds.get(event.attack.kind, Watched()).usual
                kinds[event.attack.kind] = Watched(usual=usual, attack=event.attack)
                events[event.attack.id] = event
        return State(kinds), events

    def forget(self, now: float) -> None:
        """Delete attacks that ended long ago."""
        for event in events_in(self._attacks)[0]:
            if event.attack.ended is not None and now - event.attack.ended > _KEPT_S:
                (self._attacks / f"{event.attack.id}.json").unlink(missing_ok=True)

    def _usual(self) -> dict[Kind, Usual]:
        try:
            found = json.loads((self._attacks / _USUAL).read_bytes())
            return {Kind(kind): Usual.of_json(value) for kind, value in found.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            _log.warning("what is usual has to be learnt anew, it cannot be read: %r", error)
            return {}


def events_in(folder: Path) -> tuple[list[Event], list[str]]:
    """The attacks that are kept, and the names of files that cannot be read."""
    events, damaged = [], []
    for path in sorted(folder.glob("[!.]*.json")):
        try:
            events.append(read(json.loads(path.read_bytes())))
        except (ValueError, OSError):
            damaged.append(path.name)
    return events, damaged


def replaced(path: Path, content: bytes) -> None:
    """Put a file in the place of another by its name; after a loss of power it may be neither."""
    beside = path.with_name(f".{path.name}.new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    beside.replace(path)
