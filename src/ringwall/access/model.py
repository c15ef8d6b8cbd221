"""What policies speak of: roles, services, routes and what their requests can be.

Made of the configuration by whoever knows it (the gateway); nothing here reads anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ringwall.core.components import Component
from ringwall.core.principals import PrincipalKind

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Safe methods (RFC 9110 section 9.2.1): the action group ``read``; all others are ``write``."""
METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


Kind = PrincipalKind
"""The types of principals, named as in policies."""


class Holders(StrEnum):
    """Whose members may have a role."""

    CUSTOMER = "customer"
    PROVIDER = "provider"
    ANYONE = "anyone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role and those whose rights it includes, by name."""

    name: str
    includes: tuple[str, ...] = ()
    holders: Holders = Holders.CUSTOMER


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEntity:
    """A service, as a resource and as a principal; ``calls`` are those it declares to call."""

    component: Component
    calls: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name, which is its id in policies."""
        return self.component.name


class Asks(StrEnum):
    """Who can come through a route at all, before any policy."""

    SIGNED_IN = "required"
    ANYBODY_KNOWN = "optional"
    ANYBODY = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteEntity:
    """A route as a resource.

    ``actions`` are what each of its methods is called, by method: the method itself, or a name such
    as ``orders:refund``. ``parameters`` are the names in braces of its path, in order; ``tenant``
    is the one of them that names the organisation it belongs to, if any. Else a tenant's own host
    (:attr:`World.tenant_hosts`) names it. ``hosts`` are those it is reached at. ``place`` is where
    it stands in the configuration: its index in ``routes``.
    """

    name: str
    service: str
    path: str
    actions: Mapping[str, str]
    parameters: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    tenant: str | None = None
    asks: Asks = Asks.SIGNED_IN
    place: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a policy may name.

    ``tenant_hosts`` is the wildcard host whose first label names an organisation.
    """

    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    services: Mapping[str, ServiceEntity] = field(default_factory=lambda: MappingProxyType({}))
    routes: Mapping[str, RouteEntity] = field(default_factory=lambda: MappingProxyType({}))
    groups: frozenset[str] = frozenset()
    tenant_hosts: str | None = None

    @property
    def named_actions(self) -> Mapping[str, frozenset[str]]:
        """Actions with names of their own, each with the methods it is asked by."""
        found: dict[str, set[str]] = {}
        for route in self.routes.values():
            for method, action in route.actions.items():
                if action != method:
                    found.setdefault(action, set()).add(method)
        return {name: frozenset(methods) for name, methods in sorted(found.items())}

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of all path parameters, sorted."""
        return tuple(sorted({name for route in self.routes.values() for name in route.parameters}))
