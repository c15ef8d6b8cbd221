"""The HTTP connection manager: everything Envoy's edge checklist asks for, and what we add.

https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/best_practices/edge
"""

from collections.abc import Sequence
from typing import Final

from ringwall.gateway.config import BODY_LIMIT, Limits
from ringwall.gateway.envoy import headers, replies
from ringwall.gateway.envoy.resources import Json, extension, from_file, seconds, typed

_NOBODY: Final[Json] = {"address_prefix": "255.255.255.255", "prefix_len": 32}
"""A network no client comes from. Envoy obeys ``x-envoy-*`` headers, and keeps request ids, of
clients it takes for internal; with no network named it would name the private ones itself."""

_MORE_HEADERS: Final = 50
_MORE_KB: Final = 64
"""What the edge adds to a request: who asks, a token, where it came from, by which way."""
_MOST_KB: Final = 8192
"""KiB of headers that Envoy can be told to take."""

_WINDOW: Final = 64 * 1024
"""Bytes that a stream of HTTP/2 may bring before they are taken."""


def http2_options(*, streams: int, inside: bool = False) -> Json:
    """HTTP/2 limits: bounded streams and windows; control frames and empty frames counted.

    Between our own (``inside``) one connection carries the requests of many clients. What one of
    them sends must not end those of the others: an invalid message ends its own stream only
    (https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/best_practices/level_two). What one
    of them does not read must not hold the others up: the connection's window is as wide as those
    of all its streams together. And a WebSocket is one stream of it (RFC 8441).

    With the premature-reset limits of the bootstrap's runtime these stop rapid reset
    (CVE-2023-44487), ping, settings and empty-frame floods (CVE-2019-9511 to 9518).
    """
    return {
        "max_concurrent_streams": streams,
        "initial_stream_window_size": _WINDOW,
        "initial_connection_window_size": streams * _WINDOW if inside else 1024 * 1024,
        "max_outbound_frames": 10_000,
        "max_outbound_control_frames": 1_000,
        "max_consecutive_inbound_frames_with_empty_payload": 1,
        "max_inbound_priority_frames_per_stream": 100,
        "max_inbound_window_update_frames_per_data_frame_sent": 10,
        "allow_connect": inside,
        "override_stream_error_on_invalid_http_message": inside,
    }


def edge_manager(
    *,
    stat_prefix: str,
    limits: Limits,
    trusted_hops: int,
    logs: Sequence[Json],
    routes: Json,
    filters: list[Json],
    tls: bool,
    requests: int | None = None,
    refusals: Sequence[Json] = (),
) -> Json:
    """The connection manager of a listener that faces strangers, with ``tls`` or without.

    ``requests`` is how many one connection may bring; ``refusals`` are local-reply mappers that
    come before the usual ones.

    Whatever scheme a client claims, services are told the one that is true.
    """
    return _manager(
        stat_prefix=stat_prefix,
        use_remote_address=True,
        xff_num_trusted_hops=trusted_hops,
        internal_address_config={"cidr_ranges": [_NOBODY]},
        scheme_header_transformation={"scheme_to_overwrite": "https" if tls else "http"},
        early_header_mutation_extensions=[
            _without(headers.untrusted_families(trusted_hops=trusted_hops))
        ],
        common_http_protocol_options={
            "idle_timeout": seconds(limits.connection_idle),
            "headers_with_underscores_action": "REJECT_REQUEST",
            "max_headers_count": limits.header_count,
            **({} if requests is None else {"max_requests_per_connection": requests}),
        },
        http2_protocol_options={
            **http2_options(streams=limits.http2_streams),
            "connection_keepalive": {
                "connection_idle_interval": "30s",
                "timeout": "10s",
            },
        },
        http_protocol_options={"allow_absolute_url": True, "allow_chunked_length": False},
        max_request_headers_kb=max(1, limits.headers // 1024),
        request_timeout=seconds(limits.request_timeout),
        request_headers_timeout=seconds(limits.header_timeout),
        stream_idle_timeout=seconds(limits.stream_idle),
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        strip_trailing_host_dot=True,
        forward_client_cert_details="SANITIZE",
        server_header_transformation="PASS_THROUGH",
        always_set_request_id_in_response=True,
        access_log=list(logs),
        upgrade_configs=[{"upgrade_type": "websocket", "enabled": False}],
        local_reply_config=replies.local_replies(refusals),
        http_filters=[*filters, router()],
        **routes,
    )


def inside_manager(
    *,
    stat_prefix: str,
    routes: Json,
    forward_identity: bool,
    limits: Limits,
    filters: Sequence[Json] = (),
    refusals: Sequence[Json] = (),
) -> Json:
    """The connection manager of a sidecar: its peers are proven by mutual TLS.

    What the ``limits`` of the edge let in, with what the edge adds to it, is not too much here.

    With ``forward_identity`` the service reads the caller's SPIFFE id from
    ``x-forwarded-client-cert``; a value the caller made up is replaced.
    """
    identity: Json = (
        {
            "forward_client_cert_details": "SANITIZE_SET",
            "set_current_client_cert_details": {"uri": True},
        }
        if forward_identity
        else {
            "forward_client_cert_details": "SANITIZE",
        }
    )
    return _manager(
        stat_prefix=stat_prefix,
        use_remote_address=False,
        generate_request_id=False,
        common_http_protocol_options={
            "idle_timeout": "3600s",
            "headers_with_underscores_action": "REJECT_REQUEST",
            "max_headers_count": limits.header_count + _MORE_HEADERS,
        },
        max_request_headers_kb=min(_MOST_KB, limits.headers // 1024 + _MORE_KB),
        http2_protocol_options=http2_options(streams=1024, inside=True),
        stream_error_on_invalid_http_message=True,
        request_headers_timeout="10s",
        stream_idle_timeout="0s",
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        server_header_transformation="PASS_THROUGH",
        upgrade_configs=[{"upgrade_type": "websocket"}],
        local_reply_config=replies.inside_replies(refusals),
        http_filters=[*filters, router()],
        **identity,
        **routes,
    )


def route_slot() -> Json:
    """The filter that runs the filters a route brings; for other routes it is not there at all."""
    return {**extension(ROUTE_SLOT, f"{_CHAIN}.FilterChainConfig"), "disabled": True}


def route_filters(*filters: Json) -> Json:
    """What one route puts into its slot."""
    return typed(f"{_CHAIN}.FilterChainConfigPerRoute", filter_chain={"filters": list(filters)})


def without_filter() -> Json:
    """What a route says about a filter of the chain that it does not want."""
    return typed("envoy.config.route.v3.FilterConfig", disabled=True)


def with_filter() -> Json:
    """What switches on a filter that stands in the chain disabled, with its own configuration."""
    return typed("envoy.config.route.v3.FilterConfig", disabled=False, config={})


def standard_limit() -> Json:
    """The body limit of every route that has none of its own."""
    return body_limit(BODY_LIMIT)


def body_limit(maximum: int) -> Json:
    """A filter that answers 413 once a request's body passes ``maximum`` bytes."""
    return extension(
        STANDARD_LIMIT,
        "envoy.extensions.filters.http.body_size_limit.v3.BodySizeLimit",
        max_request_bytes=maximum,
    )


def router() -> Json:
    """The filter that ends every chain; it adds no ``x-envoy-*`` headers."""
    return extension(
        "envoy.filters.http.router",
        "envoy.extensions.filters.http.router.v3.Router",
        suppress_envoy_headers=True,
    )


def dynamic_routes(name: str, file: str) -> Json:
    """Routes read from a file (RDS)."""
    return {"rds": {"route_config_name": name, "config_source": from_file(file)}}


def dynamic_filter(name: str, file: str, type_name: str, *, disabled: bool = False) -> Json:
    """A filter whose configuration is read from a file (ECDS); absent means refuse to start.

    One that is ``disabled`` is not there at all but where a route table switches it on.
    """
    return {
        "name": name,
        **({"disabled": True} if disabled else {}),
        "config_discovery": {
            "config_source": from_file(file),
            "type_urls": [f"type.googleapis.com/{type_name}"],
        },
    }


ROUTE_SLOT = "ringwall.route"
STANDARD_LIMIT = "envoy.filters.http.body_size_limit"
_CHAIN = "envoy.extensions.filters.http.filter_chain.v3"


def _without(families: Sequence[str]) -> Json:
    """An extension that drops request headers by their beginning, before anything reads them."""
    return extension(
        "envoy.http.early_header_mutation.header_mutation",
        "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        mutations=[{"remove_on_match": {"key_matcher": {"prefix": one}}} for one in families],
    )


def _manager(**fields: object) -> Json:
    return extension(
        "envoy.filters.network.http_connection_manager",
        "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        codec_type="AUTO",
        **fields,
    )
