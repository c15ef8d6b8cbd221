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

Positive = Annotated[
    Duration, Field(gt=0), Form("a length of time above zero: a number and ms, s, m, h or d")
]
"""A length of time that is one: to Envoy, no time at all often means "for ever"."""

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
    StringConstraints(pattern=r"^[\x20-\x7e]*$", max_length=4096),
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
    """Active health check: an unhealthy address gets no requests while another is healthy."""

    path: Annotated[
        str, StringConstraints(pattern=r"^/[!-~]*$"), Form("a path that begins with /")
    ] = "/healthz"
    """Answers 200 when the service is well; with `grpc` its health service is asked."""
    interval: Positive = 5.0
    """From one check to the next."""
    timeout: Positive = 1.0
    """For the answer."""
    unhealthy_after: Annotated[int, Field(ge=1, le=20)] = 3
    """Failed checks in a row until it gets no requests."""
    healthy_after: Annotated[int, Field(ge=1, le=20)] = 1
    """Good checks in a row until it gets requests again."""


class Circuit(StrictModel):
    """Circuit breaker: beyond these, requests are answered 503 at once instead of queueing."""

    connections: Annotated[int, Field(ge=1, le=65536)] = 512
    """Connections to the service."""
    pending: Annotated[int, Field(ge=1, le=65536)] = 256
    """Requests waiting for a connection."""
    requests: Annotated[int, Field(ge=1, le=65536)] = 1024
    """Requests under way."""
    retry_budget_percent: Annotated[int, Field(ge=0, le=100)] = 20
    """Retries, as a part of the requests under way."""
    adaptive: bool = False
    """Whether the sidecar lets fewer in at a time, 8 at least, the longer answers take compared
    with how long they take when there is little to do. Not for services whose answers take long by
    nature, such as streams."""
    admission: bool = False
    """Whether the sidecar turns away the more the more answers are errors of the server's, at most
    four of five, so that the service can get well."""


class Sidecar(StrictModel):
    """A small Envoy beside a service that speaks plain HTTP.

    It takes mutual TLS at the service's address and passes it to ``app``; the service reaches
    others by name through ``outbound`` (``http://billing/...``), only those in its ``calls``.
    """

    app: Address
    """Where the service itself listens: loopback, or better a socket."""
    outbound: Address | None = None
    """Where the sidecar takes what the service sends to others."""
    managed: bool = True
    """Whether `ringwall up` runs it; else `ringwall sidecar` does, where the service is."""


class Process(StrictModel):
    """A service that ``ringwall up`` starts and watches itself (one machine, development)."""

    command: Annotated[tuple[str, ...], Field(min_length=1)]
    """The program and its arguments; `python` is Ringwall's own."""
    directory: str = "."
    """Where it runs, relative to the configuration."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Variables it gets; nothing is passed on of Ringwall's own but PATH and the like."""


class Service(StrictModel):
    """One service behind the edge."""

    addresses: Annotated[tuple[Address, ...], Field(min_length=1)]
    """Where it is reached: its sidecar's address, or its own."""
    protocol: Protocol = Protocol.HTTP1
    """What it speaks."""
    tls: UpstreamTls = UpstreamTls.MUTUAL
    """How the connection to it is protected."""
    server_name: str | None = None
    """With `tls: server`, the name its certificate must have."""
    trusted_roots: str | None = None
    """With `tls: server`, a PEM file of the authorities that sign it; else those of the system."""
    calls: tuple[ServiceName, ...] = ()
    """The services it may call; nobody else may."""
    health: Health | None = Health()
    """The check that keeps requests from an address that is not well; null for none."""
    circuit: Circuit = Circuit()
    """How much it is given at a time."""
    connect_timeout: Positive = 2.0
    """For a connection to it to open."""
    response_headers: dict[HeaderName, HeaderValue | None] = Field(default_factory=dict)
    """Headers of its answers, added to or instead of the edge's; null leaves one out."""
    sidecar: Sidecar | None = None
    """The sidecar of a service that speaks plain HTTP."""
    process: Process | None = None
    """How `ringwall up` runs the service itself."""

    layer: Layer = Layer.APPLICATION
    """Where it stands in the SaaS."""
    owner: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """Who answers for it: a person, a team, an address."""
    service_model: ServiceModel = ServiceModel.OWN
    """Who runs what it runs on."""
    environment: Environment = Environment.PRODUCTION
    """What it is used for."""
    classification: Classification = Classification.CONFIDENTIAL
    """How bad it is when its data gets out."""
    exposure: Exposure = Exposure.INTERNAL
    """Who is meant to reach it."""


SERVICES: Final = "services"
