"""Unary gRPC over HTTP/2, for the one caller and the one method that there is (RFC 9113).

The edge's Envoy asks over a socket of its own, and whatever comes is a question: so header blocks
are not even decompressed. What arrives together is handed on together, and answered by one write.
A general gRPC server takes ten times the processor for the same.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Final

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_HEADER: Final = struct.Struct(">HBBBI")
"""Of a frame: length (16 and 8 bits), type, flags, stream (section 4.1)."""
_PREFIX: Final = struct.Struct(">BI")
"""Of a gRPC message: whether it is compressed, its length."""
_LARGEST_FRAME: Final = 16_384
_MOST_MESSAGE: Final = 16_384
"""Octets that a question may have."""
_MOST_STREAMS: Final = 4096
_WINDOW: Final = (1 << 31) - 1
_FIRST_WINDOW: Final = 65_535
_TOPPED_UP_AT: Final = 1 << 20
_LEAST_STREAM_WINDOW: Final = 1024
"""Answers are shorter, so that the window of a single stream is never looked at."""


class _Type(IntEnum):
    DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS = 0, 1, 2, 3, 4
    PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = 5, 6, 7, 8, 9


_END_STREAM, _ACK, _PADDED = 1, 1, 8
_INITIAL_WINDOW_SIZE, _MAX_CONCURRENT_STREAMS = 4, 3
_PROTOCOL_ERROR, _FRAME_SIZE_ERROR, _REFUSED_STREAM = 1, 6, 7


class GrpcStatus(IntEnum):
    """What an answer without a message may say."""

    INVALID_ARGUMENT = 3
    RESOURCE_EXHAUSTED = 8
    UNIMPLEMENTED = 12


class _BrokenError(Exception):
    """What no HTTP/2 peer sends; ends the connection with the code (section 7)."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def _frame(kind: _Type, flags: int, payload: bytes, stream: bytes = bytes(4)) -> bytes:
    length = len(payload)
    return struct.pack(">HBBB", length >> 8, length & 0xFF, kind, flags) + stream + payload


def _literal(name: bytes, value: bytes) -> bytes:
    """A header field without indexing, neither name nor value in the table (RFC 7541, 6.2.2)."""
    return b"\x00" + bytes((len(name),)) + name + bytes((len(value),)) + value


_STATUS_200: Final = b"\x88" + _literal(b"content-type", b"application/grpc")
_HERE: Final = b"\xff\xff\xff\xff"
"""Where the stream's number goes in an answer that is kept ready: in no other place."""


def answer(message: bytes) -> tuple[bytes, ...]:
    """An answer with a message, in pieces: between two of them stands the stream's number."""
    body = _PREFIX.pack(0, len(message)) + message
    trailers = _literal(b"grpc-status", b"0")
    return _pieces(
        _frame(_Type.HEADERS, 4, _STATUS_200, _HERE),
        _frame(_Type.DATA, 0, body, _HERE),
        _frame(_Type.HEADERS, 5, trailers, _HERE),
    )


def failure(status: GrpcStatus) -> tuple[bytes, ...]:
    """An answer without one."""
    block = _STATUS_200 + _literal(b"grpc-status", str(int(status)).encode())
    return _pieces(_frame(_Type.HEADERS, 5, block, _HERE))


def _pieces(*frames: bytes) -> tuple[bytes, ...]:
    """Split after the head of each frame, wherever else the same octets may stand."""
    pieces, rest = [], b""
    for frame in frames:
        pieces.append(rest + frame[:5])
        rest = frame[9:]
    return (*pieces, rest)


Question = tuple[int, bytes]
"""The stream it came on, and the message."""


class Connection(asyncio.Protocol):
    """One connection of the edge. ``asked`` gets what came together, and answers each in time."""

    def __init__(self, asked: "Callable[[Connection, Sequence[Question]], None]") -> None:
        self._asked = asked
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._greeted = False
        self._arriving: dict[int, bytes] = {}
        self._open: set[int] = set()
        self._latest = 0
        self._window = _FIRST_WINDOW
        self._consumed = 0
        self._out: list[bytes] = []
        self._held: deque[bytes] = deque()
        self._writes = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say how much may be sent."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream's, and no other
        self._transport = transport
        settings = struct.pack(">HI", _MAX_CONCURRENT_STREAMS, _MOST_STREAMS)
        more = struct.pack(">I", _WINDOW - _FIRST_WINDOW)
        self._write(_frame(_Type.SETTINGS, 0, settings) + _frame(_Type.WINDOW_UPDATE, 0, more))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's name
        """Forget who waits."""
        self._transport = None
        self._open.clear()
        self._arriving.clear()
        self._out.clear()
        self._held.clear()

    def data_received(self, data: bytes) -> None:
        """Take what is whole of it."""
        questions: list[Question] = []
        try:
            self._buffer = self._take(self._buffer + data, questions)
        except (_BrokenError, struct.error, IndexError) as error:
            code = error.code if isinstance(error, _BrokenError) else _FRAME_SIZE_ERROR
            self._end(code)
            return
        if questions:
            self._asked(self, questions)

    def close(self) -> None:
        """Say that no more is taken, and end once what is answered is sent."""
        self._end(0)

    def answer(self, stream: int, pieces: tuple[bytes, ...], size: int) -> None:
        """Answer a question with what :func:`answer` or :func:`failure` made.

        ``size`` is how many octets of it count for flow control.
        """
        if stream not in self._open:
            return  # whoever asked has given up
        self._open.discard(stream)
        whole = stream.to_bytes(4).join(pieces)
        if self._held or self._window < size:
            self._held.append(size.to_bytes(4) + whole)
            return
        self._window -= size
        self._write(whole)

    def _take(self, data: bytes, questions: list[Question]) -> bytes:
        at = 0
        if not self._greeted:
            if len(data) < len(PREFACE):
                if not PREFACE.startswith(data):
                    raise _BrokenError(_PROTOCOL_ERROR)
                return data
            if not data.startswith(PREFACE):
                raise _BrokenError(_PROTOCOL_ERROR)
            self._greeted = True
            at = len(PREFACE)
        end = len(data)
        while end - at >= 9:
            high, low, kind, flags, stream = _HEADER.unpack_from(data, at)
            length = high << 8 | low
            if length > _LARGEST_FRAME:
                raise _BrokenError(_FRAME_SIZE_ERROR)
            if end - at - 9 < length:
                break
            at += 9
            self._frame(kind, flags, stream & 0x7FFFFFFF, data[at : at + length], questions)
            at += length
        if self._consumed > _TOPPED_UP_AT:
            self._write(_frame(_Type.WINDOW_UPDATE, 0, struct.pack(">I", self._consumed)))
            self._consumed = 0
        return data[at:]

    def _frame(
        self, kind: int, flags: int, stream: int, payload: bytes, questions: list[Question]
    ) -> None:
        if kind == _Type.DATA:
            self._data(flags, stream, payload, questions)
        elif kind == _Type.HEADERS:
            self._headers(flags, stream)
        elif kind == _Type.RST_STREAM:
            self._arriving.pop(stream, None)
            self._open.discard(stream)
        elif kind == _Type.SETTINGS and not flags & _ACK:
            self._settings(payload)
        elif kind == _Type.PING and not flags & _ACK:
            self._write(_frame(_Type.PING, _ACK, payload))
        elif kind == _Type.WINDOW_UPDATE and stream == 0:
            self._window += int.from_bytes(payload) & 0x7FFFFFFF
            if self._window > _WINDOW:
                raise _BrokenError(3)  # FLOW_CONTROL_ERROR
            self._let_go()
        elif kind == _Type.PUSH_PROMISE:
            raise _BrokenError(_PROTOCOL_ERROR)

    def _headers(self, flags: int, stream: int) -> None:
        if stream in self._arriving:  # trailers: nothing follows that would be answered
            del self._arriving[stream]
            return
        if stream <= self._latest or stream % 2 == 0:
            raise _BrokenError(_PROTOCOL_ERROR)
        self._latest = stream
        if len(self._arriving) + len(self._open) >= _MOST_STREAMS:
            code = struct.pack(">I", _REFUSED_STREAM)
            self._write(_frame(_Type.RST_STREAM, 0, code, stream.to_bytes(4)))
        elif flags & _END_STREAM:
            self._fail(stream, GrpcStatus.INVALID_ARGUMENT)
        else:
            self._arriving[stream] = b""

    def _data(self, flags: int, stream: int, payload: bytes, questions: list[Question]) -> None:
        self._consumed += len(payload)
        body = self._arriving.get(stream)
        if body is None:
            return
        if flags & _PADDED:
            if payload[0] >= len(payload):
                raise _BrokenError(_PROTOCOL_ERROR)
            payload = payload[1 : len(payload) - payload[0]]
        body += payload
        if len(body) > _MOST_MESSAGE + _PREFIX.size:
            del self._arriving[stream]
            self._fail(stream, GrpcStatus.RESOURCE_EXHAUSTED)
        elif not flags & _END_STREAM:
            self._arriving[stream] = body
        else:
            del self._arriving[stream]
            if len(body) < _PREFIX.size:
                self._fail(stream, GrpcStatus.INVALID_ARGUMENT)
                return
            compressed, length = _PREFIX.unpack_from(body)
            if compressed:
                self._fail(stream, GrpcStatus.UNIMPLEMENTED)
            elif len(body) != _PREFIX.size + length:
                self._fail(stream, GrpcStatus.INVALID_ARGUMENT)
            else:
                self._open.add(stream)
                questions.append((stream, body[_PREFIX.size :]))

    def _fail(self, stream: int, status: GrpcStatus) -> None:
        self._open.add(stream)
        self.answer(stream, failure(status), 0)

    def _settings(self, payload: bytes) -> None:
        for number, value in struct.iter_unpack(">HI", payload):
            if number == _INITIAL_WINDOW_SIZE and value < _LEAST_STREAM_WINDOW:
                raise _BrokenError(_PROTOCOL_ERROR)
        self._write(_frame(_Type.SETTINGS, _ACK, b""))

    def _let_go(self) -> None:
        while self._held and int.from_bytes(self._held[0][:4]) <= self._window:
            held = self._held.popleft()
            self._window -= int.from_bytes(held[:4])
            self._write(held[4:])

    def _write(self, data: bytes) -> None:
        self._out.append(data)
        if not self._writes:
            self._writes = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._writes = False
        if self._transport is not None and self._out:
            self._transport.write(b"".join(self._out))
        self._out.clear()

    def _end(self, code: int) -> None:
        self._write(_frame(_Type.GOAWAY, 0, struct.pack(">II", self._latest, code)))
        self._flush()
        self._open.clear()
        if self._transport is not None:
            self._transport.close()
