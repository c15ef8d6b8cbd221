"""A small world for tests: a shop with roles, services and routes."""

from types import MappingProxyType

from ringwall.access.model import Role, RouteEntity, ServiceEntity, World
from ringwall.core.components import (
    Classification,
    Component,
    Environment,
    Exposure,
    Layer,
    ServiceModel,
)


def service(
    name: str,
    *,
    calls: tuple[str, ...] = (),
    layer: Layer = Layer.APPLICATION,
    environment: Environment = Environment.PRODUCTION,
    classification: Classification = Classification.CONFIDENTIAL,
    exposure: Exposure = Exposure.INTERNET,
    owner: str = "shop",
) -> ServiceEntity:
    component = Component(
        kind="service",
        name=name,
        layer=layer,
        service_model=ServiceModel.OWN,
        environment=environment,
        classification=classification,
        exposure=exposure,
        owner=owner,
    )
    return ServiceEntity(component=component, calls=calls)


def shop(*, routes: tuple[RouteEntity, ...] = ()) -> World:
    """Customers, support and billing; orders of organisations, which can be refunded."""
    roles = (Role(name="customer"), Role(name="support"), Role(name="billing-manager"))
    services = (service("storefront", calls=("orders",)), service("orders"), service("billing"))
    own = (
        RouteEntity(name="catalogue", service="storefront", path="/", actions={"GET": "GET"}),
        RouteEntity(
            name="order",
            service="orders",
            path="/{tenant}/orders/{order}",
            actions={"GET": "GET", "PUT": "PUT", "POST": "orders:refund"},
            parameters=("tenant", "order"),
            tenant="tenant",
        ),
        RouteEntity(
            name="export",
            service="orders",
            path="/export",
            actions={"GET": "orders:export", "POST": "orders:export"},
        ),
    )
    return World(
        roles=MappingProxyType({role.name: role for role in roles}),
        services=MappingProxyType({one.name: one for one in services}),
        routes=MappingProxyType({route.name: route for route in (*own, *routes)}),
        groups=frozenset({"staff"}),
    )
