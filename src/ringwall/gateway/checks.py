"""Judgments over the edge and its routes: what leads nowhere, contradicts itself or is unsafe."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from ringwall.gateway.config import EDGE, ROUTES, Edge, Route
from ringwall.gateway.envoy.entries import IDEMPOTENT, expand
from ringwall.gateway.envoy.resources import UNKNOWN_HOST
from ringwall.gateway.judging import Path, header_problems, unknown, warning
from ringwall.gateway.log_checks import log_doors
from ringwall.gateway.paths import parse_template
from ringwall.identity.config import IDENTITY, Identity
from ringwall.inventory.config import SERVICES, Protocol, Service
from ringwall.lake.config import LOG, Log
from ringwall.runtime.configuration import Address, Configuration, Problem

_PUBLIC_NETWORKS: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, not bound


def check_edge(configuration: Configuration) -> Iterator[Problem]:
    """Hosts, certificates and doors."""
    edge = configuration.one(Edge, EDGE)
    named = {host for route in configuration.list(Route, ROUTES) for host in route.hosts}
    for host, settings in edge.hosts.items():
        path = (EDGE, "hosts", host)
        yield from _check_name(path, host)
        if host not in named and host != configuration.one(Identity, IDENTITY).host:
            yield warning(path, f"no route names {host}: all it answers is 404")
        if settings.tls_minimum == "1.2":
            yield warning(
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
        yield warning(
            (EDGE, "private"), "metrics and readiness are open to every network of this machine"
        )
    yield from header_problems((EDGE, "response_headers"), edge.response_headers)
    yield from _check_ports(configuration, edge)


def check_routes(configuration: Configuration) -> Iterator[Problem]:
    """Routes that lead nowhere, cannot be read, or stand twice."""
    hosts = configuration.one(Edge, EDGE).hosts
    names = configuration.names(SERVICES)
    services = configuration.map(Service, SERVICES)
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
            yield unknown((*path, "service"), "service", route.service, names)
        for index, host in enumerate(route.hosts):
            if host not in hosts:
                yield unknown((*path, "hosts", index), "host under edge.hosts", host, hosts)
        yield from _check_methods(path, route, services.get(route.service))
        yield from _check_times(path, route)
        yield from header_problems((*path, "response_headers"), route.response_headers)
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


def _check_name(path: Path, host: str) -> Iterator[Problem]:
    if host.startswith("*.") and host.count(".") == 1:
        yield warning(path, f"clients accept no certificate for {host}, a whole top-level domain")
    if host == UNKNOWN_HOST:
        yield Problem(path=path, message=f'"{host}" is a name Ringwall keeps for itself')


def _check_methods(path: Path, route: Route, service: Service | None) -> Iterator[Problem]:
    if route.methods == ("HEAD",):
        yield warning((*path, "methods"), "only HEAD is answered here: GET brings HEAD with it")
    if route.websocket and "GET" not in route.methods:
        yield Problem(
            path=(*path, "methods"),
            message="a WebSocket begins with GET (RFC 6455 section 4.1), which is not taken here",
            allowed="GET among the methods, or websocket: false",
        )
    if service is None:
        return
    if route.websocket and service.protocol is not Protocol.HTTP1:
        yield Problem(
            path=(*path, "websocket"),
            message=f"{route.service} speaks {service.protocol}: a WebSocket needs http1",
            value="true",
            allowed="websocket: false, or a service with protocol: http1",
        )
    if service.protocol is Protocol.GRPC and "POST" not in route.methods:
        yield warning((*path, "methods"), "gRPC calls are POST, which is not taken here")


def _check_times(path: Path, route: Route) -> Iterator[Problem]:
    if route.streaming and "timeout" in route.model_fields_set:
        yield warning((*path, "timeout"), "a streaming route has no time-out; idle_timeout counts")
    retries = route.retries
    if retries is None or not retries.attempts:
        return
    if not IDEMPOTENT.intersection(route.methods):
        message = "none of the route's methods is ever sent again: they are not idempotent"
        yield warning((*path, "retries"), message)
    if retries.per_try is None:
        return
    if route.streaming:
        yield warning(
            (*path, "retries", "per_try"), "a streaming route's tries are cut off by this"
        )
    elif retries.per_try >= route.timeout:
        yield warning(
            (*path, "retries", "per_try"),
            "the route's timeout is over by then: there is no time for another try",
        )


def _check_ports(configuration: Configuration, edge: Edge) -> Iterator[Problem]:
    doors: list[tuple[Path, Address]] = [((EDGE, "listen"), edge.listen)]
    if edge.redirect is not None:
        doors.append(((EDGE, "redirect"), edge.redirect))
    doors.append(((EDGE, "private"), edge.private))
    for name, service in configuration.map(Service, SERVICES).items():
        if service.sidecar is not None:
            doors.append(((SERVICES, name, "addresses", 0), service.addresses[0]))
            if service.sidecar.outbound is not None:
                outbound = (SERVICES, name, "sidecar", "outbound")
                doors.append((outbound, service.sidecar.outbound))
    if LOG in configuration.items:
        doors.extend(log_doors(configuration.one(Log, LOG)))
    for position, (path, address) in enumerate(doors):
        other = next((p for p, taken in doors[:position] if _collide(address, taken)), None)
        if other is not None:
            yield Problem(
                path=path,
                message=f"{address} is {'.'.join(map(str, other))} already",
                value=str(address),
                allowed="an address of its own",
            )


def _collide(one: Address, other: Address) -> bool:
    if one.is_unix or other.is_unix or one.port != other.port:
        return one == other
    return one.host == other.host or not _PUBLIC_NETWORKS.isdisjoint({one.host, other.host})
