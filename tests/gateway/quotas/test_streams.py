"""gRPC over HTTP/2, asked by grpcio's client, and by hand."""

import socket
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.gateway.quotas.asking import METHOD
from tests.gateway.quotas.served import Served

from ringwall.gateway.quotas.streams import PREFACE, Connection, Question, answer

_seen: list[int] = []


def _echo(connection: Connection, questions: Sequence[Question]) -> None:
    _seen.append(len(questions))
    for stream, message in questions:
        if message != b"never":
            reply = b"heard " + message
            connection.answer(stream, answer(reply), len(reply) + 5)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("s") / "q.sock", _echo) as found:
        yield found


@pytest.fixture(scope="module")
def channel(served: Served) -> Iterator[grpc.Channel]:
    with grpc.insecure_channel(f"unix:{served.path}") as found:
        yield found


class Peer:
    """An HTTP/2 peer by hand."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(5)
        self.socket.connect(str(path))
        self.socket.sendall(PREFACE + frame(4, 0, 0))

    def ask(self, stream: int, message: bytes, flags: int = 1) -> None:
        body = struct.pack(">BI", 0, len(message)) + message
        self.socket.sendall(frame(1, 4, stream, b"\x82") + frame(0, flags, stream, body))

    def frames(self) -> Iterator[tuple[int, int, int, bytes]]:
        """What it is sent until it is left: type, flags, stream, payload."""
        with self.socket, self.socket.makefile("rb") as file:
            while head := file.read(9):
                high, low, kind, flags, stream = struct.unpack(">HBBBI", head)
                yield kind, flags, stream, file.read(high << 8 | low)


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def test_a_client_is_answered(channel: grpc.Channel) -> None:
    ask = channel.unary_unary(METHOD)
    assert ask(b"one", timeout=5) == b"heard one"
    assert ask(b"", timeout=5) == b"heard "
    assert ask(b"x" * 5000, timeout=5) == b"heard " + b"x" * 5000


def test_many_at_once_are_each_answered_their_own(channel: grpc.Channel) -> None:
    ask = channel.unary_unary(METHOD)
    # More than the windows of a connection hold, in both directions.
    words = [b"%d" % number * 300 for number in range(1000)]
    asked = [ask.future(word, timeout=20) for word in words]
    assert [one.result() for one in asked] == [b"heard " + word for word in words]


@pytest.mark.parametrize(
    ("message", "compression", "code"),
    [
        (b"x" * 20_000, grpc.Compression.NoCompression, grpc.StatusCode.RESOURCE_EXHAUSTED),
        (b"x" * 2_000, grpc.Compression.Gzip, grpc.StatusCode.UNIMPLEMENTED),
    ],
)
def test_what_is_not_taken_is_told(
    channel: grpc.Channel, message: bytes, compression: grpc.Compression, code: grpc.StatusCode
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        channel.unary_unary(METHOD)(message, timeout=5, compression=compression)
    assert refused.value.code() is code
    assert channel.unary_unary(METHOD)(b"one", timeout=5) == b"heard one"


def test_who_gives_up_is_not_answered_and_the_others_are(served: Served) -> None:
    peer = Peer(served.path)
    peer.ask(1, b"never")
    peer.socket.sendall(frame(3, 0, 1, bytes(4)))
    peer.ask(3, b"one")
    assert next(f for f in peer.frames() if f[0] == 0) == (0, 0, 3, b"\0\0\0\0\x09heard one")


def test_what_comes_together_is_asked_together(served: Served) -> None:
    peer = Peer(served.path)
    body = struct.pack(">BI", 0, 1) + b"x"
    together = b"".join(
        frame(1, 4, stream, b"\x82") + frame(0, 1, stream, body) for stream in range(1, 41, 2)
    )
    peer.socket.sendall(together)
    for count, _ in enumerate(f for f in peer.frames() if f[0] == 0):
        if count == 19:
            break
    assert _seen[-1] == 20


def test_a_message_may_come_in_pieces_and_padded(served: Served) -> None:
    peer = Peer(served.path)
    peer.socket.sendall(frame(1, 0, 1, b"\x82") + frame(9, 4, 1, b"\x84"))
    for octet in frame(0, 8, 1, b"\x02\0\0\0\0\x03on\0\0") + frame(0, 1, 1, b"e"):
        peer.socket.sendall(bytes((octet,)))
    assert next(f for f in peer.frames() if f[0] == 0) == (0, 0, 1, b"\0\0\0\0\x09heard one")


def test_nothing_is_sent_that_there_is_no_room_for(served: Served) -> None:
    peer = Peer(served.path)
    for stream in range(1, 21, 2):
        peer.ask(stream, b"x" * 8_000)
    frames = peer.frames()
    seen = 0
    for kind, _, _, payload in frames:
        seen += len(payload) if kind == 0 else 0
        if seen > 65_535 - 8_011:
            break
    assert seen < 65_535
    peer.socket.sendall(frame(8, 0, 0, struct.pack(">I", 1_000_000)))
    for kind, _, _, payload in frames:
        seen += len(payload) if kind == 0 else 0
        if seen == 10 * 8_011:
            break


def test_a_ping_is_answered(served: Served) -> None:
    peer = Peer(served.path)
    peer.socket.sendall(frame(6, 0, 0, b"12345678"))
    assert next(f for f in peer.frames() if f[0] == 6) == (6, 1, 0, b"12345678")


@pytest.mark.parametrize(
    "broken",
    [
        frame(0, 0, 1, b"x" * 16_385),
        frame(5, 4, 1, bytes(4)),
        frame(1, 4, 2, b"\x82"),
        frame(1, 4, 3, b"\x82") + frame(1, 4, 1, b"\x82"),
        frame(4, 0, 0, struct.pack(">HI", 4, 10)),
        frame(4, 0, 0, b"odd"),
        frame(1, 4, 1, b"\x82") + frame(0, 8, 1, b""),
        frame(1, 4, 1, b"\x82") + frame(0, 8, 1, b"\x09x"),
        frame(8, 0, 0, struct.pack(">I", (1 << 31) - 1)),
    ],
)
def test_a_peer_that_breaks_the_protocol_is_left(served: Served, broken: bytes) -> None:
    peer = Peer(served.path)
    peer.socket.sendall(broken)
    assert list(peer.frames())[-1][0] == 7


def test_what_is_no_http2_is_left(served: Served) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(5)
        sock.connect(str(served.path))
        sock.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        while sock.recv(4096):
            pass


@given(st.lists(st.binary(max_size=40), max_size=6))
@settings(deadline=None)
def test_any_octets_leave_it_able_to_answer_others(served: Served, chunks: list[bytes]) -> None:
    broken = Peer(served.path)
    with broken.socket:
        for kind, chunk in enumerate(chunks):
            try:
                broken.socket.sendall(frame(kind, chunk[0] if chunk else 0, 2 * kind + 1, chunk))
            except OSError:
                break
    peer = Peer(served.path)
    peer.ask(1, b"one")
    assert next(f for f in peer.frames() if f[0] == 0)[3] == b"\0\0\0\0\x09heard one"
