"""Judgments over what protects services: answers that the edge has ready for them."""

from collections.abc import Iterator
from datetime import UTC, datetime

from ringwall.gateway.availability.answers import Maintenance, WhenGone
from ringwall.gateway.config import ROUTES, Route
from ringwall.gateway.judging import Path, warning
from ringwall.inventory.config import SERVICES, Protocol, Service
from ringwall.runtime.configuration import Configuration, Problem


def check_protection(configuration: Configuration) -> Iterator[Problem]:
    """What a route has ready for its service, and what never comes to be said."""
    services = configuration.map(Service, SERVICES)
    for position, route in enumerate(configuration.list(Route, ROUTES)):
        path = (ROUTES, position)
        service = services.get(route.service)
        if route.maintenance is not None:
            yield from _maintenance((*path, "maintenance"), route.maintenance, datetime.now(UTC))
        if route.when_gone is not None:
            yield from _when_gone((*path, "when_gone"), route.when_gone, service)


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
