"""What the worker follows without pause: files of lists, ends of lists, and who runs Ringwall."""

import logging
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.db import close_old_connections
from django.utils import timezone

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.layout import EDGE, Layout
from ringwall.gateway.opening import layout_of
from ringwall.gateway.sources import filters, people, running
from ringwall.gateway.sources.against import next_end
from ringwall.gateway.sources.bringing import bring
from ringwall.gateway.sources.feeds import Outcome, read_due, told
from ringwall.gateway.sources.lists import ListError
from ringwall.gateway.sources.said import SAID, Said
from ringwall.gateway.sources.shelf import Shelf
from ringwall.runtime.installation import Installation

_log = logging.getLogger(__name__)

_LOOKS_EVERY_S: Final = 0.1
_WHO_RUNS_IT_EVERY_S: Final = 1.0
_AGAIN_AFTER: Final = timedelta(seconds=30)

Sign = tuple[int, int, int] | None


def follow_lists(installation: Installation, stop: threading.Event) -> None:
    """Have the edge go by what is saved and by what is over, within a second; until ``stop``."""
    following = Following(layout_of(installation))
    failed = ""
    while not stop.wait(_LOOKS_EVERY_S):
        try:
            following.look(timezone.now())
            failed = ""
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody else would follow
            if str(error) != failed:
                _log.exception("lists cannot be followed")
            failed = str(error)


class Following:
    """What was seen last of the files and tables that lists come from."""

    def __init__(self, layout: Layout) -> None:
        self._layout, self._shelf = layout, Shelf(layout.state)
        self._said: Said | None = None
        self._of: Sign = None
        self._blocked: Sign = None
        self._due: datetime | None = None
        self._asked_who: float = 0.0
        self._has_tables = True
        self._handled: dict[Path, Sign] = {}
        self._seen: dict[Path, Sign] = {}

    def look(self, now: datetime) -> None:
        """Do what has become due since the look before."""
        said = self._current()
        if said is None:
            return
        availability = said.availability
        if time.monotonic() - self._asked_who >= _WHO_RUNS_IT_EVERY_S:
            self._asked_who = time.monotonic()
            if self._write_who_runs_it(now) and availability.sources.feeds:
                self._rebuild(availability, now)
        blocked = _sign(self._layout.state / filters.BLOCKED)
        if blocked != self._blocked:  # one of them may end sooner than all that was known
            self._blocked, self._due = blocked, None
        if self._due is None or now >= self._due:
            filters.refresh(self._layout, now=now)
            if availability.sources.lists:
                self._rebuild(availability, now)
            self._due = self._next(availability, now)
        if self._is_other(*(self._root / one for one in availability.sources.databases.values())):
            self._tell(
                bring(availability.sources, root=self._root, state=self._layout.state, now=now)
            )
        for feed in availability.sources.feeds:
            if feed.file is not None and self._is_other(self._root / feed.file):
                self._read(availability, feed.name, now)

    @property
    def _root(self) -> Path:
        return self._layout.root

    def _current(self) -> Said | None:
        """What the configuration in force says; read when it is another."""
        file = Path(self._layout.xds(EDGE).path) / SAID
        sign = _sign(file)
        if sign != self._of:
            self._said, self._of, self._due = filters.said_of(self._layout), sign, None
            self._handled.clear()
        return self._said

    def _next(self, availability: Availability, now: datetime) -> datetime:
        """When something is over next, or else some time from now, should that be a moved clock."""
        blocked = filters.blocked_now(self._layout, now=now).values()
        ends = [one.until for one in blocked if one.until is not None]
        first = next_end(availability.sources, now)
        return min([now + _AGAIN_AFTER, *ends, *([] if first is None else [first])])

    def _is_other(self, *files: Path) -> bool:
        """Whether a file is other than it was handled, and rests: it is not being written to."""
        found = False
        for file in files:
            sign, before = _sign(file), self._seen.get(file)
            self._seen[file] = sign
            if sign == before and sign != self._handled.get(file, ()):
                self._handled[file] = sign
                found = True
        return found

    def _read(self, availability: Availability, name: str, now: datetime) -> None:
        before = self._shelf.kept(name).refused
        try:
            done = read_due(
                availability, root=self._root, state=self._layout.state, now=now, only=name
            )
        except ListError as error:
            _log.error("the lists of before stay: %s", error)
            return
        self._tell(tuple(one for one in done if one.refused != before or one.changed))

    def _tell(self, outcomes: tuple[Outcome, ...]) -> None:
        for one in outcomes:
            for line in told((one,)):
                _log.log(logging.ERROR if one.refused else logging.INFO, "%s", line)

    def _rebuild(self, availability: Availability, now: datetime) -> None:
        if not availability.sources.are_asked:
            return
        try:
            self._shelf.rebuild(availability, now=now)
        except ListError as error:
            _log.error("the lists of before stay: %s", error)

    def _write_who_runs_it(self, now: datetime) -> bool:
        """Whether somebody else is signed in now; while the tables are away all stay who were."""
        try:
            found = people.running_it(now)
        except Exception as error:  # noqa: BLE001 - nobody is to be cut off for it
            if self._has_tables:
                _log.error("who is signed in is not known: %s", error)
            self._has_tables = False
            close_old_connections()
            return False
        self._has_tables = True
        return running.write(self._layout.state, found)


def _sign(file: Path) -> Sign:
    """By what it is seen that a file is another; ``None`` where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
