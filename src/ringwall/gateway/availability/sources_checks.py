"""Judgments over sources: what cannot be read, and what refuses nobody."""

from collections.abc import Iterator

from ringwall.gateway.availability.config import AVAILABILITY, Availability
from ringwall.gateway.config import EDGE, Edge
from ringwall.gateway.judging import warning
from ringwall.gateway.sources.places import Place, objection_to
from ringwall.gateway.sources.sparing import touching
from ringwall.runtime.configuration import Configuration, Problem

_PATH = (AVAILABILITY, "sources")
_SECTIONS = {Place.COUNTRY: "countries", Place.SYSTEM: "systems"}


def check_sources(configuration: Configuration) -> Iterator[Problem]:
    """Databases that tell nothing, and what is written and does nothing."""
    availability = configuration.one(Availability, AVAILABILITY)
    sources = availability.sources
    for place, name in sources.databases.items():
        why = objection_to(configuration.root / name, place)
        if why is not None:
            yield Problem(
                path=(*_PATH, _SECTIONS[place], "database"),
                message=why,
                value=name,
                allowed=f"a readable file in MaxMind's format (.mmdb) that tells the {place}",
            )
    spared = (*availability.exempt.networks, *sources.allow)
    for position, network in enumerate(sources.block):
        found = touching(network, spared)
        if found is not None and found.prefixlen <= network.prefixlen:
            yield warning(
                (*_PATH, "block", position), f"this refuses nobody: {found} is let in all the same"
            )
    behind = configuration.one(Edge, EDGE).trusted_hops > 0
    if behind and sources.fingerprints is not None:
        yield warning(
            (*_PATH, "fingerprints"),
            "the proxies in front speak TLS with clients, so that no fingerprint is theirs: "
            "none is refused",
        )
