"""A load whose every request is accounted for: answered 200, or told with what went wrong.

Clients keep to the protocol and nothing more: an HTTP/1.1 connection is used again unless the
answer said ``Connection: close`` (RFC 9112 section 9.6), an HTTP/2 connection takes no new stream
after GOAWAY (RFC 9113 section 6.8). Nothing is tried twice.
"""

import asyncio
import contextlib
import itertools
import ssl
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import h2.config
import h2.connection
import h2.errors
import h2.events

PATIENCE_S = 20.0


@dataclass
class Tally:
    """What became of the requests; ``failures`` are (seconds since the start, what, which)."""

    answered: Counter[str] = field(default_factory=Counter)
    connections: Counter[str] = field(default_factory=Counter)
    goodbyes: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[float, str, str]] = field(default_factory=list)
    slowest: float = 0.0

    @property
    def total(self) -> int:
        """Every request that was sent."""
        return sum(self.answered.values()) + len(self.failures)

    def told(self) -> str:
        """The figures in one line, and the first failures."""
        return (
            f"{self.total} requests, {len(self.failures)} failed; "
            f"answered {dict(self.answered)}, connections {dict(self.connections)}, "
            f"goodbyes {dict(self.goodbyes)}, slowest {self.slowest:.3f} s; {self.failures[:12]}"
        )


class FailedError(Exception):
    """A request that was not answered as it should be."""


class Load:
    """Clients of ``host`` at a local port, from entering to leaving; ``tally`` tells the result.

    ``targets`` are called for each request and give (method, path, body).
    """

    def __init__(
        self,
        port: int,
        trust: ssl.SSLContext,
        *,
        host: str = "app.localhost",
        http1: int = 4,
        http2: int = 2,
        streams: int = 3,
        fresh: int = 1,
        target: Callable[[], tuple[str, str, bytes]] = lambda: ("GET", "/", b""),
        pause: float = 0.004,
    ) -> None:
        self.tally = Tally()
        self.host, self._port, self._target, self._pause = host, port, target, pause
        self._trust1, self._trust2 = trust, ssl.create_default_context()
        self._trust2.load_verify_locations(cadata=_pem(trust))
        self._trust1.set_alpn_protocols(["http/1.1"])
        self._trust2.set_alpn_protocols(["h2"])
        self._counts = (http1, http2, streams, fresh)
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="load")
        self._began = 0.0
        self._closing: deque[asyncio.StreamWriter] = deque(maxlen=200)

    def __enter__(self) -> "Load":
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def stop(self) -> None:
        """Ask nothing more; what is asked is still waited for."""
        self._over.set()

    @property
    def elapsed(self) -> float:
        """Seconds since the load began."""
        return time.monotonic() - self._began

    async def _run(self) -> None:
        http1, http2, streams, fresh = self._counts
        work: list[Coroutine[Any, Any, None]] = []
        work += [self._keep_alive() for _ in range(http1)]
        work += [self._multiplexed(streams) for _ in range(http2)]
        work += [self._each_anew() for _ in range(fresh)]
        await asyncio.gather(*work)
        for writer in self._closing:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(2):
                    await writer.wait_closed()

    def _close(self, writer: asyncio.StreamWriter | None) -> None:
        if writer is not None:
            writer.close()
            self._closing.append(writer)

    async def _connect(
        self, kind: str, trust: ssl.SSLContext
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        self.tally.connections[kind] += 1
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.open_connection(
                "127.0.0.1", self._port, ssl=trust, server_hostname=self.host
            )

    async def _keep_alive(self) -> None:
        writer: asyncio.StreamWriter | None = None
        while not self._over.is_set():
            try:
                if writer is None:
                    reader, writer = await self._connect("http1", self._trust1)
                began = time.monotonic()
                said_close = await self._one(reader, writer)
                self._answered("http1", began)
                if said_close:
                    self.tally.goodbyes["http1"] += 1
                    self._close(writer)
                    writer = None
            except (OSError, TimeoutError, FailedError, asyncio.IncompleteReadError) as error:
                self._failed("http1", error)
                self._close(writer)
                writer = None
            await self._rest()
        self._close(writer)

    async def _each_anew(self) -> None:
        while not self._over.is_set():
            writer: asyncio.StreamWriter | None = None
            began = time.monotonic()
            try:
                reader, writer = await self._connect("fresh", self._trust1)
                await self._one(reader, writer)
                self._answered("fresh", began)
            except (OSError, TimeoutError, FailedError, asyncio.IncompleteReadError) as error:
                self._failed("fresh", error)
            self._close(writer)
            await self._rest()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        method, path, body = self._target()
        length = f"content-length: {len(body)}\r\n" if body else ""
        head = f"{method} {path} HTTP/1.1\r\nhost: {self.host}\r\n{length}\r\n"
        async with asyncio.timeout(PATIENCE_S):
            writer.write(head.encode() + body)
            await writer.drain()
            answer = await reader.readuntil(b"\r\n\r\n")
            status, _, rest = answer.decode("latin-1").partition("\r\n")
            headers = dict(
                line.lower().split(": ", 1) for line in rest.split("\r\n") if ": " in line
            )
            if headers.get("transfer-encoding") == "chunked":
                while size := int(await reader.readline(), 16):
                    await reader.readexactly(size + 2)
                await reader.readexactly(2)
            else:
                await reader.readexactly(int(headers["content-length"]))
        if status.split(" ")[1] != "200":
            raise FailedError(f"{status} to {method} {path}")
        return headers.get("connection") == "close"

    async def _multiplexed(self, streams: int) -> None:
        while not self._over.is_set():
            try:
                reader, writer = await self._connect("http2", self._trust2)
            except (OSError, TimeoutError) as error:
                self._failed("http2", error)
                await self._rest()
                continue
            connection = _Http2(self, reader, writer)
            await asyncio.gather(connection.read(), *(connection.ask() for _ in range(streams)))
            self._close(writer)

    async def _rest(self) -> None:
        until = time.monotonic() + self._pause
        while not self._over.is_set() and (left := until - time.monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, 0.1))

    def _answered(self, kind: str, began: float) -> None:
        self.tally.answered[kind] += 1
        self.tally.slowest = max(self.tally.slowest, time.monotonic() - began)

    def _failed(self, kind: str, error: BaseException) -> None:
        what = f"{type(error).__name__}: {error}"
        self.tally.failures.append((round(self.elapsed, 3), kind, what))


class _Http2:
    """One HTTP/2 connection, used by several askers until the server says GOAWAY."""

    def __init__(
        self, load: Load, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._load, self._reader, self._writer = load, reader, writer
        self._engine = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=True, header_encoding="utf-8")
        )
        self._engine.initiate_connection()
        self._waiting: dict[int, asyncio.Future[str]] = {}
        self._statuses: dict[int, str] = {}
        self._going = False
        self._held = bytearray()
        self._askers = 0
        self._flush()

    async def ask(self) -> None:
        """Ask one request after the other."""
        load = self._load
        self._askers += 1
        while not self._going and not load._over.is_set():
            method, path, body = load._target()
            began = time.monotonic()
            number = self._engine.get_next_available_stream_id()
            self._waiting[number] = asyncio.get_running_loop().create_future()
            headers = [
                (":method", method),
                (":scheme", "https"),
                (":authority", load.host),
                (":path", path),
            ]
            try:
                self._engine.send_headers(number, headers, end_stream=not body)
                if body:
                    self._engine.send_data(number, body, end_stream=True)
                self._flush()
                async with asyncio.timeout(PATIENCE_S):
                    status = await self._waiting[number]
                if status == "200":
                    load._answered("http2", began)
                else:
                    load._failed("http2", FailedError(f"{status} to {method} {path}"))
            except (OSError, TimeoutError, FailedError) as error:
                load._failed("http2", error)
            finally:
                self._waiting.pop(number, None)
            await load._rest()
        self._askers -= 1
        if not self._askers:
            self._engine.close_connection()
            self._flush()
            self._writer.close()

    async def read(self) -> None:
        """Read until the connection ends; streams still waiting then have failed."""
        why = "the connection ended"
        try:
            while data := await self._reader.read(65536):
                for frame in self._frames(data):
                    for event in self._engine.receive_data(frame):
                        self._take(event)
                    # h2 takes GOAWAY for the end; open streams are still answered (RFC 9113, 6.8).
                    if self._going:
                        self._engine.state_machine.state = h2.connection.ConnectionState.CLIENT_OPEN
                self._flush()
        except (OSError, ssl.SSLError) as error:
            why = f"{type(error).__name__}: {error}"
        self._going = True
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(FailedError(f"unanswered, {why}"))

    def _frames(self, data: bytes) -> Iterator[bytes]:
        """Whole frames (RFC 9113 section 4.1)."""
        self._held += data
        while len(self._held) >= 9:
            size = 9 + int.from_bytes(self._held[:3], "big")
            if len(self._held) < size:
                return
            yield bytes(self._held[:size])
            del self._held[:size]

    def _take(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived(stream_id=int(number), headers=headers):
                found = {str(name): str(value) for name, value in headers or ()}
                self._statuses[number] = found[":status"]
            case h2.events.DataReceived(stream_id=int(number), flow_controlled_length=length):
                self._engine.acknowledge_received_data(length or 0, number)
            case h2.events.StreamEnded(stream_id=int(number)):
                self._settle(number, self._statuses.pop(number, "no status"))
            case h2.events.StreamReset(stream_id=int(number), error_code=code):
                self._settle(number, f"reset {code}")
            case h2.events.ConnectionTerminated(error_code=code):
                if not self._going:
                    self._load.tally.goodbyes["http2"] += 1
                self._going = True
                if code != h2.errors.ErrorCodes.NO_ERROR:
                    self._load._failed("http2", FailedError(f"GOAWAY {code}"))

    def _settle(self, number: int, status: str) -> None:
        future = self._waiting.get(number)
        if future is not None and not future.done():
            future.set_result(status)

    def _flush(self) -> None:
        data = self._engine.data_to_send()
        if data and not self._writer.is_closing():
            self._writer.write(data)


def _pem(trust: ssl.SSLContext) -> str:
    return "".join(ssl.DER_cert_to_PEM_cert(one) for one in trust.get_ca_certs(binary_form=True))


def in_turn(*targets: tuple[str, str, bytes]) -> Callable[[], tuple[str, str, bytes]]:
    """One target after the other, again and again."""
    endless = itertools.cycle(targets)
    return lambda: next(endless)
