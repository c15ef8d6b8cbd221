"""The ``edge`` and ``routes`` sections: where the edge listens, and what leads where."""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from ringwall.gateway.availability.answers import Maintenance, WhenGone
from ringwall.gateway.availability.caching import Cache
from ringwall.inventory.config import HeaderName, HeaderValue, Positive, ServiceName
from ringwall.runtime.configuration import Address, ByteSize, Form, Secret, StrictModel

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
ActionName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}(:[a-z0-9-]{1,63})+$"),
    Form("two words of lower-case letters, digits and dashes with a colon, such as orders:refund"),
]


class LocalCertificate(StrictModel):
    """From Ringwall's own authority: for development and inside networks."""

    source: Literal["local"] = "local"


class FileCertificate(StrictModel):
    """Brought by the user; replaced files are picked up, expiry is watched."""

    source: Literal["file"]
    chain: str
    """The PEM file of the certificate and its intermediates, the certificate first."""
    key: str
    """The PEM file of its key, which other users must not be able to read."""


class AcmeCertificate(StrictModel):
    """From an ACME authority (RFC 8555), renewed at two thirds of its life."""

    source: Literal["acme"]
    challenge: Literal["http-01", "tls-alpn-01"] = "http-01"
    """How control of the name is proven: over `edge.redirect`, or over the TLS listener itself."""


Certificate = Annotated[
    LocalCertificate | FileCertificate | AcmeCertificate, Field(discriminator="source")
]


class ClientCertificates(StrictModel):
    """Certificates that clients may show; nobody has to."""

    roots: str | None = None
    """A PEM file of the authorities that sign them; else any certificate will do, known by its
    fingerprint alone."""


class HostSettings(StrictModel):
    """One name the edge answers for."""

    certificate: Certificate = LocalCertificate()
    """What the edge shows for this name."""
    client_certificates: ClientCertificates | None = None
    """Whether programs may show certificates, which their tokens are then bound to (RFC 8705)."""
    tls_minimum: Literal["1.3", "1.2"] = "1.3"
    """The oldest TLS that is spoken; 1.2 only while a client needs it, and with a warning."""


class ExternalAccount(StrictModel):
    """External account binding (RFC 8555 section 7.3.4), asked for by some authorities."""

    key_id: str
    """The identifier the authority has given you."""
    hmac_key: Secret
    """The key it has given you, base64url."""


class Acme(StrictModel):
    """The ACME account that ``source: acme`` certificates come from."""

    directory: Annotated[
        str,
        StringConstraints(pattern=r"^https://\S+$"),
        Form("an address that begins with https://"),
    ]
    """The authority's directory address."""
    email: str | None = None
    """Where the authority writes to about the account."""
    terms_accepted: bool = False
    """That you have read its terms and agree; no certificate is ordered before."""
    trusted_roots: str | None = None
    """A PEM file of roots besides the system's, for an authority of your own."""
    external_account: ExternalAccount | None = None
    """Credentials of an account you already have there."""


class Limits(StrictModel):
    """What one client, and all of them together, may take of the edge."""

    connections: Annotated[int, Field(ge=1, le=10_000_000)] = 20_000
    """Open connections of all clients together."""
    heap: Annotated[ByteSize, Field(ge=32 * 1024**2), Form("a size of 32MiB or more")] = 1024**3
    """Memory of the edge's Envoy; before it is full, load is shed."""
    headers: Annotated[
        ByteSize, Field(ge=1024, le=8 * 1024**2), Form("a size from 1KiB to 8MiB")
    ] = 32 * 1024
    """All headers of one request together."""
    header_count: Annotated[int, Field(ge=10, le=1000)] = 100
    """Headers of one request."""
    connection_buffer: Annotated[
        ByteSize, Field(ge=4096, le=1024**3), Form("a size from 4KiB to 1GiB")
    ] = 32 * 1024
    """What is held for one connection that reads slowly."""
    http2_streams: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Requests at the same time on one HTTP/2 connection."""
    header_timeout: Positive = 10.0
    """For the headers of a request to arrive."""
    request_timeout: Positive = 60.0
    """For a whole request to arrive."""
    stream_idle: Positive = 60.0
    """For a request or its answer to go on after the last byte."""
    connection_idle: Positive = 300.0
    """For the next request on an open connection."""
    handshake_timeout: Positive = 10.0
    """For the TLS handshake."""


class Record(StrictModel):
    """How long files of the record of requests are kept before they are in the log.

    For how long the log keeps requests `log.retention` says.
    """

    days: Annotated[int, Field(ge=1, le=3650)] = 90
    """Days for which files are kept that nobody has read into the log."""
    size: Annotated[ByteSize, Field(ge=64 * 1024**2), Form("a size of 64MiB or more")] = 2 * 1024**3
    """Bytes of closed files, as they lie on the disk; the oldest go first, and what nobody has read
    of them is lost. A quarter of that more is for requests of strangers."""


class Edge(StrictModel):
    """The edge itself."""

    listen: Address = Address(host="127.0.0.1", port=8443)
    """Where the edge takes TLS connections."""
    redirect: Address | None = Address(host="127.0.0.1", port=8080)
    """Its plain-text twin, which only redirects and answers ACME."""
    private: Address = Address(host="127.0.0.1", port=9900)
    """Where /healthz, /readyz and /metrics are; keep it private."""
    trust_domain: Annotated[
        str,
        StringConstraints(max_length=255, pattern=r"^[a-z0-9_-]+(\.[a-z0-9_-]+)*$"),
        Form("a name such as example.internal, in lower case"),
    ] = "ringwall.internal"
    """The first part of SPIFFE ids inside: spiffe://TRUST_DOMAIN/service/NAME."""
    hosts: dict[Host, HostSettings] = Field(default_factory=dict)
    """The names the edge answers for."""
    acme: Acme | None = None
    """The account for certificates with `source: acme`."""
    trusted_hops: Annotated[int, Field(ge=0, le=10)] = 0
    """Proxies in front of the edge whose X-Forwarded-For is believed."""
    public_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """The port people use, when something in front maps it to `listen`."""
    blocked: tuple[Network, ...] = ()
    """Networks whose requests are refused."""
    limits: Limits = Limits()
    """What clients may take."""
    record: Record = Record()
    """What is kept of the record of requests before it is in the log."""
    response_headers: dict[HeaderName, HeaderValue | None] = Field(default_factory=dict)
    """Headers of every answer, added to or instead of the usual ones; null leaves one out."""
    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    """Threads of the edge's Envoy; else one for each processor."""


class RetryOn(StrEnum):
    """When a request that reached the service may be sent again (idempotent methods only)."""

    GATEWAY_ERROR = "gateway-error"
    RESET = "reset"
    SERVER_ERROR = "5xx"


class SignIn(StrEnum):
    """Whether a route asks who is there."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


class Factor(StrEnum):
    """How surely people must have been proven."""

    MFA = "mfa"
    PASSKEY = "passkey"


class Retries(StrictModel):
    """Retries of what is safe to repeat; the service's ``circuit`` holds their budget."""

    attempts: Annotated[int, Field(ge=0, le=5)] = 1
    """Tries after the first."""
    on: tuple[RetryOn, ...] = (RetryOn.GATEWAY_ERROR, RetryOn.RESET)
    """What makes a try worth repeating."""
    per_try: Positive | None = None
    """For one try; the route's `timeout` holds for all of them together."""


BODY_LIMIT: Final = 1024**2
"""Bytes; the limit of a route that says nothing, which costs a request the least."""


class RoutePurpose(StrEnum):
    """What a route is for, where floods of it are worse than others."""

    SIGN_IN = "sign-in"
    SIGN_UP = "sign-up"
    RESET = "reset"
    """Of a password, or whatever else mails somebody."""
    SEARCH = "search"
    PAGES = "pages"
    """Whatever shows pages of signing in, as Ringwall's own host of sign-in does."""


RouteName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$"),
    Form("lower-case letters, digits and dashes, at most 63"),
]


class Priority(StrEnum):
    """How long a route is served while an attack leaves the edge no time for all."""

    BULK = "bulk"
    """Refused first: exports, downloads, what can wait."""
    NORMAL = "normal"
    VITAL = "vital"
    """Never refused for that: health checks, and what is dear to lose."""


class Route(StrictModel):
    """What leads where: the methods and path template of some hosts, to one service.

    A template is a path whose segments may be ``{name}`` (one segment) and whose last may be
    ``**`` (all below). The most specific template wins, whatever the order in the file.
    """

    name: RouteName
    """What records and policies call it."""
    hosts: Annotated[tuple[Host, ...], Field(min_length=1)]
    """Names of `edge.hosts` it is for."""
    path: Annotated[
        str,
        StringConstraints(pattern=r"^/[!-~]*$", max_length=1000),
        Form("a path that begins with /, such as /orders/{id} or /orders/**"),
    ]
    """The path template."""
    methods: Annotated[tuple[Method, ...], Field(min_length=1)] = ("GET",)
    """The methods it takes; GET brings HEAD with it."""
    actions: dict[Method, ActionName] = Field(default_factory=dict)
    """What policies call a method here, such as `POST: orders:refund`; else by its own name."""
    service: ServiceName
    """The service it leads to."""
    timeout: Positive = 15.0
    """For the whole answer; streaming routes and WebSockets have none."""
    idle_timeout: Positive | None = None
    """For the next byte in either direction; else the edge's `stream_idle`."""
    streaming: bool = False
    """Whether answers have no end in time, such as server-sent events."""
    websocket: bool = False
    """Whether the connection may become a WebSocket."""
    body_limit: Annotated[ByteSize, Field(ge=1), Form("a size of 1 byte or more")] = BODY_LIMIT
    """The largest request body; beyond it the answer is 413."""
    sign_in: SignIn | None = None
    """Whether people and programs must be signed in; else `required` as soon as `identity.host` is
    there. With `optional` the service is told who it is if somebody is."""
    factor: Factor | None = None
    """How surely people must have been proven: by two factors, or by a passkey."""
    factor_within: Positive | None = None
    """How long ago that may be, for what matters most; people are asked again (RFC 9470)."""
    retries: Retries | None = None
    """Whether, when and how often a request is sent again."""
    priority: Priority = Priority.NORMAL
    """Whose requests are refused first while an attack leaves the edge no time for all."""
    challenge: bool = True
    """Whether anonymous browsers may be asked to do a calculation first while an attack is under
    way."""
    purpose: RoutePurpose | None = None
    """What it is for, if that has limits of its own (`availability.limits`)."""
    cost: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many tokens a request takes from each of its limits, as many as usual requests."""
    response_headers: dict[HeaderName, HeaderValue | None] = Field(default_factory=dict)
    """As in `edge`, for this route."""
    cache: Cache | None = None
    """Which answers may be kept in the service's sidecar; with `sign_in: none` alone."""
    maintenance: Maintenance | None = None
    """An answer of the edge's own instead of the service's, while somebody works on it."""
    when_gone: WhenGone | None = None
    """What is answered when the service is not there: instead of its 502, 503 or 504, and of the
    edge's own."""


EDGE: Final = "edge"
ROUTES: Final = "routes"
