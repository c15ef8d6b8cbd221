"""How services send their events, as the configuration says it."""

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ringwall.runtime.configuration import Address, ByteSize, Form, StrictModel

_MIB: Final = 1024**2
Service = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$"),
    Form("the name of a service"),
]
Hash = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9a-f]{64}$"),
    Form("the SHA-256 of a key in 64 lower-case hexadecimal digits, as sha256sum prints it"),
]
HostName = Annotated[
    str,
    StringConstraints(
        to_lower=True,
        max_length=253,
        pattern=r"^([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$",
    ),
    Form("a host name such as log.example.com"),
]


def _port(address: Address) -> Address:
    if address.is_unix:
        msg = "this is a port, host:port; local: true is for sockets"
        raise ValueError(msg)
    return address


Port = Annotated[Address, AfterValidator(_port), Form("host:port or [ipv6]:port")]


class Intake(StrictModel):
    """Where the protected services send events of their own."""

    listen: Port | None = None
    """Where events are taken by HTTPS, OTLP among them, and by OTLP over gRPC; with a service's
    certificate or key."""
    syslog: Port | None = None
    """Where syslog is taken over TLS (RFC 5425); with a service's certificate."""
    name: HostName = "localhost"
    """The host name that services reach it by, which its certificate has."""
    keys: dict[Service, Hash | tuple[Hash, ...]] = Field(default_factory=dict)
    """Services that send with a key instead of a certificate, and the hashes of their keys; two
    while a key is changed."""
    local: bool = False
    """Whether each service of this machine gets a socket of its own, `in/SERVICE.sock` in the run
    folder. `ringwall up` tells it to those it runs, as `RINGWALL_EVENTS`."""
    unread: Annotated[
        ByteSize, Field(ge=16 * _MIB, le=1 << 50), Form("a size from 16MiB to 1024TiB")
    ] = 8 * 1024 * _MIB
    """How much may wait to be read into the log before services are told to come later."""
    least_free: Annotated[
        ByteSize, Field(ge=16 * _MIB, le=1 << 50), Form("a size from 16MiB to 1024TiB")
    ] = 512 * _MIB
    """With less than this free on the disk nothing is taken either."""
    connections: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Connections of `listen`, and of `syslog`, at a time."""
    tls_minimum: Literal["1.3", "1.2"] = "1.3"
    """The oldest TLS that is spoken; 1.2 only while a sender needs it."""

    @model_validator(mode="after")
    def _has_a_door(self) -> "Intake":
        if self.listen is None and self.syslog is None and not self.local:
            msg = "nothing could come in: give listen, syslog or local: true"
            raise ValueError(msg)
        return self

    @property
    def has_tls(self) -> bool:
        """Whether it shows a certificate."""
        return self.listen is not None or self.syslog is not None
