"""Which host a connection was made to, so that it brings requests for that one alone.

Limits count for the host that TLS was begun with (ADR 0016), and routes are found by the host that
is asked for. Where these may differ, an edge of many hosts gives an address the tries of all of
them against each. Who asks for another host gets 421 (RFC 9110 section 15.5.20) and makes a
connection of its own, as browsers do by themselves that take one for several hosts (RFC 9113
section 9.1.2).

Behind proxies it is not asked: they may bring requests for all hosts on one connection, and it is
they who choose the name in TLS.
"""

import hashlib
from ipaddress import IPv6Address
from typing import Final

from ringwall.gateway.config import Edge
from ringwall.gateway.envoy.resources import Json, extension

_KEY: Final = "ringwall.host"
_EACH: Final = 128


def is_asked(edge: Edge) -> bool:
    """Whether a request has to be for the host that its connection was made to."""
    return edge.trusted_hops == 0


def remembered(host: str) -> Json:
    """The network filter that keeps which of the edge's hosts this is, for all requests."""
    return extension(
        "ringwall.host",
        "envoy.extensions.filters.network.set_filter_state.v3.Config",
        on_new_connection=[
            {
                "object_key": _KEY,
                "factory_key": "envoy.network.ip",
                "format_string": {"text_format_source": {"inline_string": _number(host)}},
            }
        ],
    )


def elsewhere(host: str) -> Json:
    """What matches requests for ``host`` on connections that were made to another one.

    On those of before there was such a filter it matches nothing, so that no request of theirs is
    refused while an edge takes a new version.
    """
    only = {"address_prefix": _number(host), "prefix_len": _EACH}
    return {
        "prefix": "/",
        "filter_state": [{"key": _KEY, "address_match": {"ranges": [only], "invert_match": True}}],
    }


def _number(host: str) -> str:
    """A host as an address: nothing else can be compared the other way round there.

    It costs a request two thousand instructions or less, where a filter would cost some ten.
    """
    return str(IPv6Address(hashlib.sha256(host.encode()).digest()[:16]))
