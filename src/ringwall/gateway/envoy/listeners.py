"""Listeners: the doors of the edge, one filter chain a host."""

from collections.abc import Sequence
from typing import Final

from ringwall.gateway.config import Edge
from ringwall.gateway.envoy import reached, tls
from ringwall.gateway.envoy.resources import Json, extension, seconds, socket_address, typed
from ringwall.runtime.configuration import Address

ACME_ALPN = "acme-tls/1"
"""RFC 8737 section 6.2."""

_HELLO: Final = 2048
"""Bytes set aside for what a client says first, more when it says more. Left out it is 16 KiB for
each connection, whether or not anything is ever said on it."""

_NOWHERE: Final = "acme:nowhere"
"""A cluster there is not: no service's name has a colon."""


def listener(
    name: str,
    address: Address,
    *,
    chains: Sequence[Json],
    default_chain: Json | None = None,
    inspect_tls: bool = False,
    inspection_timeout: float = 5.0,
    buffer: int = 32 * 1024,
) -> Json:
    """A TCP or unix listener. Clients have ``inspection_timeout`` seconds to say whom they want."""
    fields: Json = {
        "name": name,
        "address": socket_address(address),
        "filter_chains": list(chains),
        "per_connection_buffer_limit_bytes": buffer,
        "listener_filters_timeout": seconds(inspection_timeout),
    }
    if default_chain is not None:
        fields["default_filter_chain"] = default_chain
    if inspect_tls:
        fields["listener_filters"] = [
            extension(
                "envoy.filters.listener.tls_inspector",
                "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
                initial_read_buffer_size=_HELLO,
                enable_ja4_fingerprinting=True,
            )
        ]
    if not address.is_unix:
        fields["tcp_backlog_size"] = 4096
        fields["max_connections_to_accept_per_socket_event"] = 16
    return typed("envoy.config.listener.v3.Listener", **fields)


def host_chain(
    host: str, *, edge: Edge, certificate: Json, manager: Json, roots: str | None = None
) -> Json:
    """The chain that ends TLS for one host.

    ``roots`` is a PEM file of authorities of client certificates, where clients may show some.
    """
    asked = edge.hosts[host].client_certificates
    return {
        "name": f"host {host}",
        "filter_chain_match": {"server_names": [host]},
        "filters": [*([reached.remembered(host)] if reached.is_asked(edge) else []), manager],
        "transport_socket": tls.server(
            certificate=certificate,
            minimum=edge.hosts[host].tls_minimum,
            client_roots=roots,
            any_client=asked is not None and asked.roots is None,
        ),
        "transport_socket_connect_timeout": seconds(edge.limits.handshake_timeout),
    }


def challenge_chain(host: str, *, certificate: Json) -> Json:
    """The chain that answers a TLS-ALPN-01 challenge and closes after the handshake.

    RFC 8737 section 3 wants no more than that. A filter that closes by itself would do so before
    the handshake; a proxy that connects onward only after it, to nowhere, closes in time.
    """
    return {
        "name": f"acme {host}",
        "filter_chain_match": {"server_names": [host], "application_protocols": [ACME_ALPN]},
        "filters": [
            extension(
                "envoy.filters.network.tcp_proxy",
                "envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy",
                stat_prefix="acme",
                cluster=_NOWHERE,
                upstream_connect_mode="ON_DOWNSTREAM_TLS_HANDSHAKE",
                max_early_data_bytes=1,
                idle_timeout="5s",
            )
        ],
        "transport_socket": tls.server(certificate=certificate, minimum="1.2", alpn=(ACME_ALPN,)),
        "transport_socket_connect_timeout": "5s",
    }


def unknown_chain(*, edge: Edge, certificate: Json, manager: Json) -> Json:
    """The chain for names the edge does not know, and for clients that name none."""
    return {
        "name": "unknown",
        "filters": [manager],
        "transport_socket": tls.server(certificate=certificate),
        "transport_socket_connect_timeout": seconds(edge.limits.handshake_timeout),
    }


def plain_chain(manager: Json, *, transport_socket: Json | None = None) -> Json:
    """A chain with no match of its own."""
    chain: Json = {"name": "all", "filters": [manager]}
    if transport_socket is not None:
        chain["transport_socket"] = transport_socket
        chain["transport_socket_connect_timeout"] = "10s"
    return chain
