"""Who is refused for where a connection comes from: lists, in a database that Envoy looks up.

The database (see :mod:`~ringwall.gateway.envoy.networks_db`) says which list an address is on, once
for each connection and before the first request; nothing is asked for a request. Behind proxies the
address stands in a header, and it is asked for each request. The filters are there only where there
is a list.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ringwall.gateway.availability.sources import Sources
from ringwall.gateway.envoy import http
from ringwall.gateway.envoy.conditions import rbac_action
from ringwall.gateway.envoy.networks_db import FIELD
from ringwall.gateway.envoy.resources import Folder, Json, extension, typed
from ringwall.gateway.sources.lists import ALLOWED

AT_CONNECTIONS: Final = "ringwall.lists"
AT_REQUESTS: Final = "ringwall.lists.by-header"
"""The filters that refuse, ECDS resources: of connections, and behind proxies of requests."""

CONNECTIONS_TYPE: Final = "envoy.extensions.filters.network.rbac.v3.RBAC"
REQUESTS_TYPE: Final = "envoy.extensions.filters.http.rbac.v3.RBAC"
REFUSED: Final = r"^ringwall_lists\.rbac\.denied$"
"""Envoy's counter of what was refused."""

_MANAGER: Final = "envoy.filters.network.http_connection_manager"
_STATE: Final = "envoy.geoip"
_HEADER: Final = "x-ringwall-from-"
_LIST: Final = "list"


def are_needed(sources: Sources) -> bool:
    """Whether anything is looked up."""
    return sources.are_listed


def filters(sources: Sources, *, by_header: bool) -> dict[str, Json]:
    """The ECDS resource of the filter that refuses, by name; none where nothing is looked up."""
    if not are_needed(sources):
        return {}
    name = AT_REQUESTS if by_header else AT_CONNECTIONS
    kind = REQUESTS_TYPE if by_header else CONNECTIONS_TYPE
    named = {"rules_stat_prefix": "lists_"} if by_header else {"stat_prefix": "ringwall_lists."}
    return {
        name: {
            "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
            "name": name,
            "typed_config": typed(kind, matcher=_matcher(by_header=by_header), **named),
        }
    }


def asked_first(
    listener: Mapping[str, Any], sources: Sources, *, database: str, folder: Folder
) -> Json:
    """The listener whose chains look up who is there before anything is answered.

    ``database`` is the file of the lists.
    """
    if not are_needed(sources):
        return dict(listener)
    before = [
        _look_up(database, kind="network", keys={FIELD: _LIST}),
        http.dynamic_filter(
            AT_CONNECTIONS, folder.file(f"ecds-{AT_CONNECTIONS}.json"), CONNECTIONS_TYPE
        ),
    ]
    chains = [_with(one, before) for one in listener["filter_chains"]]
    found = {**listener, "filter_chains": chains}
    if "default_filter_chain" in listener:
        found["default_filter_chain"] = _with(listener["default_filter_chain"], before)
    return found


def asked_of_requests(sources: Sources, *, database: str, folder: Folder) -> list[Json]:
    """The same behind proxies: filters that stand first in the chain of requests."""
    if not are_needed(sources):
        return []
    return [
        _look_up(database, kind="http", keys={FIELD: f"{_HEADER}{_LIST}"}),
        http.dynamic_filter(AT_REQUESTS, folder.file(f"ecds-{AT_REQUESTS}.json"), REQUESTS_TYPE),
    ]


def _with(chain: Mapping[str, Any], before: Sequence[Json]) -> Json:
    """The chain with some filters right before its connection manager, if it has one."""
    filters = list(chain["filters"])
    at = next((at for at, one in enumerate(filters) if one["name"] == _MANAGER), None)
    if at is not None:
        filters[at:at] = before
    return {**chain, "filters": filters}


def _look_up(database: str, *, kind: str, keys: Mapping[str, str]) -> Json:
    provider = extension(
        "envoy.geoip_providers.maxmind",
        "envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig",
        isp_db_path=database,
        common_provider_config={"geo_field_keys": dict(keys)},
    )
    more = {"stat_prefix": "ringwall."} if kind == "network" else {}
    return extension(
        f"envoy.filters.{kind}.geoip",
        f"envoy.extensions.filters.{kind}.geoip.v3.Geoip",
        provider=provider,
        **more,
    )


def _matcher(*, by_header: bool) -> Json:
    """Whoever is allowed passes, whoever is on another list does not, everybody else does."""
    found = _input(_LIST, by_header=by_header)
    listed = {
        "predicate": {
            "single_predicate": {
                "input": found,
                "value_match": {"safe_regex": {"google_re2": {}, "regex": ".+"}},
            }
        },
        "on_match": _DENY,
    }
    return {
        "matcher_tree": {"input": found, "exact_match_map": {"map": {ALLOWED: _PASS}}},
        "on_no_match": {"matcher": {"matcher_list": {"matchers": [listed]}, "on_no_match": _PASS}},
    }


def _input(name: str, *, by_header: bool) -> Json:
    if by_header:
        return extension(
            "header",
            "envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
            header_name=f"{_HEADER}{name}",
        )
    return extension(
        "state",
        "envoy.extensions.matching.common_inputs.network.v3.FilterStateInput",
        key=_STATE,
        field=name,
    )


_PASS: Final = rbac_action("ALLOW", "others")
_DENY: Final = rbac_action("DENY", "listed")
