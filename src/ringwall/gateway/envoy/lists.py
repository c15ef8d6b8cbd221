"""Who is refused for where a connection comes from: lists, places, how TLS begins.

Databases say which list an address is on (see :mod:`~ringwall.gateway.envoy.networks_db`), which
country and which autonomous system it is of: looked up once for each connection and before the
first request; nothing is asked for a request. Behind proxies the address stands in a header, and it
is asked for each request. The filters are there only where there is something to ask.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from ringwall.gateway.availability.sources import Sources
from ringwall.gateway.envoy import http
from ringwall.gateway.envoy.conditions import rbac_action
from ringwall.gateway.envoy.networks_db import FIELD
from ringwall.gateway.envoy.resources import Folder, Json, extension, typed
from ringwall.gateway.sources.against import Against
from ringwall.gateway.sources.lists import ALLOWED
from ringwall.gateway.sources.places import Place

AT_CONNECTIONS: Final = "ringwall.lists"
AT_REQUESTS: Final = "ringwall.lists.by-header"
"""The filters that refuse, ECDS resources: of connections, and behind proxies of requests."""
AGENTS: Final = "ringwall.agents"
"""The filter that refuses requests by what programs call themselves."""

CONNECTIONS_TYPE: Final = "envoy.extensions.filters.network.rbac.v3.RBAC"
REQUESTS_TYPE: Final = "envoy.extensions.filters.http.rbac.v3.RBAC"

_MANAGER: Final = "envoy.filters.network.http_connection_manager"
_INSPECTOR: Final = "envoy.filters.listener.tls_inspector"
_STATE: Final = "envoy.geoip"
_HEADER: Final = "x-ringwall-from-"
_LIST, _COUNTRY, _SYSTEM = "list", "country", "asn"
_FINGERPRINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ja4": "%TLS_JA4_FINGERPRINT%",
        "ja3": "%TLS_JA3_FINGERPRINT%",
    }
)
_KINDS: Final = tuple(sorted(_FINGERPRINTS))
_JA3_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Databases:
    """The files that Envoy looks addresses up in: of the lists, and of places by what they tell."""

    lists: str = ""
    places: Mapping[Place, str] = field(default_factory=dict)


def filters(sources: Sources, refused: Against, *, by_header: bool) -> dict[str, Json]:
    """The ECDS resources of the filters that refuse, by name; none where nothing is asked.

    ``refused`` changes between two configurations: which filters there are does not.
    """
    found = {}
    if sources.are_asked:
        name = AT_REQUESTS if by_header else AT_CONNECTIONS
        kind = REQUESTS_TYPE if by_header else CONNECTIONS_TYPE
        told = {"rules_stat_prefix": "lists_"} if by_header else {"stat_prefix": "ringwall_lists."}
        matcher = _matcher(refused, by_header=by_header)
        found[name] = _resource(name, kind, matcher=matcher, **told)
    if sources.look_at_agents:
        rules = {"rules": _agents(refused.agents)} if refused.agents else {}
        found[AGENTS] = _resource(AGENTS, REQUESTS_TYPE, rules_stat_prefix="agents_", **rules)
    return found


def asked_first(
    listener: Mapping[str, Any], sources: Sources, *, databases: Databases, folder: Folder
) -> Json:
    """The listener whose chains look up who is there before anything is answered."""
    if not sources.are_asked:
        return dict(listener)
    keys = {FIELD: _LIST, "country": _COUNTRY, "asn": _SYSTEM}
    kinds = _KINDS if sources.take_fingerprints and "listener_filters" in listener else ()
    before = [
        _look_up(databases, kind="network", keys=keys),
        *([_remembered(kinds)] if kinds else []),
        http.dynamic_filter(
            AT_CONNECTIONS, folder.file(f"ecds-{AT_CONNECTIONS}.json"), CONNECTIONS_TYPE
        ),
    ]
    chains = [_with(one, before) for one in listener["filter_chains"]]
    found = {**listener, "filter_chains": chains}
    if "default_filter_chain" in listener:
        found["default_filter_chain"] = _with(listener["default_filter_chain"], before)
    if kinds:
        found["listener_filters"] = [_taking(one, kinds) for one in listener["listener_filters"]]
    return found


def asked_of_requests(
    sources: Sources, *, by_header: bool, databases: Databases, folder: Folder
) -> list[Json]:
    """What stands first in the chain of requests: agents, and behind proxies all of it."""
    found = []
    if sources.are_asked and by_header:
        keys = {
            FIELD: f"{_HEADER}{_LIST}",
            "country": f"{_HEADER}{_COUNTRY}",
            "asn": f"{_HEADER}{_SYSTEM}",
        }
        found.append(_look_up(databases, kind="http", keys=keys))
        found.append(_from_file(AT_REQUESTS, folder))
    if sources.look_at_agents:
        found.append(_from_file(AGENTS, folder))
    return found


def _from_file(name: str, folder: Folder) -> Json:
    return http.dynamic_filter(name, folder.file(f"ecds-{name}.json"), REQUESTS_TYPE)


def _resource(name: str, kind: str, **fields: object) -> Json:
    return {
        "@type": "type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig",
        "name": name,
        "typed_config": typed(kind, **fields),
    }


def _agents(some: Iterable[str]) -> Json:
    principals = [
        {
            "header": {
                "name": "user-agent",
                "string_match": {"contains": one, "ignore_case": True},
            }
        }
        for one in some
    ]
    policy = {"permissions": [{"any": True}], "principals": principals}
    return {"action": "DENY", "policies": {"user-agents": policy}}


def _kind(fingerprint: str) -> str:
    return "ja3" if len(fingerprint) == _JA3_LENGTH else "ja4"


def _taking(listener_filter: Json, kinds: Sequence[str]) -> Json:
    """The inspector of TLS, which takes fingerprints then."""
    if listener_filter["name"] != _INSPECTOR:
        return listener_filter
    taken = {f"enable_{kind}_fingerprinting": True for kind in kinds}
    return {**listener_filter, "typed_config": {**listener_filter["typed_config"], **taken}}


def _remembered(kinds: Sequence[str]) -> Json:
    """The filter that keeps fingerprints where they can be compared."""
    return extension(
        "envoy.filters.network.set_filter_state",
        "envoy.extensions.filters.network.set_filter_state.v3.Config",
        on_new_connection=[
            {
                "object_key": f"ringwall.{kind}",
                "factory_key": "envoy.string",
                "format_string": {"text_format_source": {"inline_string": _FINGERPRINTS[kind]}},
            }
            for kind in kinds
        ],
    )


def _with(chain: Mapping[str, Any], before: Sequence[Json]) -> Json:
    """The chain with some filters right before its connection manager, if it has one."""
    found = list(chain["filters"])
    at = next((at for at, one in enumerate(found) if one["name"] == _MANAGER), None)
    if at is not None:
        found[at:at] = before
    return {**chain, "filters": found}


def _look_up(databases: Databases, *, kind: str, keys: Mapping[str, str]) -> Json:
    paths = {"isp_db_path": databases.lists}
    asked = {FIELD: keys[FIELD]}
    if Place.COUNTRY in databases.places:
        paths["country_db_path"] = databases.places[Place.COUNTRY]
        asked["country"] = keys["country"]
    if Place.SYSTEM in databases.places:
        paths["asn_db_path"] = databases.places[Place.SYSTEM]
        asked["asn"] = keys["asn"]
    provider = extension(
        "envoy.geoip_providers.maxmind",
        "envoy.extensions.geoip_providers.maxmind.v3.MaxMindConfig",
        **paths,
        common_provider_config={"geo_field_keys": asked},
    )
    more = {"stat_prefix": "ringwall."} if kind == "network" else {}
    return extension(
        f"envoy.filters.{kind}.geoip",
        f"envoy.extensions.filters.{kind}.geoip.v3.Geoip",
        provider=provider,
        **more,
    )


def _matcher(refused: Against, *, by_header: bool) -> Json:
    """Who is allowed passes, who is refused by list, TLS or place does not, everybody else does.

    Built from the last question to the first.
    """
    rest: Json = _PASS
    country, system = (_input(one, by_header=by_header) for one in (_COUNTRY, _SYSTEM))
    if refused.only is not None:
        rest = _tree(country, dict.fromkeys(refused.only, _PASS), _REFUSE)
    if refused.countries:
        rest = _tree(country, dict.fromkeys(refused.countries, _REFUSE), rest)
    if refused.systems:
        numbers = [one.removeprefix("AS") for one in refused.systems]
        rest = _tree(system, dict.fromkeys(numbers, _REFUSE), rest)
    for kind in () if by_header else _KINDS:
        some = [one for one in refused.fingerprints if _kind(one) == kind]
        if some:
            rest = _tree(_state(f"ringwall.{kind}"), dict.fromkeys(some, _REFUSE), rest)
    listed = _input(_LIST, by_header=by_header)
    named = {"safe_regex": {"google_re2": {}, "regex": ".+"}}
    rest = {
        "matcher": {
            "matcher_list": {
                "matchers": [
                    {
                        "predicate": {"single_predicate": {"input": listed, "value_match": named}},
                        "on_match": _REFUSE,
                    }
                ]
            },
            "on_no_match": rest,
        }
    }
    matcher: Json = _tree(listed, {ALLOWED: _PASS}, rest)["matcher"]
    return matcher


def _tree(found: Json, answers: Mapping[str, Json], otherwise: Json) -> Json:
    tree = {"input": found, "exact_match_map": {"map": dict(answers)}}
    return {"matcher": {"matcher_tree": tree, "on_no_match": otherwise}}


def _input(name: str, *, by_header: bool) -> Json:
    if by_header:
        return extension(
            "header",
            "envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
            header_name=f"{_HEADER}{name}",
        )
    return _state(_STATE, field=name)


def _state(key: str, **more: str) -> Json:
    return extension(
        "state",
        "envoy.extensions.matching.common_inputs.network.v3.FilterStateInput",
        key=key,
        **more,
    )


_PASS: Final = rbac_action("ALLOW", "others")
_REFUSE: Final = rbac_action("DENY", "listed")
