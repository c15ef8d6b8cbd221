"""New connections, counted before anything is done for them, and those nobody reads from."""

from typing import Final

from ringwall.gateway.availability.connections import Connections
from ringwall.gateway.availability.limiting import Rate
from ringwall.gateway.envoy.buckets import bucket
from ringwall.gateway.envoy.resources import Json, extension, seconds

_SHARED: Final = "ringwall.handshakes"
"""Filter chains that name the same key pour into one bucket."""


def bounded(listener: Json, connections: Connections, *, handshakes: bool) -> Json:
    """The same listener with these bounds; ``handshakes`` tells whether it is one that has some.

    Whoever comes too many is hung up on before TLS begins, by the only network filter that can: for
    a sixteenth of what a handshake costs.
    """
    made = dict(listener)
    if connections.read_within is not None:
        # Without it nothing ends who stops reading before the answer is whole in here.
        made["per_connection_buffer_high_watermark_timeout"] = seconds(connections.read_within)
    if handshakes and connections.handshakes is not None:
        first = _counted(connections.handshakes)
        made["filter_chains"] = [_after(first, chain) for chain in made["filter_chains"]]
        if "default_filter_chain" in made:
            made["default_filter_chain"] = _after(first, made["default_filter_chain"])
    return made


def _after(first: Json, chain: Json) -> Json:
    return {**chain, "filters": [first, *chain["filters"]]}


def _counted(most: int) -> Json:
    return extension(
        "envoy.filters.network.local_ratelimit",
        "envoy.extensions.filters.network.local_ratelimit.v3.LocalRateLimit",
        stat_prefix="ringwall_handshakes",
        share_key=_SHARED,
        token_bucket=bucket(Rate(most, 1), 2 * most),
    )
