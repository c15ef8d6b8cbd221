"""How long to wait before something that died is started again."""

from typing import Final

LONGEST: Final = 10.0
"""Seconds."""

LIFE_THAT_COUNTS: Final = 30.0
"""Seconds a process must live for its earlier deaths to be forgotten."""

_FIRST: Final = 0.2


def pause_after(deaths: int) -> float:
    """Seconds to wait after so many deaths in a row: 0, then 0.2 doubling up to 10."""
    if deaths <= 1:
        return 0.0
    return min(LONGEST, _FIRST * 2.0 ** min(deaths - 2, 16))


def deaths_in_a_row(before: int, life: float) -> int:
    """Count one more death, which ended a life of ``life`` seconds."""
    return 1 if life >= LIFE_THAT_COUNTS else before + 1
