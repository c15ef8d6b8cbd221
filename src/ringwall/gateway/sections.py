"""The gateway's sections of the configuration, with the judgments over them."""

from collections.abc import Iterator
from typing import Final

from ringwall.gateway.availability.checks import check_availability, check_sharing
from ringwall.gateway.availability.config import AVAILABILITY, Availability
from ringwall.gateway.availability.protecting_checks import check_protection
from ringwall.gateway.availability.sources_checks import check_sources
from ringwall.gateway.checks import check_edge, check_routes
from ringwall.gateway.config import EDGE, ROUTES, Edge, Route
from ringwall.gateway.identity_checks import check_identity
from ringwall.gateway.log_checks import check_log_over_all
from ringwall.gateway.policy_checks import check_policies
from ringwall.gateway.service_checks import check_services
from ringwall.runtime.configuration import Configuration, Problem, Section
from ringwall.runtime.configuration.sections import Shape


def _check_paths(configuration: Configuration) -> Iterator[Problem]:
    yield from check_services(configuration)
    yield from check_routes(configuration)
    yield from check_identity(configuration)
    yield from check_policies(configuration)
    yield from check_protection(configuration)
    yield from check_log_over_all(configuration)


def _check_availability(configuration: Configuration) -> Iterator[Problem]:
    yield from check_availability(configuration)
    yield from check_sharing(configuration)
    yield from check_sources(configuration)


SECTIONS: Final = (
    Section(key=EDGE, model=Edge, check=check_edge),
    Section(key=AVAILABILITY, model=Availability, check=_check_availability),
    Section(key=ROUTES, model=Route, shape=Shape.LIST, check=_check_paths),
)
