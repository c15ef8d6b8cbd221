"""The ``services`` section: what is protected, who owns it, how sensitive it is."""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from ringwall.core.components import (
    Classification,
    Environment,
    Exposure,
    Layer,
    ServiceModel,
)
from ringwall.runtime.configuration import Address, Duration, Form, StrictModel

ServiceName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"),
    Form("lower-case letters, digits and dashes, beginning with a letter, at most 63"),
]
"""A DNS label: it becomes a host name inside, and the last segment of a SPIFFE id."""

HeaderName = Annotated[
    str,
    StringConstraints(to_lower=True, pattern=r"^[A-Za-z0-9-]{1,100}$"),
    Form("the name of a header: letters, digits and dashes"),
]
HeaderValue = Annotated[
    str,
    StringConstraints(pattern=r"^[\x20-\x7e]{0,4096}$"),
    Form("one line of ASCII text, at most 4096 characters"),
]


class Protocol(StrEnum):
    """What the service speaks. WebSocket and server-sent events ride on ``http1``."""

    HTTP1 = "http1"
    HTTP2 = "http2"
    GRPC = "grpc"


class UpstreamTls(StrEnum):
    """How the connection to the service is protected."""

    MUTUAL = "mutual"
    SERVER = "server"
    NONE = "none"


class Health(StrictModel):
    """Active health check: an unhealthy address gets no requests."""

    path: Annotated[
        str, StringConstraints(pattern=r"^/[!-~]*$"), Form("a path that begins with /")
    ] = "/healthz"
    interval: Duration = 5.0
    timeout: Duration = 1.0
    unhealthy_after: Annotated[int, Field(ge=1, le=20)] = 3
    healthy_after: Annotated[int, Field(ge=1, le=20)] = 1


class Circuit(StrictModel):
    """Circuit breaker: beyond these, requests are answered 503 at once instead of queueing."""

    connections: Annotated[int, Field(ge=1, le=65536)] = 512
    pending: Annotated[int, Field(ge=1, le=65536)] = 256
    requests: Annotated[int, Field(ge=1, le=65536)] = 1024
    retry_budget_percent: Annotated[int, Field(ge=0, le=100)] = 20


class Sidecar(StrictModel):
    """A small Envoy beside a service that speaks plain HTTP.

    It takes mutual TLS at the service's address and passes it to ``app``; the service reaches
    others by name through ``outbound`` (``http://billing/...``), only those in its ``calls``.
    """

    app: Address
    outbound: Address | None = None
    managed: bool = True


class Process(StrictModel):
    """A service that ``ringwall up`` starts and watches itself (one machine, development)."""

    command: Annotated[tuple[str, ...], Field(min_length=1)]
    directory: str = "."
    environment: dict[str, str] = Field(default_factory=dict)


class Service(StrictModel):
    """One service behind the edge."""

    addresses: Annotated[tuple[Address, ...], Field(min_length=1)]
    protocol: Protocol = Protocol.HTTP1
    tls: UpstreamTls = UpstreamTls.MUTUAL
    server_name: str | None = None
    calls: tuple[ServiceName, ...] = ()
    health: Health | None = Health()
    circuit: Circuit = Circuit()
    connect_timeout: Duration = 2.0
    response_headers: dict[HeaderName, HeaderValue | None] = Field(default_factory=dict)
    sidecar: Sidecar | None = None
    process: Process | None = None

    layer: Layer = Layer.APPLICATION
    owner: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    service_model: ServiceModel = ServiceModel.OWN
    environment: Environment = Environment.PRODUCTION
    classification: Classification = Classification.CONFIDENTIAL
    exposure: Exposure = Exposure.INTERNAL


SERVICES: Final = "services"
