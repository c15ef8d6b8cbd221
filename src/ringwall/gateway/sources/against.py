"""Whom the edge refuses now for other than their network: of configuration, lists and blocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ringwall.gateway.availability.sources import Sources
from ringwall.gateway.sources.kinds import Kind, Meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """What is refused, each sorted and none twice.

    ``only`` are the countries that alone are taken; ``None`` for all.
    """

    countries: tuple[str, ...] = ()
    only: tuple[str, ...] | None = None
    systems: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()


def against(
    sources: Sources, *, blocked: Iterable[Meant] = (), now: datetime | None = None
) -> Against:
    """Put together what is refused at ``now``, or without a time what ever is.

    ``blocked`` is what people block. What the edge of this configuration does not look at is left
    out: a country where no database tells any.
    """
    listed, blocks = sources.listed(now), tuple(blocked)

    def found(kind: Kind, own: Iterable[str], *lists: Iterable[str]) -> tuple[str, ...]:
        named = [
            one.agent if kind is Kind.AGENT else one.text for one in blocks if one.kind is kind
        ]
        return tuple(sorted({*own, *named, *(one for some in lists for one in some)}))

    countries, systems = sources.countries, sources.systems
    prints, agents = sources.fingerprints, sources.user_agents
    return Against(
        countries=()
        if countries is None
        else found(Kind.COUNTRY, countries.block, *(one.countries for one in listed)),
        only=None if countries is None else countries.allow,
        systems=()
        if systems is None
        else found(Kind.SYSTEM, systems.block, *(one.systems for one in listed)),
        fingerprints=found(
            Kind.FINGERPRINT,
            () if prints is None else prints.block,
            *(one.fingerprints for one in listed),
        )
        if sources.take_fingerprints
        else (),
        agents=found(
            Kind.AGENT, () if agents is None else agents.block, *(one.user_agents for one in listed)
        )
        if sources.look_at_agents
        else (),
    )


def next_end(sources: Sources, now: datetime) -> datetime | None:
    """When the next list of one's own is over; ``None`` where none has an end."""
    ends = (one.until for one in sources.listed(now) if one.until is not None)
    return min(ends, default=None)
