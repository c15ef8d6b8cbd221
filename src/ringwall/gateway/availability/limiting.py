"""A limit: whose requests are counted together, how fast tokens come back, how many there are."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from ringwall.runtime.configuration import Form, StrictModel

_SECONDS: Final[Mapping[str, int]] = MappingProxyType({"s": 1, "m": 60, "h": 3600, "d": 86400})


@dataclass(frozen=True, slots=True)
class Rate:
    """So many tokens in so many seconds."""

    tokens: int
    seconds: int

    @classmethod
    def of(cls, text: str) -> "Rate":
        """Read ``100/s``, ``10/m``, ``1000/h`` or ``5/d``; the text is known to be one."""
        tokens, _, unit = text.partition("/")
        return cls(int(tokens), _SECONDS[unit])


RateText = Annotated[
    str,
    StringConstraints(pattern=r"^[1-9][0-9]{0,6}/[smhd]$"),
    Form("a number and a time, such as 100/s, 10/m, 1000/h or 5/d"),
]


class By(StrEnum):
    """What a limit counts by."""

    ADDRESS = "address"
    """One IPv4 address, or one IPv6 network of /64: what one household or machine has."""
    NETWORK = "network"
    """The IPv4 network of /24, or IPv6 of /48, that an address is in: a parent of addresses."""
    USER = "user"
    """One person, by whatever session."""
    PROGRAM = "program"
    """One API client, by whatever token."""
    TENANT = "tenant"
    """One customer's organisation: a parent of its people and programs."""


OF_ADDRESSES: Final = frozenset({By.ADDRESS, By.NETWORK})
"""What is known before anybody is."""


class Limit(StrictModel):
    """A bucket of tokens for each of those it counts; every request takes one."""

    by: By
    """Whose requests are counted together."""
    rate: RateText
    """How fast tokens come back."""
    burst: Annotated[int, Field(ge=1, le=10_000_000)]
    """How many there can be, and are at first."""
    shared: bool = False
    """Whether it is counted for all hosts, and with `shared.redis` for all edges, together. Below
    that each host of each edge still counts it for itself."""


LIMITS: Final[Mapping[str, Limit]] = MappingProxyType(
    {
        "address": Limit(by=By.ADDRESS, rate="100/s", burst=2_000),
        "network": Limit(by=By.NETWORK, rate="500/s", burst=10_000),
        "user": Limit(by=By.USER, rate="50/s", burst=500),
        "program": Limit(by=By.PROGRAM, rate="100/s", burst=1_000),
        "tenant": Limit(by=By.TENANT, rate="500/s", burst=5_000),
    }
)
"""What holds where nothing else is said. An office of 200 behind one address may all open an
application of 40 requests within a minute and a half; no one machine may take a core for itself."""

LimitName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$"),
    Form("lower-case letters, digits and dashes, beginning with a letter, at most 63"),
]
