"""Judgments over the log and the rest of the configuration: which services there are to send."""

from collections.abc import Iterator
from typing import Final

from ringwall.gateway.config import EDGE, Edge
from ringwall.gateway.judging import Path, unknown, warning
from ringwall.inventory.config import SERVICES, Service
from ringwall.lake.config import LOG, Log
from ringwall.runtime.configuration import Address, Configuration, Problem

INTAKE: Final = (LOG, "intake")


def check_log_over_all(configuration: Configuration) -> Iterator[Problem]:
    """Services with keys that are none, sockets that nobody gets, names that are not ours."""
    intake = configuration.one(Log, LOG).intake
    if intake is None:
        return
    names = configuration.names(SERVICES)
    for service in intake.keys:
        if service not in names:
            yield unknown((*INTAKE, "keys", service), "service", service, names)
    services = configuration.map(Service, SERVICES)
    if intake.local and not local_services(services):
        yield warning(
            (*INTAKE, "local"),
            "no service is of this machine: those are that have a process or a managed sidecar",
        )
    if intake.tls_minimum == "1.2":
        yield warning(
            (*INTAKE, "tls_minimum"),
            "the intake accepts TLS 1.2: keep this only while a sender needs it",
        )
    host = configuration.one(Edge, EDGE).hosts.get(intake.name)
    if host is not None and host.certificate.source != "local":
        yield Problem(
            path=(*INTAKE, "name"),
            message=f"the certificate of {intake.name} is not from Ringwall's own authority",
            value=intake.name,
            allowed="a name of its own, for which Ringwall makes the certificate",
        )


def local_services(services: dict[str, Service]) -> tuple[str, ...]:
    """The services that run on this machine, as Ringwall's own user."""
    return tuple(
        name
        for name, one in services.items()
        if one.process is not None or (one.sidecar is not None and one.sidecar.managed)
    )


def log_doors(log: Log) -> Iterator[tuple[Path, Address]]:
    """What the log's processes open, and where the configuration says so."""
    if log.intake is not None:
        for key, address in (("listen", log.intake.listen), ("syslog", log.intake.syslog)):
            if address is not None:
                yield (*INTAKE, key), address
    if log.witness is not None:
        yield (LOG, "witness", "listen"), log.witness.listen
