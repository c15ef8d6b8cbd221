"""One connection of HTTP/2, bounded in every direction (RFC 9113, read by h2).

As in HTTP/1.1, who asks and what for is judged by the head, before any of the body is taken. What a
peer does that brings no request further (pings, settings, streams it takes back) is counted, and
too much of it ends the connection.
"""

import asyncio
import logging
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError
from h2.settings import SettingCodes, Settings

from ringwall.lake.intake.frames import PREFACE, Frames
from ringwall.lake.intake.http1 import ANSWER_S, BODY_S, HEAD_BYTES, IDLE_S, Head, Held
from ringwall.lake.intake.replies import Judge, Ready, Refusals, Reply

_STREAMS: Final = 100
_WINDOW: Final = 1024 * 1024
_FIRST_S: Final = 10.0
_OLDEST_S: Final = 3600.0
"""After this a peer has to prove anew who it is."""
_MOST_IDLE_FRAMES: Final = 1000
"""Of frames that bring no request further, since the last that was answered."""

_log = logging.getLogger(__name__)


@dataclass
class _Stream:
    ready: Ready
    until: float
    parts: list[bytes] = field(default_factory=list)
    size: int = 0


class Streams:
    """Serves one connection until it ends. ``held`` is shared by all.

    ``largest`` is how many octets a body may have, ``until`` when the peer's proof ends, in seconds
    since 1970, and ``once`` the fields that may be there once.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        judge: Judge,
        held: Held,
        *,
        refusals: Refusals,
        largest: int,
        once: frozenset[str],
        until: float | None = None,
    ) -> None:
        self._reader, self._writer, self._judge, self._held = reader, writer, judge, held
        self._refusals, self._largest, self._once = refusals, largest, once
        left = _OLDEST_S if until is None else min(_OLDEST_S, until - time.time())
        self._ends = time.monotonic() + left
        self._streams: dict[int, _Stream] = {}
        self._answering: dict[int, asyncio.Task[None]] = {}
        self._idle_frames = 0
        self._useful = time.monotonic() + _FIRST_S - IDLE_S
        self._http = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self._http.local_settings = Settings(
            client=False,
            initial_values={
                SettingCodes.MAX_CONCURRENT_STREAMS: _STREAMS,
                SettingCodes.MAX_HEADER_LIST_SIZE: HEAD_BYTES,
                SettingCodes.INITIAL_WINDOW_SIZE: _WINDOW,
            },
        )
        self._http.decoder.max_header_list_size = HEAD_BYTES

    async def serve(self, before: bytes = b"") -> None:
        """Answer requests; ``before`` was read from the connection already."""
        self._http.initiate_connection()
        self._http.increment_flow_control_window(_WINDOW)
        try:
            await self._send()
            await self._serve(before)
        finally:
            for task in self._answering.values():
                task.cancel()
            self._held.size -= sum(one.size for one in self._streams.values())
            self._streams.clear()

    async def _serve(self, data: bytes) -> None:
        frames = Frames()
        while True:
            if data:
                if not frames.are_bounded(data):
                    await self._end(ErrorCodes.FRAME_SIZE_ERROR)
                    return
                try:
                    events = self._http.receive_data(data)
                    for event in events:
                        self._take(event)
                except ProtocolError:
                    await self._end(ErrorCodes.PROTOCOL_ERROR)
                    return
                if self._idle_frames > _MOST_IDLE_FRAMES:
                    await self._end(ErrorCodes.ENHANCE_YOUR_CALM)
                    return
                if any(isinstance(event, ConnectionTerminated) for event in events):
                    await self._answered()
                    return
                await self._send()
            try:
                async with asyncio.timeout(max(0.0, self._next() - time.monotonic())):
                    data = await self._reader.read(64 * 1024)
            except TimeoutError:
                data = b""
                if await self._is_over():
                    return
            else:
                if not data:  # whoever asked does not listen any more
                    await self._answered()
                    return

    def _next(self) -> float:
        """When there is something to look after, by the monotonic clock."""
        if self._answering:
            return time.monotonic() + 1.0
        bodies = [one.until for one in self._streams.values()]
        return min(self._ends, *bodies) if bodies else min(self._ends, self._useful + IDLE_S)

    async def _is_over(self) -> bool:
        """Refuse bodies that took too long; end what is idle, or too old, and say so."""
        now = time.monotonic()
        for number, one in list(self._streams.items()):
            if one.until <= now:
                self._refuse(number, self._refusals.too_slow)
        if now >= self._ends:
            for number in set(self._streams) - set(self._answering):
                self._refuse(number, self._refusals.no_room)
        elif self._streams or now < self._useful + IDLE_S:
            await self._send()
            return False
        await self._answered()
        await self._end(ErrorCodes.NO_ERROR)
        return True

    async def _answered(self) -> None:
        """Wait until what was asked wholly is answered."""
        if self._answering:
            await asyncio.wait(self._answering.values(), timeout=ANSWER_S)

    def _take(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            self._begin(event)
        elif isinstance(event, DataReceived):
            self._part(event)
        elif isinstance(event, StreamEnded):
            self._ended(event.stream_id)
        elif isinstance(event, StreamReset):
            self._idle_frames += 10
            self._drop(event.stream_id)
        else:
            self._idle_frames += 1

    def _begin(self, event: RequestReceived) -> None:
        number = event.stream_id
        assert number is not None  # noqa: S101 - each request has one
        found = self._judge(self._head(event))
        if isinstance(found, Reply):
            self._answer(number, found, is_whole=event.stream_ended is not None)
            return
        self._streams[number] = _Stream(found, time.monotonic() + BODY_S)

    def _head(self, event: RequestReceived) -> Head | None:
        headers: dict[str, str] = {}
        for name, value in event.headers or ():
            told = name.decode("latin-1")
            if told in headers and told in self._once:
                return None
            headers[told] = value.decode("latin-1")
        return Head(headers.get(":method", ""), headers.get(":path", "").partition("?")[0], headers)

    def _part(self, event: DataReceived) -> None:
        number, data = event.stream_id, event.data or b""
        assert number is not None  # noqa: S101 - as above
        self._http.acknowledge_received_data(event.flow_controlled_length or 0, number)
        stream = self._streams.get(number)
        if stream is None:
            self._idle_frames += 1  # of a body that was refused
            return
        if len(data) < 64:
            self._idle_frames += 1
        stream.size += len(data)
        self._held.size += len(data)
        stream.parts.append(data)
        if stream.size > self._largest:
            self._refuse(number, self._refusals.too_large)
        elif self._held.size > self._held.most:
            self._refuse(number, self._refusals.no_room)

    def _ended(self, number: int | None) -> None:
        stream = None if number is None else self._streams.get(number)
        if number is None or stream is None:
            return
        body = b"".join(stream.parts)
        stream.parts.clear()
        stream.until = time.monotonic() + 2 * BODY_S
        self._answering[number] = asyncio.create_task(self._ready(number, stream, body))

    async def _ready(self, number: int, stream: _Stream, body: bytes) -> None:
        try:
            reply = await stream.ready(body)
            self._idle_frames, self._useful = 0, time.monotonic()
            if number in self._streams:
                self._answer(number, reply, is_whole=True)
                await self._send()
        except (OSError, TimeoutError):
            self._writer.transport.abort()  # it went, or does not listen
        except Exception:  # noqa: BLE001 - one request is not to end the others; it is told
            _log.exception("a request was not answered")
            with suppress(ProtocolError):
                self._http.reset_stream(number, ErrorCodes.INTERNAL_ERROR)
        finally:
            self._answering.pop(number, None)
            self._drop(number)

    def _refuse(self, number: int, reply: Reply) -> None:
        self._drop(number)
        self._answer(number, reply, is_whole=False)

    def _drop(self, number: int | None) -> None:
        stream = None if number is None else self._streams.pop(number, None)
        if stream is not None:
            self._held.size -= stream.size

    def _answer(self, number: int, reply: Reply, *, is_whole: bool) -> None:
        """Queue it. Who leaves no room for so small an answer gets none."""
        try:
            is_head_alone = not reply.body and not reply.trailers
            self._http.send_headers(number, list(reply.head), end_stream=is_head_alone)
            if reply.body:
                if self._http.local_flow_control_window(number) < len(reply.body):
                    self._http.reset_stream(number, ErrorCodes.FLOW_CONTROL_ERROR)
                    return
                self._http.send_data(number, reply.body, end_stream=not reply.trailers)
            if reply.trailers:
                self._http.send_headers(number, list(reply.trailers), end_stream=True)
            if not is_whole:  # what else the peer has to say is not wanted (section 8.1)
                self._http.reset_stream(number, ErrorCodes.NO_ERROR)
        except ProtocolError:
            pass  # it took the stream back: nobody waits for it

    async def _end(self, code: ErrorCodes) -> None:
        with suppress(ProtocolError):
            self._http.close_connection(code)
        await self._send()

    async def _send(self) -> None:
        data = self._http.data_to_send()
        if data:
            self._writer.write(data)
        async with asyncio.timeout(ANSWER_S):
            await self._writer.drain()


async def begun(reader: asyncio.StreamReader) -> bytes:
    """As much of the connection as tells whether it begins as HTTP/2 does, by prior knowledge."""
    found = b""
    with suppress(TimeoutError):
        async with asyncio.timeout(_FIRST_S):
            while len(found) < len(PREFACE) and PREFACE.startswith(found):
                data = await reader.read(len(PREFACE) - len(found))
                if not data:
                    break
                found += data
    return found
