"""How urgent a finding is: a score from 0 to 100, and how it comes to that. Pure.

The severity is a base, which is how much of 100 it is by itself; what multiplies it is what stands
behind the component and in front of it::

    score = 100 * (1 - (1 - base) ** weight)        weight = product of the factors

so it never passes 100, grows with every factor and keeps apart what is bad from what is worse. A
category that is not known counts as what a service has where nothing is said.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol, TypeVar, runtime_checkable

from ringwall.core.components import (
    Classification,
    Component,
    Criticality,
    Environment,
    Exposure,
    Found,
)
from ringwall.core.findings import Severity

BASES: Final = {
    Severity.INFORMATIONAL: 0.02,
    Severity.LOW: 0.12,
    Severity.MEDIUM: 0.30,
    Severity.HIGH: 0.50,
    Severity.CRITICAL: 0.70,
}
EXPOSURES: Final = {Exposure.INTERNET: 1.6, Exposure.PARTNER: 1.2, Exposure.INTERNAL: 1.0}
CLASSIFICATIONS: Final = {
    Classification.PUBLIC: 0.6,
    Classification.INTERNAL: 0.8,
    Classification.CONFIDENTIAL: 1.0,
    Classification.RESTRICTED: 1.4,
}
CRITICALITIES: Final = {
    Criticality.LOW: 0.8,
    Criticality.MEDIUM: 1.0,
    Criticality.HIGH: 1.2,
    Criticality.VITAL: 1.4,
}
ENVIRONMENTS: Final = {
    Environment.PRODUCTION: 1.0,
    Environment.STAGING: 0.6,
    Environment.DEVELOPMENT: 0.4,
}
BEHIND: Final = 1.3
"""A way from the internet leads to it for certain, over something that would be taken over first.

Weaker than what the internet reaches by itself, also together with what partners reach.
"""
KNOWN_EXPLOITED: Final = 2.0
"""It is known that somebody does it (as CISA's catalogue of exploited vulnerabilities tells)."""


K = TypeVar("K", bound=StrEnum)


class Categories(Protocol):
    """Who knows in which categories a component stands, and whose it is."""

    def of(self, components: Collection[str], /) -> Mapping[str, Component]:
        """Those with these ids, by id; without those that nobody knows."""


@runtime_checkable
class ByRules(Categories, Protocol):
    """Who also knows which rules the company has for what nobody has seen."""

    def ruled(self, found: Found, source: str, /) -> Mapping[str, str]:
        """The categories that rules give what ``source`` tells of, by name; no other."""


class NothingKnown:
    """Nobody knows anything of any component."""

    def of(self, components: Collection[str], /) -> Mapping[str, Component]:
        """See :class:`Categories`."""
        del components
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The categories of a component; ``None`` is not known."""

    exposure: Exposure | None = None
    classification: Classification | None = None
    criticality: Criticality | None = None
    environment: Environment | None = None
    owner: str = ""
    is_behind: bool = False
    """Whether a way from the internet leads to it for certain, over what would be taken over."""


def placed(component: Component | None) -> Placed:
    """What of a component counts here."""
    if component is None:
        return Placed()
    return Placed(
        exposure=component.exposure,
        classification=component.classification,
        criticality=component.criticality,
        environment=component.environment,
        owner=component.owner,
        is_behind=component.is_behind,
    )


def placed_by(ruled: Mapping[str, str]) -> Placed:
    """The same of what rules give; what none gives is not known."""
    exposure, classification = ruled.get("exposure"), ruled.get("classification")
    criticality, environment = ruled.get("criticality"), ruled.get("environment")
    return Placed(
        exposure=Exposure(exposure) if exposure else None,
        classification=Classification(classification) if classification else None,
        criticality=Criticality(criticality) if criticality else None,
        environment=Environment(environment) if environment else None,
        owner=ruled.get("owner", ""),
    )


@dataclass(frozen=True, slots=True)
class Exploit:
    """What a source tells of who exploits it; ``epss`` is FIRST's probability, from 0 to 1."""

    is_known: bool = False
    epss: float | None = None


@dataclass(frozen=True, slots=True)
class Factor:
    """A number that counts, and why, in words."""

    by: float
    why: str


def factors(place: Placed, exploit: Exploit) -> Iterator[Factor]:
    """What multiplies the severity's weight."""
    yield _of("exposure", place.exposure, EXPOSURES, Exposure.INTERNAL)
    if place.is_behind and place.exposure is not Exposure.INTERNET:
        yield Factor(BEHIND, "a way from the internet leads to it; `inventory path` shows it")
    yield _of("classification", place.classification, CLASSIFICATIONS, Classification.CONFIDENTIAL)
    yield _of("criticality", place.criticality, CRITICALITIES, Criticality.MEDIUM)
    yield _of("environment", place.environment, ENVIRONMENTS, Environment.PRODUCTION)
    if exploit.is_known:
        yield Factor(KNOWN_EXPLOITED, "it is known to be exploited")
    elif exploit.epss is not None:
        yield Factor(1 + exploit.epss, f"EPSS gives it {exploit.epss:.1%} within 30 days")


def score(severity: Severity, place: Placed, exploit: Exploit) -> int:
    """The rank, from 0 to 100."""
    weight = 1.0
    for one in factors(place, exploit):
        weight *= one.by
    reached: float = 1 - (1 - BASES[severity]) ** weight
    return round(100 * reached)


def explained(severity: Severity, place: Placed, exploit: Exploit) -> list[str]:
    """How a score comes about, a line for each part of it."""
    told = [f"{severity}: {BASES[severity]:.2f} by itself"]
    return told + [f"x {one.by:g}: {one.why}" for one in factors(place, exploit)]


def _of(name: str, known: K | None, weights: Mapping[K, float], usual: K) -> Factor:
    if known is None:
        return Factor(weights[usual], f"{name} is not known, which counts as {usual}")
    return Factor(weights[known], f"{name} is {known}")
