"""Every item of Envoy's own checklists stands in what is built, for every door there is.

The edge: https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/best_practices/edge
Sidecars: https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/best_practices/level_two
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from tests.gateway.envoy.rendered import configuration, gateway, names

from ringwall.gateway.envoy.rendering import Rendering
from ringwall.gateway.layout import EDGE
from ringwall.gateway.wanted import Wanted

Json = dict[str, Any]
MANAGER = "HttpConnectionManager"


@cache
def renderings() -> dict[str, Rendering]:
    """Every Envoy of every golden configuration."""
    return {
        f"{name}.{proxy}": rendering
        for name in names()
        for proxy, rendering in gateway().render(Wanted.of(configuration(name))).items()
    }


EDGES = [name for name in renderings() if name.endswith(f".{EDGE}")]
SIDECARS = [name for name in renderings() if name not in EDGES]


def found(value: Any, kind: str) -> Iterator[Json]:
    """Every typed configuration of a kind, however deep."""
    if isinstance(value, dict):
        if str(value.get("@type", "")).endswith(f".{kind}"):
            yield value
        for one in value.values():
            yield from found(one, kind)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from found(one, kind)


def managers(rendering: Rendering) -> list[Json]:
    made = list(found(rendering.listeners, MANAGER))
    assert made
    return made


def seconds(text: str) -> float:
    assert text.endswith("s")
    return float(text.removesuffix("s"))


def http2_of(rendering: Rendering) -> Iterator[Json]:
    """HTTP/2 options of doors and of connections to services."""
    for manager in managers(rendering):
        yield manager["http2_protocol_options"]
    yield from http2_to_services(rendering)


def http2_to_services(rendering: Rendering) -> Iterator[Json]:
    """HTTP/2 options of connections to services."""
    for options in found(rendering.clusters, "HttpProtocolOptions"):
        explicit = options["explicit_http_config"]
        if "http2_protocol_options" in explicit:
            yield explicit["http2_protocol_options"]


def admin_is_a_private_socket(one: Rendering) -> None:
    pipe = one.bootstrap["admin"]["address"]["pipe"]
    assert pipe["mode"] == 0o600
    assert set(one.bootstrap["admin"]["address"]) == {"pipe"}


def the_overload_manager_sheds_load(one: Rendering) -> None:
    manager = one.bootstrap["overload_manager"]
    (heap,) = found(manager["resource_monitors"], "FixedHeapConfig")
    assert heap["max_heap_size_bytes"] > 0
    actions = {action["name"] for action in manager["actions"]}
    wanted = {"shrink_heap", "stop_accepting_requests", "stop_accepting_connections"}
    assert {f"envoy.overload_actions.{name}" for name in wanted} <= actions


def connections_are_limited_together(one: Rendering) -> None:
    (limit,) = found(one.bootstrap["overload_manager"], "DownstreamConnectionsConfig")
    assert limit["max_active_downstream_connections"] > 0


def connections_are_limited_at_every_door(one: Rendering) -> None:
    layer = one.bootstrap["layered_runtime"]["layers"][0]
    for listener in one.listeners:
        key = f"envoy.resource_limits.listener.{listener['name']}.connection_limit"
        assert layer["static_layer"][key] > 0


def doors_buffer_little(one: Rendering) -> None:
    for listener in one.listeners:
        assert 0 < listener["per_connection_buffer_limit_bytes"] <= 32 * 1024


def clusters_buffer_little(one: Rendering) -> None:
    for cluster in one.clusters:
        assert 0 < cluster["per_connection_buffer_limit_bytes"] <= 32 * 1024


def windows_are_small(one: Rendering) -> None:
    for options in http2_of(one):
        assert options["initial_stream_window_size"] == 64 * 1024


def unused_memory_is_given_back(one: Rendering) -> None:
    assert one.bootstrap["memory_allocator_manager"]["soft_memory_limit_bytes"] <= 64 * 1024**2


def who_does_not_read_holds_up_no_other_client(one: Rendering) -> None:
    """On connections to services, which the requests of many clients share."""
    for options in http2_to_services(one):
        most = options["max_concurrent_streams"] * options["initial_stream_window_size"]
        assert options["initial_connection_window_size"] >= most


def headers_with_underscores_are_refused(one: Rendering) -> None:
    for manager in managers(one):
        common = manager["common_http_protocol_options"]
        assert common["headers_with_underscores_action"] == "REJECT_REQUEST"


def paths_are_normalised(one: Rendering) -> None:
    for manager in managers(one):
        assert manager["normalize_path"] is True
        assert manager["merge_slashes"] is True
        assert manager["path_with_escaped_slashes_action"] == "REJECT_REQUEST"


def headers_and_idle_connections_have_their_time(one: Rendering) -> None:
    for manager in managers(one):
        assert seconds(manager["request_headers_timeout"]) > 0
        assert seconds(manager["common_http_protocol_options"]["idle_timeout"]) > 0
    for cluster in one.clusters:
        assert seconds(cluster["connect_timeout"]) > 0


EVERYWHERE = [
    admin_is_a_private_socket,
    the_overload_manager_sheds_load,
    connections_are_limited_together,
    connections_are_limited_at_every_door,
    doors_buffer_little,
    clusters_buffer_little,
    windows_are_small,
    unused_memory_is_given_back,
    who_does_not_read_holds_up_no_other_client,
    headers_with_underscores_are_refused,
    paths_are_normalised,
    headers_and_idle_connections_have_their_time,
]


def clients_are_strangers(one: Rendering) -> None:
    for manager in managers(one):
        assert manager["use_remote_address"] is True
        assert manager["internal_address_config"]["cidr_ranges"]


def few_streams_a_connection(one: Rendering) -> None:
    for manager in managers(one):
        assert manager["http2_protocol_options"]["max_concurrent_streams"] <= 100
        assert manager["http2_protocol_options"]["initial_connection_window_size"] == 1024 * 1024


def a_hello_takes_little_room(one: Rendering) -> None:
    for listener in one.listeners:
        for inspector in listener.get("listener_filters", []):
            if inspector["name"].endswith("tls_inspector"):
                assert inspector["typed_config"]["initial_read_buffer_size"] <= 4096


def requests_and_streams_have_their_time(one: Rendering) -> None:
    for manager in managers(one):
        assert seconds(manager["request_timeout"]) > 0
        assert seconds(manager["stream_idle_timeout"]) > 0


def handshakes_have_their_time(one: Rendering) -> None:
    (edge,) = (listener for listener in one.listeners if listener["name"] == EDGE)
    assert list(found(edge["listener_filters"], "TlsInspector"))
    for chain in (*edge["filter_chains"], edge["default_filter_chain"]):
        assert seconds(chain["transport_socket_connect_timeout"]) > 0


def routes_have_their_time(one: Rendering) -> None:
    """Unless they stream or are WebSockets, whose idleness is limited instead."""
    for table in one.tables.values():
        for host in table["virtual_hosts"]:
            for route in host["routes"]:
                action = route.get("route")
                if action is not None:
                    limited = seconds(action["timeout"]) or seconds(action["idle_timeout"])
                    assert limited > 0, route["name"]


def rapid_resets_end_the_connection(one: Rendering) -> None:
    layer = one.bootstrap["layered_runtime"]["layers"][0]
    assert layer["static_layer"]["overload.premature_reset_total_stream_count"] <= 100
    assert layer["static_layer"]["overload.premature_reset_min_stream_lifetime_seconds"] >= 1


AT_THE_EDGE = [
    clients_are_strangers,
    few_streams_a_connection,
    a_hello_takes_little_room,
    requests_and_streams_have_their_time,
    handshakes_have_their_time,
    routes_have_their_time,
    rapid_resets_end_the_connection,
]


def a_bad_message_ends_its_own_stream_only(one: Rendering) -> None:
    for manager in managers(one):
        http2 = manager["http2_protocol_options"]
        assert http2["override_stream_error_on_invalid_http_message"] is True
        assert manager["stream_error_on_invalid_http_message"] is True
        most = http2["max_concurrent_streams"] * http2["initial_stream_window_size"]
        assert http2["initial_connection_window_size"] >= most


def resets_of_one_client_are_not_held_against_others(one: Rendering) -> None:
    layer = one.bootstrap["layered_runtime"]["layers"][0]
    assert layer["static_layer"]["overload.premature_reset_total_stream_count"] >= 10**9


INSIDE = [
    a_bad_message_ends_its_own_stream_only,
    resets_of_one_client_are_not_held_against_others,
]

Check = Callable[[Rendering], None]


@pytest.mark.parametrize("check", EVERYWHERE, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", [*EDGES, *SIDECARS])
def test_everywhere(name: str, check: Check) -> None:
    check(renderings()[name])


@pytest.mark.parametrize("check", AT_THE_EDGE, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", EDGES)
def test_at_the_edge(name: str, check: Check) -> None:
    check(renderings()[name])


@pytest.mark.parametrize("check", INSIDE, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", SIDECARS)
def test_inside(name: str, check: Check) -> None:
    check(renderings()[name])


def test_callers_and_services_prove_themselves() -> None:
    """Inside, both ends of every connection are certified, TLS 1.3, and neither list is empty."""
    for name in SIDECARS:
        one = renderings()[name]
        (inbound,) = (door for door in one.listeners if door["name"] == "inbound")
        (tls,) = found(inbound, "DownstreamTlsContext")
        common = tls["common_tls_context"]
        assert tls["require_client_certificate"] is True
        assert common["validation_context_sds_secret_config"]["name"].startswith("callers:")
        assert common["tls_params"]["tls_minimum_protocol_version"] == "TLSv1_3"
    for rendering in renderings().values():
        for tls in found(rendering.clusters, "UpstreamTlsContext"):
            common = tls["common_tls_context"]
            believed = common["validation_context_sds_secret_config"]["name"]
            assert believed.startswith(("peer:", "server:"))
            if believed.startswith("peer:"):
                assert common["tls_certificate_sds_secret_configs"]
                assert common["tls_params"]["tls_minimum_protocol_version"] == "TLSv1_3"
