"""Judgments over a whole configuration: what refers to nothing, contradicts itself or is unsafe."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from ringwall.gateway.config import EDGE, ROUTES, Edge, Route
from ringwall.gateway.envoy.clusters import EDGE_IDENTITY
from ringwall.gateway.envoy.edge import WEB
from ringwall.gateway.envoy.entries import expand
from ringwall.gateway.paths import parse_template
from ringwall.inventory.config import SERVICES, Service, UpstreamTls
from ringwall.runtime.configuration import Address, Configuration, Problem, Severity
from ringwall.runtime.configuration.spelling import listed, nearest

RESERVED: Final = frozenset({EDGE_IDENTITY, WEB, "app"})
_PUBLIC_NETWORKS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, not bound


def check_edge(configuration: Configuration) -> Iterator[Problem]:
    """Hosts, certificates and doors."""
    edge = configuration.one(Edge, EDGE)
    for host, settings in edge.hosts.items():
        path = (EDGE, "hosts", host)
        if settings.tls_minimum == "1.2":
            yield _warning(
                (*path, "tls_minimum"),
                f"{host} accepts TLS 1.2: keep this only while a client needs it",
            )
        if settings.certificate.source == "acme":
            yield from _check_acme(edge, host)
    if edge.acme is not None and not edge.acme.terms_accepted:
        yield Problem(
            path=(EDGE, "acme", "terms_accepted"),
            message="the authority's terms must be agreed to before it issues certificates",
            allowed="true, once you have read them",
        )
    if edge.private.host in _PUBLIC_NETWORKS:
        yield _warning(
            (EDGE, "private"), "metrics and readiness are open to every network of this machine"
        )
    yield from _check_ports(configuration, edge)


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
                yield _unknown((*path, "calls", position), "service", called, names)
            elif called == name:
                yield _warning((*path, "calls", position), f"{name} needs no leave to call itself")
        yield from _check_transport(name, service)


def check_routes(configuration: Configuration) -> Iterator[Problem]:
    """Routes that lead nowhere, cannot be read, or stand twice."""
    hosts = configuration.one(Edge, EDGE).hosts
    names = configuration.names(SERVICES)
    taken: dict[tuple[object, ...], str] = {}
    seen: dict[str, int] = defaultdict(int)
    for position, route in enumerate(configuration.list(Route, ROUTES)):
        path = (ROUTES, position)
        seen[route.name] += 1
        if seen[route.name] > 1:
            yield Problem(
                path=(*path, "name"),
                message=f'the name "{route.name}" is used by another route',
                allowed="a name of its own: records and policies refer to routes by name",
            )
        if route.service not in names:
            yield _unknown((*path, "service"), "service", route.service, names)
        for index, host in enumerate(route.hosts):
            if host not in hosts:
                yield _unknown((*path, "hosts", index), "host under edge.hosts", host, hosts)
        if route.streaming and route.retries is not None and route.retries.per_try is not None:
            yield _warning(
                (*path, "retries", "per_try"), "a streaming route's tries are cut off by this"
            )
        try:
            shape = parse_template(route.path).shape
        except ValueError as error:
            yield Problem(path=(*path, "path"), message=str(error), value=route.path)
            continue
        for host in route.hosts:
            for method in expand(route.methods):
                other = taken.setdefault((host, shape, method), route.name)
                if other != route.name:
                    yield Problem(
                        path=(*path, "path"),
                        message=f'{method} {host}{route.path} is led by route "{other}" already',
                        value=route.path,
                        allowed="another path, host or method",
                    )
                    break
    yield from _unreached(configuration)


def _check_acme(edge: Edge, host: str) -> Iterator[Problem]:
    path = (EDGE, "hosts", host, "certificate")
    if edge.acme is None:
        yield Problem(
            path=path,
            message="certificates from ACME need an account",
            allowed="edge.acme with a directory, for example "
            "acme: {directory: https://acme.example/directory, terms_accepted: true}",
        )
    if host.startswith("*."):
        yield Problem(
            path=path,
            message=f"{host}: an ACME authority proves wildcards by DNS only, which is not built",
            allowed="one entry for each host, or source: file",
        )
    certificate = edge.hosts[host].certificate
    if (
        certificate.source == "acme"
        and certificate.challenge == "http-01"
        and edge.redirect is None
    ):
        yield Problem(
            path=path,
            message="http-01 needs the plain-text listener",
            allowed="edge.redirect, or challenge: tls-alpn-01",
        )


def _check_transport(name: str, service: Service) -> Iterator[Problem]:
    path = (SERVICES, name)
    sidecar = service.sidecar
    if sidecar is not None and service.tls is not UpstreamTls.MUTUAL:
        yield Problem(
            path=(*path, "tls"),
            message="a sidecar speaks mutual TLS",
            value=str(service.tls),
            allowed="tls: mutual, or no sidecar",
        )
    if sidecar is not None and len(service.addresses) != 1:
        yield Problem(
            path=(*path, "addresses"),
            message="a service with a sidecar on this machine has one address, the sidecar's",
        )
    if sidecar is not None and sidecar.app in service.addresses:
        yield Problem(
            path=(*path, "sidecar", "app"),
            message="this is the sidecar's own address: it would call itself",
            value=str(sidecar.app),
            allowed="the port or socket where the service itself listens",
        )
    if sidecar is not None and service.calls and sidecar.outbound is None:
        yield _warning(
            (*path, "calls"), f"{name} has no sidecar.outbound through which to call them"
        )
    if service.tls is UpstreamTls.NONE:
        for position, address in enumerate(service.addresses):
            if not address.is_loopback:
                yield _warning(
                    (*path, "addresses", position),
                    f"requests to {name} cross the network in plain text",
                )
    if service.tls is UpstreamTls.SERVER and service.server_name is None:
        yield Problem(
            path=path,
            message="tls: server needs server_name, the name its certificate must have",
        )


def _check_ports(configuration: Configuration, edge: Edge) -> Iterator[Problem]:
    doors: list[tuple[tuple[str | int, ...], Address]] = [((EDGE, "listen"), edge.listen)]
    if edge.redirect is not None:
        doors.append(((EDGE, "redirect"), edge.redirect))
    doors.append(((EDGE, "private"), edge.private))
    for name, service in configuration.map(Service, SERVICES).items():
        if service.sidecar is not None:
            doors.append(((SERVICES, name, "addresses", 0), service.addresses[0]))
            if service.sidecar.outbound is not None:
                outbound = (SERVICES, name, "sidecar", "outbound")
                doors.append((outbound, service.sidecar.outbound))
    first: dict[str, tuple[str | int, ...]] = {}
    for path, address in doors:
        other = first.setdefault(str(address), path)
        if other != path:
            yield Problem(
                path=path,
                message=f"{address} is {'.'.join(map(str, other))} already",
                value=str(address),
                allowed="an address of its own",
            )


def _unreached(configuration: Configuration) -> Iterator[Problem]:
    services = configuration.map(Service, SERVICES)
    used = {route.service for route in configuration.list(Route, ROUTES)}
    used |= {called for service in services.values() for called in service.calls}
    for name in services:
        if name not in used:
            yield _warning((SERVICES, name), f"no route leads to {name} and no service calls it")


def _unknown(path: tuple[str | int, ...], what: str, value: str, known: Iterable[str]) -> Problem:
    names = tuple(known)
    return Problem(
        path=path,
        message=f'there is no {what} "{value}"',
        value=value,
        allowed=listed(names) if names else None,
        nearest=nearest(value, names),
    )


def _warning(path: tuple[str | int, ...], message: str) -> Problem:
    return Problem(path=path, message=message, severity=Severity.WARNING)
