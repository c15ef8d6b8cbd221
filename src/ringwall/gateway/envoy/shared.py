"""Limits that edges count together: the edge asks a process, by Envoy's rate-limit protocol.

The filter stands last of the limits, so that the process sees only what all others let through, the
one of the same name included, and only on routes that a shared limit is for: these say what is to
be asked (``RateLimitPerRoute``), and the filter is not there for others. A process that is gone, or
does not answer in time, lets everything through: the limit of the same name then holds at each host
of each edge, as it does anyway. After a few such questions it is not asked for a second.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.availability.limiting import Limit, Rate, met_at
from ringwall.gateway.config import Route, SignIn
from ringwall.gateway.envoy.clusters import local_cluster
from ringwall.gateway.envoy.counting import Counting, limits_at
from ringwall.gateway.envoy.resources import Json, extension, seconds, typed
from ringwall.gateway.envoy.signed_in import Verifying, sign_in_of
from ringwall.gateway.quotas.buckets import Bucket
from ringwall.gateway.quotas.naming import LIMIT, limit_entry
from ringwall.inventory.config import Circuit, Protocol
from ringwall.runtime.configuration import Address

FILTER: Final = "ringwall.shared"
CLUSTER: Final = "ringwall-quotas"
"""The cluster of the process that counts."""
_MORE: Final = 0.05
"""Seconds that an answer may take besides what Redis may: time enough to count without it."""
_CIRCUIT: Final = Circuit(connections=64, pending=1024, requests=1024)


def cluster(address: Address) -> Json:
    """How the edge reaches the process that counts."""
    return {
        **local_cluster(
            CLUSTER,
            address,
            protocol=Protocol.GRPC,
            idle_timeout=300.0,
            circuit=_CIRCUIT,
            requests_per_connection=None,
        ),
        "outlier_detection": {
            "consecutive_5xx": 5,
            "consecutive_gateway_failure": 5,
            "enforcing_consecutive_gateway_failure": 100,
            "interval": "0.5s",
            "base_ejection_time": "1s",
            "max_ejection_time": "1s",
            "max_ejection_percent": 100,
        },
        # It is the only address: while it rests nobody is asked, and nobody waits.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}, "update_merge_window": "0s"},
    }


def filters(availability: Availability) -> list[Json]:
    """What stands in the chain: nothing where nothing is shared."""
    if not availability.counted_together():
        return []
    asking = extension(
        FILTER,
        "envoy.extensions.filters.http.ratelimit.v3.RateLimit",
        domain="ringwall",
        timeout=seconds(availability.shared.timeout + _MORE),
        failure_mode_deny=False,
        disable_x_envoy_ratelimited_header=True,
        rate_limit_service={
            "grpc_service": {"envoy_grpc": {"cluster_name": CLUSTER, "skip_envoy_headers": True}},
            "transport_api_version": "V3",
        },
    )
    return [{**asking, "disabled": True}]


def asking(
    table: Json,
    availability: Availability,
    *,
    routes: Sequence[Route],
    verifying: Verifying | None,
) -> Json:
    """The route table, with what is asked at the entries of each route.

    Of Ringwall's own pages those are asked about that have limits of their own.
    """
    shared = availability.counted_together()
    if not shared:
        return table
    asked = {
        route.name: _per_entry(found, availability, cost=route.cost)
        for route in routes
        if (found := _met_at(route, shared, verifying))
    }

    def told(entry: Json) -> Json:
        if "route" not in entry:
            return entry
        filters = entry.get("typed_per_filter_config", {})
        if entry.get("name") in asked:
            filters = {**filters, FILTER: asked[entry["name"]]}
        elif own := _met_by_anybody(entry, shared):
            filters = {**filters, FILTER: _per_entry(own, availability, cost=1)}
        return {**entry, "typed_per_filter_config": filters} if filters else entry

    hosts = [
        {**host, "routes": [told(entry) for entry in host["routes"]]}
        for host in table["virtual_hosts"]
    ]
    return {**table, "virtual_hosts": hosts}


def _met_at(
    route: Route, shared: Mapping[str, Limit], verifying: Verifying | None
) -> dict[str, Limit]:
    """The shared limits that requests of a route can meet."""
    knows_people = sign_in_of(route, verifying) is not SignIn.NONE
    return {
        name: limit if knows_people else limit.of_nobody()
        for name, limit in met_at(shared, route.name, route.purpose)
        if knows_people or not limit.of_nobody().asks_who
    }


def _met_by_anybody(entry: Json, shared: Mapping[str, Limit]) -> dict[str, Limit]:
    """The shared limits that a page of Ringwall's own was told, as far as they ask for nobody."""
    told = {name: shared[name].of_nobody() for name in limits_at(entry) if name in shared}
    return {name: limit for name, limit in told.items() if not limit.asks_who}


def _per_entry(shared: Mapping[str, Limit], availability: Availability, *, cost: int) -> Json:
    made: list[Json] = []
    for name, limit in shared.items():
        counting = Counting(availability.exempt, known=limit.asks_who, costs=())
        made += [
            {"actions": [_named(name, limit), *actions], **_pouring(cost)}
            for actions in counting.whose(limit)
        ]
    return typed("envoy.extensions.filters.http.ratelimit.v3.RateLimitPerRoute", rate_limits=made)


def _pouring(tokens: int) -> Json:
    return {} if tokens == 1 else {"hits_addend": {"number": tokens}}


def _named(name: str, limit: Limit) -> Json:
    rate = Rate.of(limit.rate)
    told = limit_entry(name, Bucket(rate.tokens, rate.seconds, limit.burst))
    return {"generic_key": {"descriptor_key": LIMIT, "descriptor_value": told}}
