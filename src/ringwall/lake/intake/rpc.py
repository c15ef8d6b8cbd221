"""OpenTelemetry's logs over gRPC: ``LogsService/Export``, and nothing else.

gRPC over HTTP/2 (github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md); what is answered is as the OTLP
specification has it under "OTLP/gRPC". A batch that may be sent again is told with ``RetryInfo``.
"""

import time
from base64 import b64encode
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from ringwall.lake.intake import otlp
from ringwall.lake.intake.bodies import ENCODINGS, LARGEST_HELD, LARGEST_SENT, TooLargeError
from ringwall.lake.intake.desk import Desk
from ringwall.lake.intake.http1 import Head, Held
from ringwall.lake.intake.opening import holding, opened
from ringwall.lake.intake.otlp_answers import response, retry_info, status
from ringwall.lake.intake.pressure import RETRY_AFTER_S, SPOOL_FULL, TOO_MUCH, NoRoomError
from ringwall.lake.intake.replies import Ready, Refusals, Reply
from ringwall.lake.intake.senders import Refusal, Sender

EXPORT: Final = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
LARGEST: Final = LARGEST_SENT + 5
"""Octets of a request: its message, and five before it."""
ONCE: Final = frozenset(("authorization", "content-type", "grpc-encoding", "te"))

INVALID_ARGUMENT: Final = 3
DEADLINE_EXCEEDED: Final = 4
PERMISSION_DENIED: Final = 7
RESOURCE_EXHAUSTED: Final = 8
UNIMPLEMENTED: Final = 12
INTERNAL: Final = 13
UNAVAILABLE: Final = 14
UNAUTHENTICATED: Final = 16

_KIND: Final = "application/grpc"
_HEAD: Final = (
    (":status", "200"),
    ("content-type", _KIND),
    ("grpc-accept-encoding", ",".join(ENCODINGS)),
)


class Calls:
    """The service as one connection sees it: ``who`` asks is known by its proof and the head."""

    def __init__(self, desk: Desk, held: Held, who: Callable[[Head], Sender | Refusal]) -> None:
        self._desk, self._held, self._who = desk, held, who

    def judge(self, head: Head | None) -> Reply | Ready:
        """Refuse by the head, or return what takes the message."""
        if head is None:
            return failed(INVALID_ARGUMENT, "a field is there twice that may be there once")
        if head.method != "POST":
            return Reply(((":status", "405"), ("allow", "POST")))
        kind = head.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in {_KIND, f"{_KIND}+proto"}:
            return Reply(((":status", "415"), ("accept", _KIND)))
        if head.path != EXPORT:
            return failed(UNIMPLEMENTED, f"ask for {EXPORT}")
        sender = self._who(head)
        if isinstance(sender, Refusal):
            self._desk.counts.refused[sender.reason] += 1
            code = UNAUTHENTICATED if sender.status == 401 else PERMISSION_DENIED
            return failed(code, sender.reason)
        coding = head.headers.get("grpc-encoding", "identity").strip().lower()
        if coding not in ENCODINGS:
            return failed(UNIMPLEMENTED, "compress it with gzip or deflate, or not at all")
        service = sender.service

        async def ready(body: bytes) -> Reply:
            try:
                return await self._export(body, coding, service)
            except NoRoomError as error:
                return later(error.reason)

        return ready

    async def _export(self, body: bytes, coding: str, service: str) -> Reply:
        message = _message(body, coding)
        if isinstance(message, Reply):
            return message
        sent, coding = message
        try:
            content = await opened(sent, coding)
        except TooLargeError:
            said = f"a message may have {LARGEST_HELD} bytes uncompressed: send smaller batches"
            return failed(INVALID_ARGUMENT, said)
        except ValueError as error:
            return failed(INVALID_ARGUMENT, str(error))
        with holding(self._held, content, sent):
            try:
                found = otlp.of_protobuf(content, service=service, now=time.time_ns() // 1_000_000)
            except otlp.MalformedError as error:
                return failed(INVALID_ARGUMENT, str(error))
            except otlp.TooManyError:
                return failed(INVALID_ARGUMENT, f"send {otlp.MOST} records at most")
            told = response(await self._desk.take(service, found))
        return Reply(_HEAD, b"\x00" + len(told).to_bytes(4) + told, (("grpc-status", "0"),))


def failed(code: int, said: str) -> Reply:
    """What must not be sent again as it is."""
    return _ended(code, said, status(said, code=code))


def later(reason: str) -> Reply:
    """What may be sent again in a while: it is not on the disk."""
    code = RESOURCE_EXHAUSTED if reason == SPOOL_FULL else UNAVAILABLE
    said = f"{reason}: send it again"
    details = status(said, code=code, again_s=RETRY_AFTER_S)
    # Some SDKs look for it under its own name alone.
    own = ("google.rpc.retryinfo-bin", _base64(retry_info(RETRY_AFTER_S)))
    return _ended(code, said, details, own)


def _message(body: bytes, coding: str) -> tuple[bytes, str] | Reply:
    """The one message of a unary call, and how it is compressed (Length-Prefixed-Message)."""
    if len(body) < 5 or body[0] > 1:
        return failed(INTERNAL, "there is no message in it")
    if len(body) - 5 != int.from_bytes(body[1:5]):
        return failed(INTERNAL, "it is not one message of the length that it tells")
    if body[0] and coding == "identity":
        return failed(INTERNAL, "it is compressed, and does not say how")
    return body[5:], coding if body[0] else "identity"


def _ended(code: int, said: str, details: bytes, *more: tuple[str, str]) -> Reply:
    return Reply(
        (
            *_HEAD,
            ("grpc-status", str(code)),
            ("grpc-message", quote(said, safe=" !#$&'()*+,/:;=?@[]{}<>|^`\"")),
            ("grpc-status-details-bin", _base64(details)),
            *more,
        )
    )


def _base64(content: bytes) -> str:
    """As values of ``-bin`` are written: without padding."""
    return b64encode(content).decode().rstrip("=")


REFUSALS: Final = Refusals(
    too_large=failed(
        INVALID_ARGUMENT, f"a message may have {LARGEST_SENT} bytes: send smaller batches"
    ),
    too_slow=failed(DEADLINE_EXCEEDED, "the message took too long to come"),
    no_room=later(TOO_MUCH),
)
