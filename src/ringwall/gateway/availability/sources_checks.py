"""Judgments over sources: what cannot be read, and what refuses nobody."""

from collections.abc import Iterator
from datetime import UTC, datetime

from ringwall.gateway.availability.config import AVAILABILITY, Availability
from ringwall.gateway.availability.sources import Sources
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
    yield from _lists(sources, datetime.now(UTC))
    behind = configuration.one(Edge, EDGE).trusted_hops > 0
    if behind and sources.take_fingerprints:
        where = next((n for n, one in enumerate(sources.lists) if one.fingerprints), 0)
        inside = ("lists", where, "fingerprints") if sources.fingerprints is None else None
        yield warning(
            (*_PATH, *(inside or ("fingerprints",))),
            "the proxies in front speak TLS with clients, so that no fingerprint is theirs: "
            "none is refused",
        )


def _lists(sources: Sources, now: datetime) -> Iterator[Problem]:
    """Lists that ask what no database tells, and those that are over."""
    for position, one in enumerate(sources.lists):
        path = (*_PATH, "lists", position)
        for place, named in ((Place.COUNTRY, one.countries), (Place.SYSTEM, one.systems)):
            key = _SECTIONS[place]
            if named and place not in sources.databases:
                yield Problem(
                    path=(*path, key),
                    message=(
                        f"nothing tells the {place} of addresses, which the list {one.name} asks: "
                        f"name a file under availability.sources.{key}.database"
                    ),
                    value=named[0],
                )
        if one.is_over(now):
            yield warning(
                (*path, "until"), f"the list {one.name} is over: it refuses nobody any more"
            )
