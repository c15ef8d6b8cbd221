"""What is known of a request only when it comes: the unknowns of compiled policies."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

NEVER: Final = 1_000_000_000_000
"""``proven_ago`` of whom no person proved to be: more seconds than any clock has counted."""

KEY: Final = "key"
STRENGTHS: Final = ("single", "mfa", "phr", KEY)
"""Every strength a person's request can have; a person's API key, which proves nobody, names none
at the edge."""

GROUP_MARK: Final = "@"
"""Before the name of a group where roles and groups stand together: no role begins so."""


class Text(StrEnum):
    """Single words that come with a request, or do not."""

    USER = "user"
    CLIENT = "client"
    TENANT = "tenant"
    EMAIL = "email"
    STRENGTH = "strength"
    HOST_TENANT = "the host's tenant"


@dataclass(frozen=True, slots=True)
class Parameter:
    """What stands in the path for ``{name}``."""

    name: str


Word = Text | Parameter


class Several(StrEnum):
    """Sets of words."""

    ROLES = "roles"
    SCOPES = "scopes"


class Clock(StrEnum):
    """Whole numbers that the time makes."""

    PROVEN_AGO = "seconds since the person was proven"
    NOW = "seconds since 1970"
    TIME_OF_DAY = "seconds since midnight"
    DAY = "days since 1970"
    WEEKDAY = "day of the week, Monday is 1"


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number. ``shift`` (seconds) is added to the time that a time of day is taken of."""

    clock: Clock
    shift: int = 0

    @property
    def bounds(self) -> tuple[int, int]:
        """What it can be at all: beyond these nothing is promised."""
        return _BOUNDS[self.clock]


_BOUNDS: Final = {
    Clock.PROVEN_AGO: (-NEVER, NEVER),
    Clock.NOW: (0, NEVER),
    Clock.TIME_OF_DAY: (0, 86_399),
    Clock.DAY: (0, NEVER // 86_400),
    Clock.WEEKDAY: (1, 7),
}
