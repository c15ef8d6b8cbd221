"""Call-outs: what the edge cannot decide by itself is asked of Cedar's engine, over a local socket.

Two filters of the route's own slot stand before the one that decides: an RBAC that only finds out
whether to ask, and ``ext_authz``, which asks where it is told to, or where it is not told anything.
The answer, a header that nobody else can send, names the decision; the filter that decides knows
all names that there can be, so that an answer denies and is recorded as a rule of the edge is.
Whoever does not answer in time, or with anything but an answer, denies with 503. So does the edge
at once while too many are asked: whoever waits must have a chance to be answered in time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ringwall.access.compiler.facts import Several, Text
from ringwall.gateway.envoy.clusters import local_cluster
from ringwall.gateway.envoy.conditions import rbac_action
from ringwall.gateway.envoy.predicates import HEADERS
from ringwall.gateway.envoy.resources import Json, extension, seconds
from ringwall.gateway.envoy.signed_in import PROVEN_HEADER
from ringwall.inventory.config import Circuit
from ringwall.runtime.configuration import Address

CLUSTER: Final = "ringwall-callouts"
"""The cluster of the process that has Cedar's engine."""
PATIENCE: Final = 0.5
"""Seconds that an answer may take."""
CIRCUIT: Final = Circuit(connections=32, pending=32, requests=32)
"""How many are asked at a time, and wait to be: the engine decides one after the other, in about
4 ms, so that the last of them is answered in half of :data:`PATIENCE`."""
PREFIX: Final = "/decide"
"""Stands before the path of what is asked about."""
ABOUT_HEADER: Final = "x-ringwall-callout"
"""What is asked about: version of the configuration, route and host, with blanks between."""
ADDRESS_HEADER: Final = "x-ringwall-address"
NOW_HEADER: Final = "x-ringwall-now"
DECIDED_HEADER: Final = "x-ringwall-decided"
"""The answer: the name of the decision."""
STAT: Final = "callout"

_FACTS: Final = (*(HEADERS[one] for one in (*Text, *Several) if one in HEADERS), PROVEN_HEADER)
_ASK, _KNOWN = "ask", "known"


@dataclass(frozen=True, slots=True)
class About:
    """Of what Cedar's engine is asked.

    ``version`` is the hash of the configuration whose policies decide. ``is_tenants`` says whether
    the host's first label names an organisation.
    """

    version: str
    route: str
    host: str
    is_tenants: bool = False


def cluster(address: Address) -> Json:
    """How the edge reaches the process that answers."""
    return local_cluster(CLUSTER, address, circuit=CIRCUIT)


def filters(about: About, asking: Json) -> list[Json]:
    """The filters before the one that decides; ``asking`` is a matcher that :func:`ask` ends."""
    return [
        extension(
            "ringwall.asking",
            "envoy.extensions.filters.http.rbac.v3.RBAC",
            rules_stat_prefix="asked_",
            matcher=_only_asking(asking),
        ),
        extension(
            "ringwall.callout",
            "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
            transport_api_version="V3",
            stat_prefix=f"{STAT}.{about.route}",
            failure_mode_allow=False,
            status_on_error={"code": "ServiceUnavailable"},
            filter_enabled_metadata={
                "filter": "envoy.filters.http.rbac",
                "path": [{"key": "asked_enforced_effective_policy_id"}],
                "value": {"string_match": {"exact": _KNOWN}},
                "invert": True,
            },
            allowed_headers={"patterns": [{"exact": name} for name in _FACTS]},
            disallowed_headers={"patterns": [{"exact": "authorization"}, {"exact": "cookie"}]},
            http_service={
                "server_uri": {
                    "uri": "http://callouts.ringwall.internal",
                    "cluster": CLUSTER,
                    "timeout": seconds(PATIENCE),
                },
                "path_prefix": PREFIX,
                "authorization_request": {
                    "headers_to_add": [
                        {
                            "key": ABOUT_HEADER,
                            "value": f"{about.version} {about.route} {about.host}",
                        },
                        {
                            "key": ADDRESS_HEADER,
                            "value": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
                        },
                        {"key": NOW_HEADER, "value": "%START_TIME(%s)%"},
                    ]
                },
                "authorization_response": {
                    "allowed_upstream_headers": {"patterns": [{"exact": DECIDED_HEADER}]}
                },
            },
        ),
    ]


def ask() -> Json:
    """An ``OnMatch`` that has the engine asked."""
    return rbac_action("ALLOW", _ASK)


def answered(allowing: Iterable[str], denying: Iterable[str], denied: Json) -> Json:
    """An ``OnMatch`` by what was answered; whatever is no such name denies as ``denied`` does."""
    known = {name: rbac_action("DENY", name) for name in denying}
    known |= {name: rbac_action("ALLOW", name) for name in allowing}
    tree = {
        "input": extension(
            DECIDED_HEADER,
            "envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
            header_name=DECIDED_HEADER,
        ),
        "exact_match_map": {"map": dict(sorted(known.items()))},
    }
    return {"matcher": {"matcher_tree": tree, "on_no_match": denied}}


def _only_asking(matcher: Any) -> Any:
    """The same matcher, with nothing to decide but whether to ask."""
    if isinstance(matcher, list):
        return [_only_asking(one) for one in matcher]
    if not isinstance(matcher, dict):
        return matcher
    action = matcher.get("action")
    if isinstance(action, dict) and "typed_config" in action:
        return matcher if matcher == ask() else rbac_action("ALLOW", _KNOWN)
    return {name: _only_asking(one) for name, one in matcher.items()}
