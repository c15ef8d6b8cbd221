"""The ``availability`` section: what holds so that nobody takes from the others what they need."""

from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from ringwall.access.config import RoleName
from ringwall.gateway.availability.attacks import Attacks
from ringwall.gateway.availability.challenge import CHALLENGE, Challenge
from ringwall.gateway.availability.connections import Connections
from ringwall.gateway.availability.limiting import LIMITS, Limit, LimitName
from ringwall.gateway.availability.nobody import NOBODY, Nobody
from ringwall.gateway.availability.sharing import Shared
from ringwall.gateway.availability.sources import Sources
from ringwall.gateway.config import Network
from ringwall.runtime.configuration import Form, StrictModel

AVAILABILITY: Final = "availability"

ProgramId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,100}$"),
    Form("the id of an API client: letters, digits and . _ ~ -"),
]


def _here() -> tuple[Network, ...]:
    return (ip_network("127.0.0.1/32"), ip_network("::1/128"))


def _whole(networks: tuple[Network, ...]) -> tuple[Network, ...]:
    if any(one.prefixlen == 0 for one in networks):
        msg = "everybody would be exempt: to go without a limit, set it to null under `limits`"
        raise ValueError(msg)
    return networks


class Exempt(StrictModel):
    """Whom no limit is for. Programs and roles are known only after the limits of addresses."""

    networks: Annotated[tuple[Network, ...], AfterValidator(_whole)] = Field(default_factory=_here)
    """Networks of the operators' own; else what runs on this very machine."""
    programs: tuple[ProgramId, ...] = ()
    """API clients, by their ids, for which the limits of people and programs do not hold."""
    roles: tuple[RoleName, ...] = ()
    """Roles of people for whom they do not."""


class Tell(StrEnum):
    """Headers about limits, on every answer."""

    NOTHING = "nothing"
    USUAL = "x-ratelimit"
    """`x-ratelimit-limit`, `x-ratelimit-remaining` and `x-ratelimit-reset`."""
    DRAFT = "ratelimit"
    """`RateLimit` in the form of the IETF's draft."""


class Availability(StrictModel):
    """Limits, so that nobody takes from the others what they need."""

    connections: Connections = Connections()
    """What connections may cost."""
    attacks: Attacks = Attacks()
    """What is called an attack, and what is done about it."""
    exempt: Exempt = Exempt()
    """Who is never limited."""
    tell: Tell = Tell.NOTHING
    """What answers say about the limit that is nearest; refusals say `Retry-After` whatever stands
    here."""
    limits: dict[LimitName, Limit | None] = Field(default_factory=dict)
    """Limits by name, besides the built-in ones or instead of the one so called; null takes it
    out."""
    keys: Annotated[int, Field(ge=100, le=10_000_000)] = 50_000
    """Buckets of each limit that are remembered, by all hosts together, 420 bytes each; those that
    were not used for longest go."""
    shared: Shared = Shared()
    """Where limits that say `shared: true` are counted."""
    nobody: Nobody | None = NOBODY
    """What strangers may have while an attack is under way; null for no more than the limits."""
    challenge: Challenge | None = CHALLENGE
    """What anonymous browsers do first while an attack is under way; null for nothing."""
    sources: Sources = Sources()
    """Lists of networks that are refused, and who is on none."""

    def in_force(self) -> dict[str, Limit]:
        """The limits that hold, by name, sorted."""
        found = {**LIMITS, **self.limits}
        return {name: limit for name, limit in sorted(found.items()) if limit is not None}

    def counted_together(self) -> dict[str, Limit]:
        """Those of them that hosts and edges share."""
        return {name: limit for name, limit in self.in_force().items() if limit.shared}
