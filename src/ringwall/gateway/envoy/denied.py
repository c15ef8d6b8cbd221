"""Who is refused at the door: networks whose connections end before anything is said.

Chains of a listener that match by the client's network stand beside all others. They end a
connection as it comes, before TLS: a handshake costs fifteen times as much. Envoy takes other
chains of this kind in place, so that the connections of everybody else live on, those that a denied
network has open as well.

Envoy keeps the chains of before until the time for draining is over, though nobody is in them any
more: this is for the few that are urgent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import collapse_addresses
from typing import Any, Final

from ringwall.gateway.config import Network
from ringwall.gateway.envoy import sources
from ringwall.gateway.envoy.resources import Json, extension

AT_MOST: Final = 2_000
"""Networks. Two thousand are in force after half a second, ten thousand after two."""

BY_HEADER: Final = "ringwall.denied"
"""The filter that denies where proxies in front tell who is asking."""

_NAME: Final = "denied"
_DOORS: Final = frozenset({"edge", "redirect"})
"""The listeners that clients come to."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The networks that are denied now, and when the next of them is over by itself.

    ``by_header`` where proxies in front tell in a header who is asking: nobody is told from another
    ``at_the_door`` then. For blocks ``left_out`` there is no room.
    """

    networks: tuple[Network, ...] = ()
    next_end: datetime | None = None
    by_header: bool = False
    left_out: tuple[Network, ...] = ()

    @property
    def at_the_door(self) -> tuple[Network, ...]:
        """Those of them whose connections are refused."""
        return () if self.by_header else self.networks


NOBODY: Final = Denied()


def doors(listeners: Sequence[Json], networks: Sequence[Network]) -> list[Json]:
    """The listeners, at which these networks are denied, beside all others."""
    return [
        denied_at_the_door(one, networks) if one["name"] in _DOORS else one for one in listeners
    ]


def denied_by_header(networks: Sequence[Network]) -> Json:
    """The filter :data:`BY_HEADER`, an ECDS resource: it refuses requests, not connections."""
    return sources.blocked_sources(tuple(networks), name=BY_HEADER)


def denied_at_the_door(listener: Mapping[str, Any], networks: Sequence[Network]) -> Json:
    """The same listener, at which these networks are denied and no others.

    Of more than :data:`AT_MOST` the widest are; which of them comes first is always the same.
    """
    others = [one for one in listener["filter_chains"] if not one["name"].startswith(_NAME)]
    ranges = [
        {"address_prefix": str(one.network_address), "prefix_len": one.prefixlen}
        for one in denied_of(networks)
    ]
    chains = [*_chains(others, ranges)] if ranges else []
    return {**listener, "filter_chains": [*chains, *others]}


def denied_of(networks: Sequence[Network]) -> tuple[Network, ...]:
    """What is denied of these networks: none twice, none within another, none too many."""
    fourth = collapse_addresses(one for one in networks if one.version == 4)
    sixth = collapse_addresses(one for one in networks if one.version == 6)
    found: list[Network] = [*fourth, *sixth]
    found.sort(key=lambda one: (one.prefixlen, one.version, int(one.network_address)))
    return tuple(found[:AT_MOST])


def _chains(others: Sequence[Mapping[str, Any]], ranges: Sequence[Json]) -> Iterator[Json]:
    """One chain for each way to be matched before the client's network is looked at.

    Envoy goes by the name that the client asks for, then by the protocol it offers, and only then
    by where it comes from.
    """
    names: dict[tuple[str, ...], list[str]] = {}
    for one in others:
        match = one.get("filter_chain_match", {})
        protocols = tuple(match.get("application_protocols", ()))
        names.setdefault(protocols, []).extend(match.get("server_names", ()))
    for number, (protocols, hosts) in enumerate(sorted(names.items())):
        if hosts:
            match = {"server_names": sorted({*hosts}), "source_prefix_ranges": list(ranges)}
            if protocols:
                match["application_protocols"] = list(protocols)
            yield _chain(f"{_NAME} by name {number}", match)
    yield _chain(_NAME, {"source_prefix_ranges": list(ranges)})


def _chain(name: str, match: Json) -> Json:
    closes = extension(
        "envoy.filters.network.direct_response",
        "envoy.extensions.filters.network.direct_response.v3.Config",
    )
    return {"name": name, "filter_chain_match": match, "filters": [closes]}
