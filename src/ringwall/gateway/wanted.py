"""The parts of a configuration that the gateway is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from ringwall.gateway.config import EDGE, ROUTES, Edge, Route
from ringwall.inventory.config import SERVICES, Service
from ringwall.runtime.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Wanted:
    """What there is to be: the edge, the services, and which routes lead to them."""

    edge: Edge
    services: Mapping[str, Service]
    routes: tuple[Route, ...]

    @classmethod
    def of(cls, configuration: Configuration) -> "Wanted":
        """Take them out of a loaded configuration."""
        return cls(
            configuration.one(Edge, EDGE),
            configuration.map(Service, SERVICES),
            configuration.list(Route, ROUTES),
        )

    @property
    def sidecars(self) -> tuple[str, ...]:
        """The services that have a sidecar, by name."""
        return tuple(sorted(n for n, s in self.services.items() if s.sidecar is not None))
