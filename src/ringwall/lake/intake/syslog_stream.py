"""One connection of syslog: read no faster than it is kept, and never answered (RFC 5425)."""

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from ringwall.lake.intake.admitting import Candidate
from ringwall.lake.intake.desk import Desk
from ringwall.lake.intake.framing import BrokenError, Framing, Message
from ringwall.lake.intake.pressure import NoRoomError
from ringwall.lake.intake.senders import Sender
from ringwall.lake.intake.syslog import candidate

CUT_OFF: Final = "cut off"
NO_FRAME: Final = "no length of a message"

_AT_ONCE: Final = 64 * 1024
_AGAIN_S: Final = 0.5


class SyslogStream:
    """Takes messages of ``sender`` until it ends the connection, or its certificate ends."""

    def __init__(self, reader: asyncio.StreamReader, sender: Sender, desk: Desk) -> None:
        self._reader, self._sender, self._desk = reader, sender, desk
        self._framing = Framing()

    async def serve(self) -> None:
        """Read on whenever there is room: else it is the sender who waits."""
        until = self._sender.until
        while until is None or time.time() < until:
            await self._desk.room()
            try:
                async with asyncio.timeout(None if until is None else until - time.time()):
                    data = await self._reader.read(_AT_ONCE)
            except OSError:  # it went without a word, or its certificate ended
                data = b""
            try:
                await self._take(self._framing.feed(data))
            except BrokenError as error:
                await self._take(error.before)
                await self._keep([Candidate(raw=error.rest, reason=NO_FRAME)])
                return
            if not data:
                break
        if (rest := self._framing.end()) is not None:
            await self._keep([Candidate(raw=rest[0], size=rest[1], reason=CUT_OFF)])

    async def _take(self, messages: Iterable[Message]) -> None:
        now, service = datetime.now(UTC), self._sender.service
        found = [candidate(one, service=service, now=now) for one in messages]
        if found:
            await self._keep(found)

    async def _keep(self, candidates: list[Candidate]) -> None:
        """Keep them however long it takes: nobody would send them again."""
        while True:
            try:
                await self._desk.take(self._sender.service, candidates)
            except NoRoomError:
                await asyncio.sleep(_AGAIN_S)
                await self._desk.room()
            else:
                return
