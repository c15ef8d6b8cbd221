"""Answers that are kept: declared by routes, told by the edge, done in the service's sidecar.

The edge knows which route it is and takes away what could make an answer somebody's own; the
sidecar keeps answers (RFC 9111) and asks the service once for all who want the same at a time. It
stands there because what is kept passes by the router of the Envoy that keeps it: at the edge, that
would be every header which a route sets.

Envoy's cache filter keeps what brings a cookie, and remembers each key for five minutes. Two small
scripts see to both: whatever sets a cookie is not stored, and only so many keys reach the filter.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ringwall.gateway.availability.caching import Cache
from ringwall.gateway.envoy import http
from ringwall.gateway.envoy.clusters import local_cluster
from ringwall.gateway.envoy.resources import Json, extension, seconds, typed
from ringwall.inventory.config import Circuit, Protocol
from ringwall.runtime.configuration import Address

CACHED_SERVICE: Final = "ringwall-app-cached"
"""The cluster through which a sidecar fetches what it is going to keep."""

MARK: Final = "x-ringwall-cache"
"""What the edge tells the sidecar; from no client and no other service does it count."""

_PERSONAL: Final = (
    "authorization",
    "cookie",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "x-api-key",
)
"""Who somebody is, and conditions, with which requests would be passed on one by one."""

_ENTRIES: Final = 1_000
_BYTES: Final = 64 * 1024**2
_ENTRY: Final = 1024**2
_SCRIPT: Final = Path(__file__).with_name("caching.lua").read_text(encoding="utf-8")
_LUA: Final = "envoy.extensions.filters.http.lua.v3.Lua"


def kept(entry: Json, cache: Cache) -> Json:
    """The same entry of the edge's table for requests whose answers may be kept."""
    match = entry["match"]
    asked = {"name": ":path", "string_match": {"safe_regex": {"regex": _path(cache.query)}}}
    mark = {"header": {"key": MARK, "value": "1"}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
    return {
        **entry,
        "match": {**match, "headers": [*match["headers"], asked]},
        "request_headers_to_add": [*entry.get("request_headers_to_add", ()), mark],
        "request_headers_to_remove": [*entry.get("request_headers_to_remove", ()), *_PERSONAL],
    }


def _path(query: Sequence[str]) -> str:
    """A path with these parameters only, in any order and number, none of them long."""
    if not query:
        return r"[^?]*"
    names = "|".join(name.replace(".", r"\.") for name in sorted(query))
    one = f"(?:{names})=[^&]{{0,64}}"
    return rf"[^?]*(?:\?{one}(?:&{one})*)?"


def inbound_entry(entry: Json, folder: str, *, edge: str) -> Json:
    """The sidecar's entry for what the edge has marked; ``folder`` is where answers are kept.

    ``edge`` is the edge's SPIFFE id: from any other caller the mark is refused.
    """
    return {
        **entry,
        "match": {"prefix": "/", "headers": [{"name": MARK, "present_match": True}]},
        "request_headers_to_remove": [MARK, "authorization"],
        "typed_per_filter_config": {
            http.ROUTE_SLOT: http.route_filters(_gate(edge), _store(folder))
        },
    }


def cluster(app: Address, *, protocol: Protocol, circuit: Circuit, longest: float) -> Json:
    """The cluster of :data:`CACHED_SERVICE`. ``longest`` are seconds that anybody waits for it.

    The filter goes on with a fetch when all who asked have left, and lets others wait for it: it
    ends soon after. Sooner would have all who wait ask by themselves.
    """
    made = local_cluster(CACHED_SERVICE, app, protocol=protocol, circuit=circuit)
    (name, options), *_ = made["typed_extension_protocol_options"].items()
    shared: Mapping[str, object] = options["common_http_protocol_options"]
    made["typed_extension_protocol_options"] = {
        name: {
            **options,
            "common_http_protocol_options": {
                **shared,
                "max_stream_duration": seconds(longest + 1.0),
            },
            "http_filters": [
                _lua("ringwall.fetched", "ringwall_fetch", "ringwall_fetched"),
                extension(
                    "envoy.filters.http.upstream_codec",
                    "envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec",
                ),
            ],
        }
    }
    return made


def _gate(edge: str) -> Json:
    return _lua("ringwall.gate", "ringwall_gate", edge=edge)


def _lua(name: str, on_request: str, on_response: str | None = None, *, edge: str = "") -> Json:
    script = _SCRIPT.replace("@MOST@", str(_ENTRIES)).replace("@EDGE@", edge)
    script += f"\nfunction envoy_on_request(handle)\n  {on_request}(handle)\nend\n"
    if on_response is not None:
        script += f"\nfunction envoy_on_response(handle)\n  {on_response}(handle)\nend\n"
    return extension(name, _LUA, default_source_code={"inline_string": script})


def _store(folder: str) -> Json:
    return extension(
        "ringwall.cache",
        "envoy.extensions.filters.http.cache_v2.v3.CacheV2Config",
        ignore_request_cache_control_header=True,
        override_upstream_cluster=CACHED_SERVICE,
        typed_config=typed(
            "envoy.extensions.http.cache_v2.file_system_http_cache.v3.FileSystemHttpCacheV2Config",
            manager_config={"thread_pool": {"thread_count": 1}},
            cache_path=folder,
            max_cache_entry_count=_ENTRIES,
            max_cache_size_bytes=_BYTES,
            max_individual_cache_entry_size_bytes=_ENTRY,
            min_eviction_period="1s",
            max_eviction_period="10s",
        ),
    )
