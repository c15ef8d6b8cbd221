"""Until when those who make a program mend its security, by the rules that they publish. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

_QUARTERS: Final = (1, 4, 7, 10)
_THURSDAY: Final = 3


def mended_until(program: str, version: str) -> date | None:
    """The day; ``None`` for programs and versions of which no rule tells."""
    rule = RULES.get(program)
    numbers = version.split(".")[:2]
    if rule is None or not all(one.isdecimal() and one.isascii() for one in numbers):
        return None
    return rule(*map(int, [*numbers, "0"][:2]))


def _envoy(major: int, minor: int) -> date | None:
    """Twelve months; one comes in the middle of each quarter's first month (RELEASES.md)."""
    if (major, minor) < (1, 21) or major != 1:
        return None
    quarters = minor - 21  # 1.21 came in the first of 2022
    return date(2023 + quarters // 4, _QUARTERS[quarters % 4], 15)


def _python(major: int, minor: int) -> date | None:
    """Five years, to the October after (PEP 602); one comes each October since 3.9 in 2020."""
    if major != 3 or minor < 9:
        return None
    return date(2020 + (minor - 9) + 5, 10, 31)


def _postgresql(major: int, minor: int) -> date | None:
    """Five years, to the second Thursday of November (versioning policy); 10 came in 2017."""
    del minor
    if major < 10:
        return None
    first = date(2012 + major, 11, 1)
    return first + timedelta(days=(_THURSDAY - first.weekday()) % 7 + 7)


def _django(major: int, minor: int) -> date | None:
    """Sixteen months, and three years of each third version (release process); 2.0 began it.

    One comes each eight months: in December, August and April. It says the month alone.
    """
    if major < 2 or minor > 2:
        return None
    begun = 2013 + 2 * major
    return (date(begun + 2, 4, 30), date(begun + 2, 12, 31), date(begun + 5, 4, 30))[minor]


RULES: Final[Mapping[str, Callable[[int, int], date | None]]] = MappingProxyType(
    {"envoy": _envoy, "python": _python, "postgresql": _postgresql, "django": _django}
)
"""By the name of a program; each takes the first two numbers of a version."""
