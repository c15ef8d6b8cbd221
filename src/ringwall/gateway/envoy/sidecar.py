"""The small Envoy beside a service that speaks plain HTTP.

Inbound: mutual TLS at the service's address, only from callers that configuration allows, to the
service's own port or socket. Outbound: plain HTTP from the service by name (``http://billing/``),
mutual TLS to that service, only if the service is said to call it.
"""

from collections.abc import Callable, Mapping, Sequence

from ringwall.access.compiler.rules import Ruling
from ringwall.access.model import METHODS
from ringwall.gateway.config import Limits, Route
from ringwall.gateway.envoy import adapting, caching, http, listeners, overload, tls
from ringwall.gateway.envoy import callers as callers_filter
from ringwall.gateway.envoy.bootstrap import bootstrap
from ringwall.gateway.envoy.clusters import (
    EDGE_IDENTITY,
    OWN_SERVICE,
    local_cluster,
    service_cluster,
)
from ringwall.gateway.envoy.edge import peers_of_service, service_secret
from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.envoy.replies import direct
from ringwall.gateway.envoy.resources import Folder, Json, typed
from ringwall.inventory.config import Protocol, Service, Sidecar, UpstreamTls

Ruled = Callable[[str, str, str], Ruling]
"""What policies make of a call: by whom, of whom, by which method."""

_HEAP = 512 * 1024**2
_CONNECTIONS = 10_000
_KEPT = "cache"


def callers(name: str, services: Mapping[str, Service], routes: Sequence[Route]) -> tuple[str, ...]:
    """Who may call a service: the edge if a route leads to it, and services that declare it."""
    edge = [EDGE_IDENTITY] if any(route.service == name for route in routes) else []
    return (*edge, *sorted(n for n, s in services.items() if name in s.calls))


def render_sidecar(
    name: str,
    *,
    services: Mapping[str, Service],
    sidecar: Sidecar,
    routes: Sequence[Route],
    trust_domain: str,
    limits: Limits,
    folder: Folder,
    admin_socket: str,
    besides: Sequence[str] = (),
    ruling: Ruled | None = None,
    former: Ruled | None = None,
) -> Rendering:
    """Build the sidecar of the service ``name``; ``besides`` names more who may call it.

    ``limits`` are those of the edge. With ``ruling`` policies decide too what those may do who
    declare to call it, with ``former`` those who did until now.
    """
    service = services[name]
    leave = dict.fromkeys((*callers(name, services, routes), *besides))
    allowed = tuple(tls.spiffe_id(trust_domain, one) for one in leave)
    filters = callers_filter.allowed_callers(allowed)
    if ruling is not None:
        declared = callers(name, services, routes)
        judges = {one: ruling if one in declared else former for one in leave}
        judged = {o: by for o, by in judges.items() if by is not None and o != EDGE_IDENTITY}
        filters = callers_filter.permitted_callers(
            tuple(tls.spiffe_id(trust_domain, one) for one in leave if one not in judged),
            {
                tls.spiffe_id(trust_domain, one): {m: by(one, name, m) for m in METHODS}
                for one, by in judged.items()
            },
        )
    identity = service_secret(folder, name)
    inbound = _inbound(name, service, folder, identity, limits)
    doors = [inbound]
    clusters = [
        local_cluster(OWN_SERVICE, sidecar.app, protocol=service.protocol, circuit=service.circuit)
    ]
    keeping = [r for r in routes if r.service == name and r.cache is not None]
    if keeping:
        longest = max(route.timeout for route in keeping)
        clusters.append(
            caching.cluster(
                sidecar.app, protocol=service.protocol, circuit=service.circuit, longest=longest
            )
        )
    edge = tls.spiffe_id(trust_domain, EDGE_IDENTITY)
    kept_in = folder.file(_KEPT) if keeping else None
    tables = {"inbound": _inbound_table(service, kept_in, edge=edge)}
    if sidecar.outbound is not None:
        called = {n: services[n] for n in sorted(service.calls) if n in services}
        tables["outbound"] = _outbound_table(called)
        manager = http.inside_manager(
            stat_prefix="outbound",
            forward_identity=False,
            limits=limits,
            routes=http.dynamic_routes("outbound", folder.file("rds-outbound.json")),
        )
        chain = listeners.plain_chain(manager)
        doors.append(listeners.listener("outbound", sidecar.outbound, chains=[chain]))
        clusters += [
            service_cluster(n, s, identity=identity, peers=peers_of_service(folder, n, s))
            for n, s in called.items()
        ]
    return Rendering(
        bootstrap=bootstrap(
            node=f"sidecar-{name}",
            folder=folder,
            admin_socket=admin_socket,
            overload=overload.overload_manager(heap=_HEAP, connections=_CONNECTIONS),
            runtime=overload.connection_limits({"inbound": _CONNECTIONS, "outbound": _CONNECTIONS}),
        ),
        clusters=tuple(clusters),
        listeners=tuple(doors),
        tables=tables,
        filters={callers_filter.FILTER: filters},
        folders=(_KEPT,) if keeping else (),
    )


def allowed_callers(folder: Folder, name: str) -> Json:
    """A reference to "whoever calls must be one of these"."""
    return tls.secret_reference(f"callers:{name}", folder.file(f"sds/callers-{name}.json"))


def _inbound(name: str, service: Service, folder: Folder, identity: Json, limits: Limits) -> Json:
    manager = http.inside_manager(
        stat_prefix="inbound",
        forward_identity=True,
        limits=limits,
        filters=[
            http.dynamic_filter(
                callers_filter.FILTER,
                folder.file(f"ecds-{callers_filter.FILTER}.json"),
                callers_filter.TYPE,
            ),
            http.route_slot(),
            *adapting.filters(service),
        ],
        refusals=adapting.mappers(service),
        routes=http.dynamic_routes("inbound", folder.file("rds-inbound.json")),
    )
    socket = tls.server(
        certificate=identity,
        client_validation=allowed_callers(folder, name),
        alpn=("h2", "http/1.1") if service.protocol is Protocol.HTTP1 else ("h2",),
    )
    chain = listeners.plain_chain(manager, transport_socket=socket)
    return listeners.listener("inbound", service.addresses[0], chains=[chain])


def _inbound_table(service: Service, kept_in: str | None, *, edge: str) -> Json:
    """All of it leads to the service; ``kept_in`` is a folder, where answers may be kept."""
    own = _to(OWN_SERVICE)
    entries = [*adapting.health_entry(own, service), own]
    if kept_in is not None:
        entries.insert(0, caching.inbound_entry(own, kept_in, edge=edge))
    return typed(
        "envoy.config.route.v3.RouteConfiguration",
        name="inbound",
        virtual_hosts=[{"name": "own", "domains": ["*"], "routes": entries}],
    )


def _outbound_table(called: Mapping[str, Service]) -> Json:
    return typed(
        "envoy.config.route.v3.RouteConfiguration",
        name="outbound",
        request_headers_to_remove=[caching.MARK],
        ignore_port_in_host_matching=True,
        virtual_hosts=[
            *(
                {"name": name, "domains": [name], "routes": [_to(name, _server_name(service))]}
                for name, service in called.items()
            ),
            {
                "name": "not allowed",
                "domains": ["*"],
                "routes": [{"match": {"prefix": "/"}, "direct_response": direct(403)}],
            },
        ],
    )


def _server_name(service: Service) -> str | None:
    return service.server_name if service.tls is UpstreamTls.SERVER else None


def _to(cluster: str, server_name: str | None = None) -> Json:
    return {
        "match": {"prefix": "/"},
        "route": {
            "cluster": cluster,
            **({"host_rewrite_literal": server_name} if server_name else {}),
            "timeout": "0s",
            "idle_timeout": "3600s",
            "retry_policy": {
                "retry_on": "connect-failure,refused-stream,reset-before-request",
                "num_retries": 2,
            },
        },
    }
