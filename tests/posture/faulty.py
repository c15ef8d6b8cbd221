"""AWS that denies, throttles, fails or answers nonsense, between boto3 and moto's server.

botocore asks its ``before-send`` handlers first: what one of them answers is parsed as if it had
come from the network, so each protocol's own form of an error is needed, and none of a proxy.
"""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from botocore.awsrequest import AWSResponse

_ERRORS: Final = {
    "query": "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>"
    "<Message>{told}</Message></Error><RequestId>r</RequestId></ErrorResponse>",
    "ec2": "<Response><Errors><Error><Code>{code}</Code><Message>{told}</Message></Error></Errors>"
    "<RequestID>r</RequestID></Response>",
    "rest-xml": "<ErrorResponse><Error><Code>{code}</Code><Message>{told}</Message></Error>"
    "<RequestId>r</RequestId></ErrorResponse>",
    "s3": "<Error><Code>{code}</Code><Message>{told}</Message><RequestId>r</RequestId></Error>",
}
DENIALS: Final = {"ec2": "UnauthorizedOperation", "json": "AccessDeniedException"}


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it is about to be sent. ``number`` counts those of the same operation from 1."""

    service: str
    operation: str
    region: str
    protocol: str
    number: int

    @property
    def call(self) -> str:
        """``service:Operation``."""
        return f"{self.service}:{self.operation}"


Fault = Callable[[Request], "Reply | Exception | None"]
"""What is answered instead, what is raised as if by the network, or ``None`` to pass it on."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: an error by its code, or a body as it is."""

    status: int
    code: str = ""
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


class _Raw:
    """A body, as urllib3 gives it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body

    def read(self, *_: Any) -> bytes:
        body, self._body = self._body, b""
        return body


class Faults:
    """Puts a fault before the clients that it is given. ``sent`` are all calls that were made."""

    def __init__(self, fault: Fault | None = None) -> None:
        self.fault: Fault = fault or (lambda _: None)
        self.sent: list[str] = []
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def reset(self) -> None:
        """Forget what was sent."""
        with self._lock:
            self.sent.clear()
            self._counts.clear()

    def wrap(self, client: Any) -> Any:
        """The same client, which asks here before it sends anything."""
        client.meta.events.register("before-send", self._before_send(client))
        return client

    def _before_send(self, client: Any) -> Callable[..., Any]:
        def before_send(request: Any, event_name: str, **_: Any) -> AWSResponse | None:
            operation = event_name.rpartition(".")[2]
            model = client.meta.service_model
            service = model.service_name
            with self._lock:
                call = f"{service}:{operation}"
                self.sent.append(call)
                number = self._counts[call] = self._counts.get(call, 0) + 1
            protocol = "s3" if service == "s3" else model.metadata["protocol"]
            said = self.fault(
                Request(service, operation, client.meta.region_name, protocol, number)
            )
            if isinstance(said, Exception):
                raise said
            return None if said is None else _answer(said, request.url, protocol)

        return before_send


def _answer(reply: Reply, url: str, protocol: str) -> AWSResponse:
    headers = {"x-amzn-requestid": "r", **reply.headers}
    body = reply.body
    if body is None and protocol in _ERRORS:
        told = f"{reply.code} for tests"
        body = _ERRORS[protocol].format(code=reply.code, told=told).encode()
    if body is None:
        headers["x-amzn-errortype"] = reply.code
        body = json.dumps({"__type": reply.code, "message": "for tests"}).encode()
    headers.setdefault("content-length", str(len(body)))
    return AWSResponse(url, reply.status, headers, _Raw(body))


def denied(request: Request) -> Reply:
    """That it may not be called, in the words of its protocol."""
    code = DENIALS.get(request.protocol, "AccessDenied")
    return Reply(403 if code != "AccessDeniedException" else 400, code)


def only(call: str, reply: Callable[[Request], "Reply | Exception | None"]) -> Fault:
    """A fault of one operation; all others are passed on."""
    return lambda request: reply(request) if request.call == call else None


def throttled(times: int) -> Callable[[Request], Reply | None]:
    """Too fast, so many times; then it is answered."""

    def reply(request: Request) -> Reply | None:
        codes = {"ec2": "RequestLimitExceeded", "s3": "SlowDown"}
        code = codes.get(request.protocol, "ThrottlingException")
        status = 503 if request.protocol in codes else 400
        return Reply(status, code) if request.number <= times else None

    return reply
