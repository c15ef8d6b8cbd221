"""Where everything that services send is taken: judged, told apart from repeats, made durable."""

import asyncio
import logging
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from ringwall.lake.intake.admitting import (
    ACCEPTED,
    DUPLICATE,
    OTHER_CONTENT,
    QUARANTINED,
    Candidate,
    admit,
    evidence,
)
from ringwall.lake.intake.counts import Counts
from ringwall.lake.intake.pressure import CANNOT_WRITE, TOO_MUCH, NoRoomError, Pressure
from ringwall.lake.intake.spool import MOST_WAITING, Spool
from ringwall.lake.intake.window import NEW, SAME, Window
from ringwall.runtime.spool.segments import closed_segments

_AT_ONCE: Final = 100
"""Candidates that are judged before others have their turn."""
_LOOKED_BACK: Final = 8 * 1024 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the sender is told of one event."""

    status: str
    reason: str | None = None
    uid: str | None = None


class Desk:
    """One for the process: it alone appends to the spool."""

    def __init__(self, spool: Spool, pressure: Pressure, counts: Counts, window: Window) -> None:
        self._spool, self.pressure, self.counts = spool, pressure, counts
        self._window = window
        self._latest = 0

    async def take(self, service: str, candidates: Iterable[Candidate]) -> list[Outcome]:
        """Return once everything that came is on the disk, as events or as evidence.

        :class:`NoRoomError` where it is not for certain, and should be sent again.
        """
        self._check_room()
        remembered: list[str] = []
        try:
            lines, outcomes = await self._judge(service, candidates, remembered)
        except BaseException:
            self._forget(service, remembered)
            raise
        try:
            await self._spool.append(lines)
        except OSError as error:
            self._forget(service, remembered)
            self._tell(error)
            raise NoRoomError(CANNOT_WRITE) from error
        except BaseException:
            # Whoever sent it has gone, and nobody knows whether it is kept: sent again it is new.
            self._forget(service, remembered)
            raise
        self.counts.troubles.pop(CANNOT_WRITE, None)
        self.pressure.add(len(lines))
        self._check_repeats(service, outcomes)
        self._count(service, outcomes)
        return outcomes

    async def room(self) -> None:
        """Wait until something is taken."""
        await self.pressure.room()

    async def _judge(
        self, service: str, candidates: Iterable[Candidate], remembered: list[str]
    ) -> tuple[bytes, list[Outcome]]:
        parts: list[bytes] = []
        outcomes: list[Outcome] = []
        for number, one in enumerate(candidates, 1):
            lines, outcome = self._one(service, one, remembered)
            parts.append(lines)
            outcomes.append(outcome)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        return b"".join(parts), outcomes

    def _one(self, service: str, one: Candidate, remembered: list[str]) -> tuple[bytes, Outcome]:
        received = self._now()
        found = admit(one, service=service, received=received)
        if found.repeats is not None:
            known = self._window.look(service, found.repeats, found.content)
            if known == SAME:
                return b"", Outcome(DUPLICATE, uid=found.repeats)
            if known == NEW:
                remembered.append(found.repeats)
            elif found.status == ACCEPTED:
                found = evidence(one, OTHER_CONTENT, service=service, received=received)
        return found.lines, Outcome(found.status, found.reason, found.uid)

    def _now(self) -> int:
        """Microseconds; no two are the same, and none is before another, whatever the clock."""
        self._latest = max(self._latest + 1, time.time_ns() // 1000)
        return self._latest

    def _check_room(self) -> None:
        reason = self.pressure.reason
        if reason is None and self._spool.bytes_waiting > MOST_WAITING:
            reason = TOO_MUCH
        if reason is not None:
            self.counts.put_off[reason] += 1
            raise NoRoomError(reason)

    def _tell(self, error: OSError) -> None:
        said = error.strerror or type(error).__name__
        if CANNOT_WRITE not in self.counts.troubles:
            _log.error("%s: %s", CANNOT_WRITE, said)
        self.counts.troubles[CANNOT_WRITE] = said
        self.counts.put_off[CANNOT_WRITE] += 1

    def _forget(self, service: str, remembered: list[str]) -> None:
        for uid in remembered:
            self._window.forget(service, uid)

    def _check_repeats(self, service: str, outcomes: list[Outcome]) -> None:
        """What this request repeats may have been under way, and failed: then it is not kept."""
        for one in outcomes:
            if one.status == DUPLICATE and one.uid and not self._window.knows(service, one.uid):
                raise NoRoomError(CANNOT_WRITE)

    def _count(self, service: str, outcomes: list[Outcome]) -> None:
        for one in outcomes:
            if one.status == ACCEPTED:
                self.counts.accepted[service] += 1
            elif one.status == QUARANTINED:
                self.counts.quarantined[one.reason or ""] += 1
            else:
                self.counts.duplicates += 1


def remembered_from(spool: Path) -> Window:
    """A window that knows the uids of the last events of ``spool``: a process before took them."""
    window = Window()
    closed = [one.path for one in closed_segments(spool)[-1:] if not one.is_compressed]
    for path in (*closed, spool):
        for line in _last_lines(path):
            try:
                told = orjson.loads(line)
                source, uid = told["source"], told["event"]["metadata"]["uid"]
                window.remember(source.removeprefix("service/"), uid)
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # evidence, or what is none of ours: it has no uid
    return window


def _last_lines(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LOOKED_BACK))
            return file.read().splitlines()
    except FileNotFoundError:
        return []
