"""The ``edge`` and ``routes`` sections: where the edge listens, and what leads where."""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from ringwall.inventory.config import HeaderName, HeaderValue, ServiceName
from ringwall.runtime.configuration import Address, ByteSize, Duration, Form, Secret, StrictModel

Host = Annotated[
    str,
    StringConstraints(
        to_lower=True,
        max_length=253,
        pattern=r"^(\*\.)?([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$",
    ),
    Form("a host name such as shop.example.com or *.example.com"),
]
Network = IPv4Network | IPv6Network
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class LocalCertificate(StrictModel):
    """From Ringwall's own authority: for development and inside networks."""

    source: Literal["local"] = "local"


class FileCertificate(StrictModel):
    """Brought by the user; replaced files are picked up, expiry is watched."""

    source: Literal["file"]
    chain: str
    key: str


class AcmeCertificate(StrictModel):
    """From an ACME authority (RFC 8555), renewed at two thirds of its life."""

    source: Literal["acme"]
    challenge: Literal["http-01", "tls-alpn-01"] = "http-01"


Certificate = Annotated[
    LocalCertificate | FileCertificate | AcmeCertificate, Field(discriminator="source")
]


class HostSettings(StrictModel):
    """One name the edge answers for."""

    certificate: Certificate = LocalCertificate()
    tls_minimum: Literal["1.3", "1.2"] = "1.3"


class ExternalAccount(StrictModel):
    """External account binding (RFC 8555 section 7.3.4), asked for by some authorities."""

    key_id: str
    hmac_key: Secret


class Acme(StrictModel):
    """The ACME account that ``source: acme`` certificates come from."""

    directory: Annotated[
        str,
        StringConstraints(pattern=r"^https://\S+$"),
        Form("an address that begins with https://"),
    ]
    email: str | None = None
    terms_accepted: bool = False
    trusted_roots: str | None = None
    external_account: ExternalAccount | None = None


class Limits(StrictModel):
    """What one client, and all of them together, may take of the edge."""

    connections: Annotated[int, Field(ge=1, le=10_000_000)] = 20_000
    heap: ByteSize = 1024**3
    headers: ByteSize = 32 * 1024
    header_count: Annotated[int, Field(ge=10, le=1000)] = 100
    connection_buffer: ByteSize = 32 * 1024
    http2_streams: Annotated[int, Field(ge=1, le=10_000)] = 100
    header_timeout: Duration = 10.0
    request_timeout: Duration = 60.0
    stream_idle: Duration = 60.0
    connection_idle: Duration = 300.0
    handshake_timeout: Duration = 10.0


class Edge(StrictModel):
    """The edge itself."""

    listen: Address = Address(host="127.0.0.1", port=8443)
    redirect: Address | None = Address(host="127.0.0.1", port=8080)
    private: Address = Address(host="127.0.0.1", port=9900)
    trust_domain: Annotated[
        str,
        StringConstraints(max_length=255, pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$"),
        Form("a name such as example.internal, in lower case"),
    ] = "ringwall.internal"
    hosts: dict[Host, HostSettings] = Field(default_factory=dict)
    acme: Acme | None = None
    trusted_hops: Annotated[int, Field(ge=0, le=10)] = 0
    public_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    blocked: tuple[Network, ...] = ()
    limits: Limits = Limits()
    response_headers: dict[HeaderName, HeaderValue | None] = Field(default_factory=dict)
    workers: Annotated[int, Field(ge=1, le=256)] | None = None


class RetryOn(StrEnum):
    """When a request that reached the service may be sent again (idempotent methods only)."""

    GATEWAY_ERROR = "gateway-error"
    RESET = "reset"
    SERVER_ERROR = "5xx"


class Retries(StrictModel):
    """Retries of what is safe to repeat; the service's ``circuit`` holds their budget."""

    attempts: Annotated[int, Field(ge=0, le=5)] = 1
    on: tuple[RetryOn, ...] = (RetryOn.GATEWAY_ERROR, RetryOn.RESET)
    per_try: Duration | None = None


class Route(StrictModel):
    """What leads where: the methods and path template of some hosts, to one service.

    A template is a path whose segments may be ``{name}`` (one segment) and whose last may be
    ``**`` (all below). The most specific template wins, whatever the order in the file.
    """

    name: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$"),
        Form("lower-case letters, digits and dashes, at most 63"),
    ]
    hosts: Annotated[tuple[Host, ...], Field(min_length=1)]
    path: Annotated[
        str,
        StringConstraints(pattern=r"^/[!-~]*$", max_length=1000),
        Form("a path that begins with /, such as /orders/{id} or /orders/**"),
    ]
    methods: Annotated[tuple[Method, ...], Field(min_length=1)] = ("GET",)
    service: ServiceName
    timeout: Duration = 15.0
    idle_timeout: Duration | None = None
    streaming: bool = False
    websocket: bool = False
    body_limit: ByteSize = 1024**2
    retries: Retries | None = None
    response_headers: dict[HeaderName, HeaderValue | None] = Field(default_factory=dict)


EDGE: Final = "edge"
ROUTES: Final = "routes"
