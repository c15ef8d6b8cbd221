"""Clusters: how the edge and the sidecars reach a service, and when they stop trying."""

import ipaddress
from collections.abc import Sequence
from typing import Final

from ringwall.gateway.envoy import http, tls
from ringwall.gateway.envoy.resources import Json, seconds, socket_address, typed
from ringwall.inventory.config import Circuit, Health, Protocol, Service, UpstreamTls
from ringwall.runtime.configuration import Address

EDGE_IDENTITY: Final = "edge"
"""The edge's own service name; no service may be called so."""

_SHARED: Final = 500
"""Requests of many clients on one HTTP/2 connection, before the next ones get a new connection.

HTTP/2 servers end a connection on which many streams are reset (nghttp2, in every Envoy, at a
thousand): without a bound, clients who give up often enough would end the requests of all others.
"""

_ANSWERED: Final = 120
"""Headers of an answer: the hundred that a service may give to its sidecar, and what that adds."""

OWN_SERVICE: Final = "ringwall-app"
"""The cluster through which a sidecar reaches its own service."""


def service_cluster(name: str, service: Service, *, identity: Json, peers: Json) -> Json:
    """The cluster of one service, as its callers see it.

    ``identity`` is the caller's own certificate and ``peers`` what the service's must be (SDS).
    """
    protocol = inside_protocol(service)
    cluster = _cluster(
        name,
        service.addresses,
        protocol=protocol,
        connect_timeout=service.connect_timeout,
        idle_timeout=60.0,
    )
    match service.tls:
        case UpstreamTls.MUTUAL:
            cluster["transport_socket"] = tls.client(
                certificate=identity, validation=peers, alpn=_alpn(protocol)
            )
        case UpstreamTls.SERVER:
            server_name = service.server_name or service.addresses[0].host
            cluster["transport_socket"] = tls.client(
                validation=peers,
                sni=server_name,
                alpn=_alpn(protocol),
            )
        case UpstreamTls.NONE:
            pass
    shares = protocol is not service.protocol
    cluster["circuit_breakers"] = (_multiplexed if shares else _circuit)(service.circuit)
    cluster["outlier_detection"] = _outliers()
    cluster["common_lb_config"] = {
        # A sick address gets nothing while another is well; when all are, all are tried.
        "healthy_panic_threshold": {"value": 1},
        # What health checks find counts at once, not with the changes of a whole second.
        "update_merge_window": "0s",
    }
    if service.health is not None:
        cluster["health_checks"] = [_health(service.health, protocol)]
    return cluster


def inside_protocol(service: Service) -> Protocol:
    """What callers speak to a service: to a sidecar HTTP/2, whatever the service itself speaks.

    A request that its client gives up ends the whole connection of HTTP/1.1 it is on, and a new one
    begins with a mutual handshake: whoever begins and resets many would make all others wait.
    """
    if service.sidecar is not None and service.protocol is Protocol.HTTP1:
        return Protocol.HTTP2
    return service.protocol


def _alpn(protocol: Protocol) -> tuple[str, ...]:
    return ("http/1.1",) if protocol is Protocol.HTTP1 else ("h2",)


def local_cluster(
    name: str,
    address: Address,
    *,
    protocol: Protocol = Protocol.HTTP1,
    idle_timeout: float = 4.0,
    circuit: Circuit | None = None,
    requests_per_connection: int | None = _SHARED,
) -> Json:
    """A plain cluster on this machine: a sidecar's own service, or the edge's web process.

    Idle connections are given up before the usual 5 s keep-alive of Python servers, so that a
    request seldom meets a connection that is just being closed. Over HTTP/2 a connection is left
    after ``requests_per_connection``, if that is said.
    """
    cluster = _cluster(
        name,
        (address,),
        protocol=protocol,
        connect_timeout=1.0,
        idle_timeout=idle_timeout,
        requests_per_connection=requests_per_connection,
    )
    cluster["circuit_breakers"] = _circuit(circuit or Circuit())
    return cluster


def _cluster(
    name: str,
    addresses: Sequence[Address],
    *,
    protocol: Protocol,
    connect_timeout: float,
    idle_timeout: float,
    requests_per_connection: int | None = _SHARED,
) -> Json:
    shared: Json = {"idle_timeout": seconds(idle_timeout)}
    if protocol is Protocol.HTTP1:
        explicit: Json = {"http_protocol_options": {}}
    else:
        shared["max_headers_count"] = _ANSWERED
        explicit = {"http2_protocol_options": http.http2_options(streams=_SHARED, inside=True)}
        if requests_per_connection is not None:
            shared["max_requests_per_connection"] = requests_per_connection
    return typed(
        "envoy.config.cluster.v3.Cluster",
        name=name,
        type="STATIC" if all(_is_literal(a) for a in addresses) else "STRICT_DNS",
        connect_timeout=seconds(connect_timeout),
        per_connection_buffer_limit_bytes=32 * 1024,
        load_assignment={
            "cluster_name": name,
            "endpoints": [
                {"lb_endpoints": [{"endpoint": {"address": socket_address(a)}} for a in addresses]}
            ],
        },
        typed_extension_protocol_options={
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                common_http_protocol_options=shared,
                explicit_http_config=explicit,
            )
        },
    )


def _is_literal(address: Address) -> bool:
    if address.is_unix:
        return True
    try:
        ipaddress.ip_address(address.host)
    except ValueError:
        return False
    return True


def _circuit(circuit: Circuit) -> Json:
    return {
        "thresholds": [
            {
                "max_connections": circuit.connections,
                "max_pending_requests": circuit.pending,
                "max_requests": circuit.requests,
                "retry_budget": {
                    "budget_percent": {"value": circuit.retry_budget_percent},
                    "min_retry_concurrency": 3,
                },
                "track_remaining": True,
            }
        ]
    }


def _multiplexed(circuit: Circuit) -> Json:
    """The breaker before a sidecar, which queues for its service's connections by itself.

    A caller gives it as many as it may have under way and waiting, and refuses more at once, as it
    does before a service without a sidecar.
    """
    most = min(circuit.requests, circuit.connections) + circuit.pending
    return _circuit(circuit.model_copy(update={"pending": most, "requests": most}))


def _outliers() -> Json:
    """An address that fails five times in a row rests for a while; never more than half of them."""
    return {
        "consecutive_5xx": 10,
        "consecutive_gateway_failure": 5,
        "enforcing_consecutive_gateway_failure": 100,
        "consecutive_local_origin_failure": 5,
        "split_external_local_origin_errors": True,
        "interval": "2s",
        "base_ejection_time": "5s",
        "max_ejection_time": "60s",
        "max_ejection_percent": 50,
    }


def _health(health: Health, protocol: Protocol) -> Json:
    kind: Json = (
        {"grpc_health_check": {}}
        if protocol is Protocol.GRPC
        else {
            "http_health_check": {
                "path": health.path,
                **({"codec_client_type": "HTTP2"} if protocol is Protocol.HTTP2 else {}),
            }
        }
    )
    return {
        "timeout": seconds(health.timeout),
        "interval": seconds(health.interval),
        "unhealthy_interval": seconds(min(1.0, health.interval)),
        "no_traffic_interval": seconds(health.interval),
        "no_traffic_healthy_interval": seconds(health.interval),
        "unhealthy_threshold": health.unhealthy_after,
        "healthy_threshold": health.healthy_after,
        **kind,
    }
