"""For how long events are kept, as who deletes them knows it."""

from dataclasses import dataclass
from typing import Final

DAY: Final = 86_400.0
"""Seconds."""
_CATEGORIES: Final = (
    "other",
    "system",
    "findings",
    "identity",
    "network",
    "discovery",
    "application",
    "remediation",
)
"""By OCSF ``category_uid``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFor:
    """Seconds by OCSF category, and of what was put aside."""

    network: float = 90 * DAY
    identity: float = 400 * DAY
    findings: float = 400 * DAY
    application: float = 400 * DAY
    system: float = 400 * DAY
    discovery: float = 400 * DAY
    remediation: float = 400 * DAY
    other: float = 90 * DAY
    quarantine: float = 30 * DAY

    def seconds(self, category: int) -> float:
        """For how long events of a category (OCSF ``category_uid``) are kept."""
        name = _CATEGORIES[category] if 0 <= category < len(_CATEGORIES) else "other"
        kept: float = getattr(self, name)
        return kept
