"""Judgments over what protects services: answers that the edge has ready for them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from ringwall.gateway.availability.answers import Maintenance, WhenGone
from ringwall.gateway.config import ROUTES, Route, SignIn
from ringwall.gateway.envoy.entries import SAFE, expand
from ringwall.gateway.judging import Path, warning
from ringwall.identity.config import IDENTITY, Identity
from ringwall.inventory.config import SERVICES, Protocol, Service
from ringwall.runtime.configuration import Configuration, Problem


def check_protection(configuration: Configuration) -> Iterator[Problem]:
    """What a route has ready for its service, and what never comes to be said."""
    services = configuration.map(Service, SERVICES)
    signs_in = configuration.one(Identity, IDENTITY).host is not None
    for name, service in services.items():
        yield from _adapting((SERVICES, name, "circuit"), name, service)
        yield from _both((SERVICES, name, "circuit"), service)
    for position, route in enumerate(configuration.list(Route, ROUTES)):
        path = (ROUTES, position)
        leading_to = services.get(route.service)
        if route.maintenance is not None:
            yield from _maintenance((*path, "maintenance"), route.maintenance, datetime.now(UTC))
        if route.when_gone is not None:
            yield from _when_gone((*path, "when_gone"), route.when_gone, leading_to)
        if leading_to is not None and leading_to.circuit.adaptive:
            yield from _long((SERVICES, route.service, "circuit", "adaptive"), route)
        if route.cache is not None:
            yield from _cache((*path, "cache"), route, leading_to, signs_in=signs_in)


def _maintenance(path: Path, given: Maintenance, now: datetime) -> Iterator[Problem]:
    if given.until is not None and given.until <= now:
        yield warning(
            (*path, "until"),
            "this is over by its own word, and goes on: take maintenance out, or tell a later time",
        )


def _when_gone(path: Path, given: WhenGone, service: Service | None) -> Iterator[Problem]:
    if service is not None and service.protocol is Protocol.GRPC:
        yield Problem(
            path=path,
            message="gRPC tells how a call ended in trailers, which an answer of text has not",
            allowed="no when_gone: callers see UNAVAILABLE",
        )
    if given.status == 200 and "retry_after" in given.model_fields_set:
        yield warning((*path, "retry_after"), "this is told with status 503 alone")


def _cache(
    path: Path, route: Route, service: Service | None, *, signs_in: bool
) -> Iterator[Problem]:
    if signs_in and route.sign_in is not SignIn.NONE:
        yield Problem(
            path=path,
            message="what is kept is given to everybody, and this route asks who is there",
            allowed="sign_in: none on this route, or no cache",
        )
    if not SAFE.intersection(expand(route.methods)):
        yield warning(path, "only answers to GET are kept, which is not taken here")
    if route.websocket or route.streaming:
        yield Problem(
            path=path,
            message="what has no end cannot be kept",
            allowed="a route of its own for what is to be kept, without websocket and streaming",
        )
    if service is None:
        return
    if service.sidecar is None:
        yield Problem(
            path=path,
            message=f"answers are kept in the sidecar, and {route.service} has none",
            allowed="services.NAME.sidecar, or no cache",
        )
    if service.protocol is Protocol.GRPC:
        yield Problem(
            path=path,
            message="gRPC calls are POST, and answers to those are never kept",
            allowed="no cache",
        )


def _adapting(path: Path, name: str, service: Service) -> Iterator[Problem]:
    for key in ("adaptive", "admission"):
        if getattr(service.circuit, key) and service.sidecar is None:
            yield Problem(
                path=(*path, key),
                message=f"this is judged in the sidecar, and {name} has none",
                allowed=f"a sidecar, or {key}: false",
            )


def _both(path: Path, service: Service) -> Iterator[Problem]:
    circuit = service.circuit
    if circuit.adaptive and circuit.admission and service.protocol is Protocol.GRPC:
        yield Problem(
            path=(*path, "admission"),
            message="with gRPC what adaptive turns away looks like a failure to admission",
            allowed="one of the two",
        )


def _long(path: Path, route: Route) -> Iterator[Problem]:
    if route.websocket or route.streaming:
        yield Problem(
            path=path,
            message=f'answers of route "{route.name}" take as long as somebody wants them: '
            "to go by the time they take would let in nobody else",
            allowed="adaptive: false, or a service of its own for what streams",
        )
