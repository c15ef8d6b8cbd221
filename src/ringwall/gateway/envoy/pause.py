"""A place inside the edge that answers a little later: how Lua waits.

Lua has nothing to wait with but a call to a cluster. Requests whose token one of them is renewing
already make this call, which goes to a listener within the same process and worker, instead of
asking too. Nobody else can reach it: it has no address.
"""

from typing import Final

from ringwall.gateway.envoy.replies import direct
from ringwall.gateway.envoy.resources import Json, extension

PAUSE: Final = "ringwall-pause"
"""The name of the listener, and of the cluster that leads to it."""

_LASTS: Final = "0.050s"


def pausing() -> Json:
    """What the bootstrap says of it; the same in every configuration."""
    return {
        "bootstrap_extensions": [
            extension(
                "envoy.bootstrap.internal_listener",
                "envoy.extensions.bootstrap.internal_listener.v3.InternalListener",
            )
        ],
        "static_resources": {"listeners": [_listener()], "clusters": [_cluster()]},
    }


def _cluster() -> Json:
    address = {"envoy_internal_address": {"server_listener_name": PAUSE}}
    return {
        "name": PAUSE,
        "connect_timeout": "1s",
        "load_assignment": {
            "cluster_name": PAUSE,
            "endpoints": [{"lb_endpoints": [{"endpoint": {"address": address}}]}],
        },
        "circuit_breakers": {
            "thresholds": [
                {"max_connections": 10_000, "max_pending_requests": 10_000, "max_requests": 10_000}
            ]
        },
    }


def _listener() -> Json:
    always = {"numerator": 100, "denominator": "HUNDRED"}
    manager = extension(
        "envoy.filters.network.http_connection_manager",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="pause",
        codec_type="HTTP1",
        generate_request_id=False,
        route_config={
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "direct_response": direct(404)}],
                }
            ]
        },
        http_filters=[
            extension(
                "envoy.filters.http.fault",
                "envoy.extensions.filters.http.fault.v3.HTTPFault",
                delay={"fixed_delay": _LASTS, "percentage": always},
            ),
            extension(
                "envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router"
            ),
        ],
    )
    return {
        "name": PAUSE,
        "internal_listener": {},
        "ignore_global_conn_limit": True,
        "filter_chains": [{"filters": [manager]}],
    }
