"""What the process is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PREFIX: Final = "RINGWALL_INTAKE_"

_LARGEST: Final = 8 * 1024**3
_LEAST_FREE: Final = 512 * 1024**2
_CONNECTIONS: Final = 1000


@dataclass(frozen=True, slots=True)
class Tls:
    """Files: what is shown, and whose certificates are good. ``trust_domain`` is the services'."""

    certificate: Path
    key: Path
    trust: Path
    trust_domain: str
    minimum: str = "1.3"
    """The oldest version that is spoken; 1.2 only while a sender needs it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Each field is a variable, in capitals behind ``RINGWALL_INTAKE_``.

    ``http`` and ``syslog`` are ``address:port`` with TLS and need ``certificate``, ``key``,
    ``trust`` (PEM files) and ``trust_domain``; ``tls_minimum`` may be 1.2. ``keys`` is a file of
    the hashes of services' keys, ``local`` one of who may use the sockets in the folder
    ``sockets``. ``largest`` is how much of the spool may lie unread, ``least_free`` how much of the
    disk stays free, in bytes; ``connections`` how many each door takes at once.
    """

    spool: Path
    control: Path
    status: Path
    http: tuple[str, int] | None = None
    syslog: tuple[str, int] | None = None
    tls: Tls | None = None
    keys: Path | None = None
    local: Path | None = None
    sockets: Path | None = None
    largest: int = _LARGEST
    least_free: int = _LEAST_FREE
    connections: int = _CONNECTIONS

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """``ValueError`` names the variable that is missing or wrong."""

        def text(name: str) -> str | None:
            return environment.get(PREFIX + name) or None

        def path(name: str) -> Path | None:
            found = text(name)
            return None if found is None else Path(found)

        def need(name: str) -> str:
            found = text(name)
            if found is None:
                raise ValueError(f"{PREFIX}{name} is not set")
            return found

        def number(name: str, default: int) -> int:
            found = text(name) or str(default)
            if not found.isascii() or not found.isdigit():
                raise ValueError(f"{PREFIX}{name} is {found!r}: write a number")
            return int(found)

        http, syslog = _address("HTTP", text("HTTP")), _address("SYSLOG", text("SYSLOG"))
        tls = None
        if http is not None or syslog is not None:
            tls = Tls(
                certificate=Path(need("CERTIFICATE")),
                key=Path(need("KEY")),
                trust=Path(need("TRUST")),
                trust_domain=need("TRUST_DOMAIN"),
                minimum=_minimum(text("TLS_MINIMUM") or "1.3"),
            )
        local = path("LOCAL")
        return cls(
            spool=Path(need("SPOOL")),
            control=Path(need("CONTROL")),
            status=Path(need("STATUS")),
            http=http,
            syslog=syslog,
            tls=tls,
            keys=path("KEYS"),
            local=local,
            sockets=None if local is None else Path(need("SOCKETS")),
            largest=number("LARGEST", _LARGEST),
            least_free=number("LEAST_FREE", _LEAST_FREE),
            connections=number("CONNECTIONS", _CONNECTIONS),
        )


def _minimum(told: str) -> str:
    if told not in {"1.2", "1.3"}:
        raise ValueError(f"{PREFIX}TLS_MINIMUM is {told!r}: write 1.3 or 1.2")
    return told


def _address(name: str, told: str | None) -> tuple[str, int] | None:
    if told is None:
        return None
    host, _, port = told.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise ValueError(f"{PREFIX}{name} is {told!r}: write an address and a port, host:port")
    return host.strip("[]"), int(port)
