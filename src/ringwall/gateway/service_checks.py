"""Judgments over services: their names, how they are reached and protected, whom they call."""

from collections.abc import Iterator
from typing import Final

from ringwall.gateway.config import ROUTES, Route
from ringwall.gateway.envoy.caching import CACHED_SERVICE
from ringwall.gateway.envoy.clusters import EDGE_IDENTITY, OWN_SERVICE
from ringwall.gateway.envoy.web import WEB
from ringwall.gateway.judging import Path, header_problems, unknown, warning
from ringwall.inventory.config import SERVICES, Protocol, Service, Sidecar, UpstreamTls
from ringwall.runtime.configuration import Configuration, Problem

RESERVED: Final = frozenset({EDGE_IDENTITY, WEB, OWN_SERVICE, CACHED_SERVICE})


def check_services(configuration: Configuration) -> Iterator[Problem]:
    """Names, transport and who calls whom."""
    services = configuration.map(Service, SERVICES)
    names = configuration.names(SERVICES)
    for name, service in services.items():
        path = (SERVICES, name)
        if name in RESERVED:
            yield Problem(path=path, message=f'"{name}" is a name Ringwall keeps for itself')
        for position, called in enumerate(service.calls):
            if called not in names:
                yield unknown((*path, "calls", position), "service", called, names)
            elif called == name:
                yield warning((*path, "calls", position), f"{name} needs no leave to call itself")
        yield from _check_transport(path, name, service)
        if service.sidecar is not None:
            yield from _check_sidecar(path, name, service, service.sidecar)
        health = service.health
        with_path = health is not None and "path" in health.model_fields_set
        if with_path and service.protocol is Protocol.GRPC:
            message = f"{name} is asked by gRPC's own health service, which has no path"
            yield warning((*path, "health", "path"), message)
        yield from header_problems((*path, "response_headers"), service.response_headers)
    yield from _unreached(configuration)


def _check_transport(path: Path, name: str, service: Service) -> Iterator[Problem]:
    if service.tls is UpstreamTls.NONE:
        for position, address in enumerate(service.addresses):
            if not address.is_loopback:
                yield warning(
                    (*path, "addresses", position),
                    f"requests to {name} cross the network in plain text",
                )
    if service.tls is UpstreamTls.SERVER and service.server_name is None:
        yield Problem(
            path=path,
            message="tls: server needs server_name, the name its certificate must have",
        )
    if service.tls is not UpstreamTls.SERVER:
        for key in ("server_name", "trusted_roots"):
            if getattr(service, key) is not None:
                yield warning((*path, key), f"only tls: server reads this, {name} does not")


def _check_sidecar(path: Path, name: str, service: Service, sidecar: Sidecar) -> Iterator[Problem]:
    if service.tls is not UpstreamTls.MUTUAL:
        yield Problem(
            path=(*path, "tls"),
            message="a sidecar speaks mutual TLS",
            value=str(service.tls),
            allowed="tls: mutual, or no sidecar",
        )
    if len(service.addresses) != 1:
        yield Problem(
            path=(*path, "addresses"),
            message="a service with a sidecar on this machine has one address, the sidecar's",
        )
    if sidecar.app in service.addresses:
        yield Problem(
            path=(*path, "sidecar", "app"),
            message="this is the sidecar's own address: it would call itself",
            value=str(sidecar.app),
            allowed="the port or socket where the service itself listens",
        )
    if not sidecar.app.is_loopback:
        yield warning(
            (*path, "sidecar", "app"), f"requests to {name} cross the network in plain text"
        )
    outbound = sidecar.outbound
    if outbound is None:
        if service.calls:
            yield warning(
                (*path, "calls"), f"{name} has no sidecar.outbound through which to call them"
            )
    elif not outbound.is_loopback:
        yield Problem(
            path=(*path, "sidecar", "outbound"),
            message=f"whoever reaches {outbound} could call services as {name}",
            value=str(outbound),
            allowed="a unix socket, or a port of 127.0.0.1",
        )
    elif not outbound.is_unix:
        yield warning(
            (*path, "sidecar", "outbound"),
            f"every program of this machine can call services as {name} through a port: "
            "a unix socket is for its user alone",
        )


def _unreached(configuration: Configuration) -> Iterator[Problem]:
    services = configuration.map(Service, SERVICES)
    used = {route.service for route in configuration.list(Route, ROUTES)}
    used |= {called for name, one in services.items() for called in one.calls if called != name}
    for name in services:
        if name not in used:
            yield warning((SERVICES, name), f"no route leads to {name} and no service calls it")
