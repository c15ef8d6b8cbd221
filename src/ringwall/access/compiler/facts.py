"""What is known of a request only when it comes: the unknowns of compiled policies."""

import re
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

PLAIN: Final = "[A-Za-z0-9._~@:-]"
"""What a path parameter may be made of, where a policy reads it: nothing that a service could read
in another way. The edge refuses all else before it decides."""
_LABEL: Final = "[a-z0-9-]"


def can_be(word: Word, text: str) -> bool:
    """Whether a part of path or host can have this text in it; words of tokens can have any."""
    if isinstance(word, Parameter):
        return re.fullmatch(f"{PLAIN}*", text) is not None
    return word is not Text.HOST_TENANT or re.fullmatch(f"{_LABEL}*", text) is not None


class Several(StrEnum):
    """Sets of words."""

    ROLES = "roles"
    SCOPES = "scopes"

    @property
    def separator(self) -> str:
        """What stands between the words, and in none of them."""
        return "," if self is Several.ROLES else " "


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
