"""Overload manager and runtime limits: Envoy sheds load before the machine falls over."""

from collections.abc import Mapping
from typing import Final

from ringwall.gateway.envoy.resources import Json, extension, from_file
from ringwall.gateway.sentry import orders

_HEAP: Final = "envoy.resource_monitors.fixed_heap"
_REGEX_SIZE: Final = 10_000
"""Instructions a regular expression may have, about one a letter; Envoy's own limit is 100."""

_NEVER: Final = 2**32 - 1
"""More streams than a connection ever has; left out, the limit would be 500."""

_CONNECTIONS: Final = "envoy.resource_monitors.global_downstream_max_connections"
_INJECTED: Final = "envoy.resource_monitors.injected_resource"


def overload_manager(*, heap: int, connections: int, pressure: str | None = None) -> Json:
    """Bytes of heap and number of downstream connections beyond which load is shed, in order.

    ``pressure`` is a file with a number, by which the sentry says how short of connections the edge
    is: from 0.6 on idle times shrink.
    """
    injected = [
        extension(
            _INJECTED,
            "envoy.extensions.resource_monitors.injected_resource.v3.InjectedResourceConfig",
            filename=pressure,
        )
    ]
    return {
        "refresh_interval": "0.25s",
        "resource_monitors": [
            extension(
                _HEAP,
                "envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig",
                max_heap_size_bytes=heap,
            ),
            extension(
                _CONNECTIONS,
                "envoy.extensions.resource_monitors.downstream_connections.v3."
                "DownstreamConnectionsConfig",
                max_active_downstream_connections=connections,
            ),
            *([] if pressure is None else injected),
        ],
        "actions": [
            _action("shrink_heap", 0.80),
            _action("disable_http_keepalive", 0.85),
            _reduce_timeouts(is_told=pressure is not None),
            _reset_heaviest(),
            _action("stop_accepting_requests", 0.95),
            _action("stop_accepting_connections", 0.98),
        ],
        "loadshed_points": [
            {
                "name": "envoy.load_shed_points.tcp_listener_accept",
                "triggers": [_threshold(0.98)],
            },
            {
                "name": "envoy.load_shed_points.http2_server_go_away_on_dispatch",
                "triggers": [_threshold(0.95)],
            },
        ],
        "buffer_factory_config": {"minimum_account_to_track_power_of_two": 20},
    }


def connection_limits(listeners: Mapping[str, int]) -> Json:
    """Connection limits by listener, as a static runtime layer, without those on resets.

    That is right inside, where one connection carries the requests of many clients: to cut it off
    for the resets of one of them would punish all the others. The edge has cut that one off.
    """
    return _runtime(listeners, {"overload.premature_reset_total_stream_count": _NEVER})


def runtime_layers(listeners: Mapping[str, int], *, told: str | None = None) -> Json:
    """Connection limits by listener and the premature-reset limits, as a static runtime layer.

    ``told`` is the file of a layer above it, which the sentry writes.

    A client that resets most of its streams within a second of opening them is cut off after 100
    of them (rapid reset, CVE-2023-44487). Of what one connection brings at a time two requests are
    begun before it is the turn of the others.
    """
    found = _runtime(
        listeners,
        {
            "overload.premature_reset_total_stream_count": 100,
            "overload.premature_reset_min_stream_lifetime_seconds": 1,
            "http.max_requests_per_io_cycle": 2,
        },
    )
    if told is None:
        return found
    layer = {"name": orders.LAYER, "rtds_config": from_file(told)}
    return {"layers": [*found["layers"], {"name": orders.LAYER, "rtds_layer": layer}]}


def _runtime(listeners: Mapping[str, int], more: Json) -> Json:
    """Chunks are read by the letter of RFC 9112 section 7.1: nobody can read them otherwise."""
    always = {
        "envoy.reloadable_features.strict_chunk_parsing": True,
        "re2.max_program_size.error_level": _REGEX_SIZE,
    }
    limits = {
        f"envoy.resource_limits.listener.{name}.connection_limit": limit
        for name, limit in sorted(listeners.items())
    }
    return {"layers": [{"name": "ringwall", "static_layer": {**always, **more, **limits}}]}


def _threshold(value: float) -> Json:
    return {"name": _HEAP, "threshold": {"value": value}}


def _action(name: str, at: float) -> Json:
    return {"name": f"envoy.overload_actions.{name}", "triggers": [_threshold(at)]}


def _reduce_timeouts(*, is_told: bool) -> Json:
    triggers = [
        {"name": _HEAP, "scaled": {"scaling_threshold": 0.80, "saturation_threshold": 0.95}}
    ]
    if is_told:
        scaled = {"scaling_threshold": 0.60, "saturation_threshold": 0.95}
        triggers.append({"name": _INJECTED, "scaled": scaled})
    return {
        "name": "envoy.overload_actions.reduce_timeouts",
        "triggers": triggers,
        "typed_config": {
            "@type": "type.googleapis.com/envoy.config.overload.v3.ScaleTimersOverloadActionConfig",
            "timer_scale_factors": [
                {"timer": "HTTP_DOWNSTREAM_CONNECTION_IDLE", "min_timeout": "2s"},
                {"timer": "HTTP_DOWNSTREAM_STREAM_IDLE", "min_timeout": "5s"},
            ],
        },
    }


def _reset_heaviest() -> Json:
    return {
        "name": "envoy.overload_actions.reset_high_memory_stream",
        "triggers": [
            {"name": _HEAP, "scaled": {"scaling_threshold": 0.90, "saturation_threshold": 0.98}}
        ],
    }
