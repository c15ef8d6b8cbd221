"""One connection of HTTP/1.1, bounded in every direction (RFC 9112, read by h11).

Who asks and what for is judged by the head, before any of the body is taken.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import h11

from ringwall.lake.intake.bodies import LARGEST_SENT
from ringwall.lake.intake.pressure import RETRY_AFTER_S

HEAD_BYTES: Final = 16 * 1024
IDLE_S: Final = 75.0
"""How long a connection that was of use may be of none."""
_HEAD_S: Final = 10.0
BODY_S: Final = 30.0
ANSWER_S: Final = 10.0
"""Bounds of a connection, whichever HTTP it speaks."""
_LINGER_S: Final = 1.0
_ONCE: Final = frozenset(
    (
        "authorization",
        "content-encoding",
        "content-length",
        "content-type",
        "host",
        "idempotency-key",
        "transfer-encoding",
    )
)
"""Fields that two readers may read otherwise where they are there twice."""
MOST_HELD: Final = 64 * 1024 * 1024
"""Octets of bodies of all connections together."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a request asks for. Names of ``headers`` are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What it gets."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: Sequence[tuple[str, str]] = ()


def problem(status: int, detail: str, *headers: tuple[str, str]) -> Answer:
    """A problem as RFC 9457 writes it; what the status says already is not said again."""
    content = {"type": "about:blank", "status": status, "detail": detail}
    return Answer(status, json.dumps(content).encode(), "application/problem+json", headers)


def later(status: int, reason: str) -> Answer:
    """A problem that is over in a while."""
    return problem(status, f"{reason}: send it again", ("Retry-After", str(RETRY_AFTER_S)))


Ready = Callable[[bytes], Awaitable[Answer]]
"""Answers once the body is there."""
Judge = Callable[[Head], Answer | Ready]
"""Refuses by the head, or says who answers."""


@dataclass
class Held:
    """How much of bodies is in memory, of all connections."""

    most: int = MOST_HELD
    size: int = field(default=0)


class _BrokenError(Exception):
    """What ends the connection, with an answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Conversation:
    """Serves one connection until it ends. ``held`` is shared by all."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        judge: Judge,
        held: Held,
    ) -> None:
        self._reader, self._writer, self._judge, self._held = reader, writer, judge, held
        self._patience = _HEAD_S
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD_BYTES)

    async def serve(self, before: bytes = b"") -> None:
        """Answer one request after another; ``before`` was read from the connection already."""
        if before:
            self._http.receive_data(before)
        while await self._request():
            self._http.start_next_cycle()

    async def _request(self) -> bool:
        """Answer one; return whether another may come."""
        try:
            event = await self._first()
            if not isinstance(event, h11.Request):
                return False
            answer = await self._answered(event, self._ready(event))
        except h11.RemoteProtocolError as error:
            answer = problem(error.error_status_hint, "the request is no HTTP/1.1 as it should be")
            await self._say(answer, last=True)
            return False
        except _BrokenError as error:
            await self._say(error.answer, last=True)
            return False
        await self._say(answer)
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _ready(self, event: h11.Request) -> Ready:
        found = self._judge(_head(event))
        if isinstance(found, Answer):
            raise _BrokenError(found)
        return found

    async def _first(self) -> object:
        """The head of the next request; whatever else where there is none."""
        event = self._http.next_event()
        try:
            if event is h11.NEED_DATA:
                async with asyncio.timeout(self._patience):
                    self._http.receive_data(await self._reader.read(64 * 1024))
                event = self._http.next_event()
            async with asyncio.timeout(_HEAD_S):  # for all of it, however it drips
                while event is h11.NEED_DATA:
                    self._http.receive_data(await self._reader.read(64 * 1024))
                    event = self._http.next_event()
        except TimeoutError:
            return None
        self._patience = IDLE_S
        return event

    async def _answered(self, event: h11.Request, ready: Ready) -> Answer:
        if self._http.they_are_waiting_for_100_continue:
            go_on = h11.InformationalResponse(status_code=100, headers=[])
            await self._send(self._http.send(go_on))
        length = next((int(v) for name, v in event.headers if name == b"content-length"), 0)
        if length > LARGEST_SENT:
            raise _BrokenError(_too_large())
        parts: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(BODY_S):
                async for part in self._body():
                    size += len(part)
                    self._held.size += len(part)
                    parts.append(part)
                    if size > LARGEST_SENT:
                        raise _BrokenError(_too_large())
                    if self._held.size > self._held.most:
                        raise _BrokenError(later(503, "too much comes at once"))
            body = b"".join(parts)
            parts.clear()
            return await ready(body)
        except TimeoutError:
            raise _BrokenError(problem(408, f"the body took over {BODY_S:.0f} s")) from None
        finally:
            self._held.size -= size

    async def _body(self) -> AsyncIterator[bytes]:
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await self._reader.read(64 * 1024))
            elif isinstance(event, h11.Data):
                yield bytes(event.data)
            else:
                return

    async def _say(self, answer: Answer, *, last: bool = False) -> None:
        """Send ``answer``; with the ``last`` one nothing more is read."""
        if self._http.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        headers = [
            ("Content-Type", answer.kind),
            ("Content-Length", str(len(answer.body))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *answer.headers,
        ]
        if last:
            headers.append(("Connection", "close"))
        data = self._http.send(h11.Response(status_code=answer.status, headers=headers))
        if answer.body:
            data += self._http.send(h11.Data(data=answer.body)) or b""
        data += self._http.send(h11.EndOfMessage()) or b""
        await self._send(data)
        if last:
            await self._linger()

    async def _send(self, data: bytes | None) -> None:
        self._writer.write(data or b"")
        async with asyncio.timeout(ANSWER_S):
            await self._writer.drain()

    async def _linger(self) -> None:
        """Let what is under way come in: else the answer may be lost (RFC 9112, section 9.6)."""
        try:
            async with asyncio.timeout(_LINGER_S):
                while await self._reader.read(64 * 1024):
                    pass
        except (OSError, TimeoutError):
            pass


def _too_large() -> Answer:
    return problem(413, f"a body may have {LARGEST_SENT} bytes: send smaller batches")


def _head(event: h11.Request) -> Head:
    """The head; refused where two readers may read it otherwise."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in event.headers:
        name = raw_name.decode("ascii")
        if name in headers and name in _ONCE:
            raise _BrokenError(problem(400, f"{name} is there twice"))
        headers[name] = raw_value.decode("latin-1")
    if "transfer-encoding" in headers and (
        "content-length" in headers or event.http_version != b"1.1"
    ):
        raise _BrokenError(problem(400, "the length of the body is told in two ways"))
    target = event.target.decode("ascii")
    return Head(event.method.decode("ascii"), target.partition("?")[0], headers)
