"""Bytes to the edge over TLS, and what comes back, with nothing in between that corrects either."""

import contextlib
import re
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.gateway.live.stage import Stage
from tests.tls import over_tls

_ENDS_WITHIN_S: Final = 10.0
"""What has begun is waited for so long: a busy edge may send an answer in parts."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response of the edge."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def values(self, name: str) -> list[str]:
        """Every value of one header."""
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What one connection gave: whole answers, bytes that are none, and who ended it."""

    answers: tuple[Answer, ...]
    rest: bytes
    closed: bool

    @property
    def statuses(self) -> tuple[int, ...]:
        """The status of every answer, in order."""
        return tuple(answer.status for answer in self.answers)


def connect(
    stage: Stage,
    *,
    sni: str | None = "app.localhost",
    alpn: tuple[str, ...] = ("http/1.1",),
    timeout: float = 5.0,
    holds: int | None = None,
) -> ssl.SSLSocket:
    """A TLS connection to the edge. Without a name nothing is verified: none could be.

    One that ``holds`` few bytes by itself makes the edge wait soon for who does not read.
    """
    context = stage.trust()
    context.set_alpn_protocols(list(alpn))
    if sni is None:
        context.check_hostname = False
    return over_tls(context, stage.port, host=sni, timeout=timeout, holds=holds)


def converse(
    stage: Stage,
    data: bytes,
    *,
    sni: str | None = "app.localhost",
    answers: int = 1,
    head: bool = False,
    patience: float = 15.0,
    linger: float = 0.25,
    piece: int | None = None,
    to_the_end: bool = True,
) -> Exchange:
    """Send ``data`` on a connection of its own and read until the edge ends it or is silent.

    It waits ``patience`` seconds for the number of ``answers`` asked for, and from then on
    ``linger`` seconds for anything more, or for the end if the edge said that it would close; that
    takes Envoy a second, and not ``to_the_end`` means that nobody asks whether it comes. For the
    end of an answer that has begun by then it waits on.
    ``head`` tells that answers have no body. With ``piece`` it sends so many bytes a packet.
    """
    received, closed = b"", False
    with connect(stage, sni=sni) as tls:
        with contextlib.suppress(OSError):  # refused while being sent: the answer is on its way
            for at in range(0, len(data), piece or len(data) or 1):
                tls.sendall(data[at : at + (piece or len(data))])
        deadline = time.monotonic() + patience
        latest = deadline + _ENDS_WITHIN_S
        while (left := deadline - time.monotonic()) > 0 or _has_begun(received, head=head):
            if left <= 0:
                deadline, left = latest, latest - time.monotonic()
                if left <= 0:
                    break
            tls.settimeout(left)
            try:
                chunk = tls.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                chunk = b""
            if not chunk:
                closed = True
                break
            received += chunk
            found = list(_answers(received, head=head))
            if len(found) < answers:
                continue
            if not to_the_end or "close" not in found[-1][0].values("connection"):
                deadline = min(deadline, time.monotonic() + linger)
    found = list(_answers(received, head=head))
    return Exchange(
        answers=tuple(answer for answer, _ in found),
        rest=received[found[-1][1] :] if found else received,
        closed=closed,
    )


def _has_begun(data: bytes, *, head: bool) -> bool:
    """Whether a part of an answer stands at the end."""
    at = max((end for _, end in _answers(data, head=head)), default=0)
    return len(data) > at and b"HTTP/1.1 ".startswith(data[at : at + 9])


def _answers(data: bytes, *, head: bool) -> Iterator[tuple[Answer, int]]:
    """Whole HTTP/1.1 responses and the offset behind each."""
    at = 0
    while (end := data.find(b"\r\n\r\n", at)) >= 0:
        status, *lines = data[at:end].decode("latin-1").split("\r\n")
        parsed = re.fullmatch(r"HTTP/1\.1 ([0-9]{3})( .*)?", status)
        if parsed is None:
            return
        fields = tuple(
            (name.lower(), value.strip())
            for name, _, value in (line.partition(":") for line in lines)
        )
        at = end + 4
        length = int(next((v for n, v in fields if n == "content-length"), "0"))
        bodiless = head or parsed[1] in {"204", "304"} or parsed[1].startswith("1")
        length = 0 if bodiless else length
        if len(data) < at + length:
            return
        yield Answer(int(parsed[1]), fields, data[at : at + length]), at + length
        at += length
