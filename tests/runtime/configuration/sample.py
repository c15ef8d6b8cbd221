"""A small configuration with every kind of setting, for the tests of loading."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from ringwall.runtime.configuration import (
    Address,
    ByteSize,
    Configuration,
    ConfigurationError,
    Duration,
    Form,
    Problem,
    Secret,
    Section,
    Severity,
    Shape,
    StrictModel,
    load_text,
    nearest,
)

Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$"),
    Form("lower-case letters, digits and dashes"),
]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.*-]{1,253}$", to_lower=True)]


class Tls(StrEnum):
    MUTUAL = "mutual"
    SERVER = "server"
    NONE = "none"


class Local(StrictModel):
    source: Literal["local"] = "local"


class File(StrictModel):
    source: Literal["file"]
    chain: str
    key: str


class Settings(StrictModel):
    certificate: Annotated[Local | File, Field(discriminator="source")] = Local()
    tls_minimum: Literal["1.3", "1.2"] = "1.3"


class Account(StrictModel):
    key_id: str
    hmac_key: Secret


class Acme(StrictModel):
    directory: str
    account: Account | None = None
    spare_keys: tuple[Secret, ...] = ()


class Retries(StrictModel):
    """Retries."""

    attempts: Annotated[int, Field(ge=0, le=5)] = 1
    per_try: Duration | None = None


class Edge(StrictModel):
    """The edge itself."""

    listen: Address = Address(host="127.0.0.1", port=8443)
    hosts: dict[Host, Settings] = Field(default_factory=dict)
    acme: Acme | None = None
    heap: ByteSize = 1024**3
    share: Annotated[float, Field(ge=0, le=1)] = 0.5
    workers: Annotated[int, Field(ge=1, le=256)] | None = None
    banner: str | int | Retries = "none"


class Service(StrictModel):
    """One service."""

    addresses: Annotated[tuple[Address, ...], Field(min_length=1)]
    owner: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    tls: Tls = Tls.MUTUAL
    calls: tuple[Name, ...] = ()
    environment: dict[str, str] = Field(default_factory=dict)


class Route(StrictModel):
    """What leads where."""

    name: Name
    hosts: Annotated[tuple[Host, ...], Field(min_length=1)]
    service: Name
    methods: tuple[Literal["GET", "HEAD", "POST", "PUT", "DELETE"], ...] = ("GET",)
    timeout: Duration = 15.0
    streaming: bool = False
    retries: Retries | None = None


def check_routes(configuration: Configuration) -> Iterator[Problem]:
    names = configuration.names("services")
    for position, route in enumerate(configuration.list(Route, "routes")):
        if route.service not in names:
            yield Problem(
                path=("routes", position, "service"),
                message=f'there is no service "{route.service}"',
                value=route.service,
                nearest=nearest(route.service, names),
            )
        if route.timeout > 60:
            yield Problem(
                path=("routes", position, "timeout"),
                message="that is long",
                severity=Severity.WARNING,
            )


def check_edge(configuration: Configuration) -> Iterator[Problem]:
    edge = configuration.one(Edge, "edge")
    if not edge.hosts and configuration.list(Route, "routes"):
        yield Problem(path=("edge", "hosts"), message="no hosts")


SECTIONS: Final = (
    Section(key="edge", model=Edge, check=check_edge),
    Section(key="services", model=Service, shape=Shape.MAP, name=Name),
    Section(key="routes", model=Route, shape=Shape.LIST, check=check_routes),
)

GOOD: Final = """\
version: 1
edge:
  hosts:
    shop.localhost: {certificate: {source: local}}
    www.localhost:
      certificate: {source: file, chain: /etc/chain.pem, key: /etc/key.pem}
      tls_minimum: "1.2"
  heap: 512MiB
  acme:
    directory: https://acme.localhost/
    account: {key_id: me, hmac_key: "${env:ACME_KEY}"}
services:
  billing:
    addresses: [127.0.0.1:7001, "[::1]:7001", unix:billing.sock]
    owner: payments
  orders:
    addresses: [127.0.0.1:7002]
    owner: sales
    tls: none
    calls: [billing]
    environment: {PORT: "7002", COUNTRY: no}
routes:
  - name: checkout
    hosts: [shop.localhost]
    service: billing
    methods: [GET, POST]
    timeout: 30s
    streaming: true
    retries: {attempts: 2, per_try: 250ms}
  - {name: orders, hosts: [shop.localhost, WWW.localhost], service: orders}
"""


def problems_of(text: str) -> tuple[Problem, ...]:
    """What is wrong with a text; fails when nothing is."""
    try:
        load_text(text, SECTIONS)
    except ConfigurationError as error:
        return error.problems
    msg = f"nothing was found wrong with:\n{text}"
    raise AssertionError(msg)


def told(text: str) -> list[tuple[str, str]]:
    """The problems of a text as (line:column, message)."""
    return [
        (f"{problem.place.line}:{problem.place.column}" if problem.place else "", problem.message)
        for problem in problems_of(text)
    ]
