"""What policies speak of, out of a configuration: its roles, services and routes."""

from collections.abc import Mapping, Sequence

from ringwall.access.config import Access
from ringwall.access.model import Asks, RouteEntity, ServiceEntity, World
from ringwall.access.roles import roles_in
from ringwall.core.components import Component
from ringwall.gateway.config import Route, SignIn
from ringwall.gateway.paths import parse_template
from ringwall.identity.config import Identity
from ringwall.inventory.config import Service


def world_of(
    access: Access,
    *,
    services: Mapping[str, Service],
    routes: Sequence[Route],
    identity: Identity,
) -> World:
    """The world of a configuration; routes that lead nowhere or cannot be read are left out."""
    found = [
        _route(route, place, access=access, identity=identity)
        for place, route in enumerate(routes)
        if route.service in services and _is_readable(route.path)
    ]
    return World(
        roles=roles_in(access),
        services={name: _service(name, one) for name, one in services.items()},
        routes={one.name: one for one in found},
        groups=frozenset(access.groups),
        tenant_hosts=identity.tenant_hosts,
    )


def _is_readable(path: str) -> bool:
    try:
        parse_template(path)
    except ValueError:
        return False  # a judgment over routes tells that
    return True


def _service(name: str, service: Service) -> ServiceEntity:
    component = Component(
        kind="service",
        name=name,
        layer=service.layer,
        service_model=service.service_model,
        environment=service.environment,
        classification=service.classification,
        exposure=service.exposure,
        owner=service.owner,
    )
    return ServiceEntity(component=component, calls=tuple(service.calls))


def _route(route: Route, place: int, *, access: Access, identity: Identity) -> RouteEntity:
    parameters = parse_template(route.path).variables
    return RouteEntity(
        name=route.name,
        service=route.service,
        path=route.path,
        actions=actions_of(route),
        parameters=parameters,
        hosts=tuple(route.hosts),
        tenant=access.tenant_parameter if access.tenant_parameter in parameters else None,
        asks=_asks(route, identity),
        place=place,
    )


def actions_of(route: Route) -> dict[str, str]:
    """What each method of a route is called; HEAD is what GET is, which it reads the head of."""
    found: dict[str, str] = {
        method: route.actions.get(method, method) for method in sorted(route.methods)
    }
    if "GET" in route.methods and "HEAD" not in route.actions:
        found["HEAD"] = route.actions.get("GET", "HEAD")
    return found


def _asks(route: Route, identity: Identity) -> Asks:
    """Who can come through; where nobody can sign in everybody is nobody."""
    if identity.host is None:
        return Asks.ANYBODY
    return Asks((route.sign_in or SignIn.REQUIRED).value)
