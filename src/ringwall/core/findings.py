"""What is wrong with which component, proven by what, how bad it is and how it is mended."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from ringwall.core.components import Found
from ringwall.core.observations import Fact, Place

_UID: Final = 20
"""Hexadecimal digits of a finding's uid."""


class Severity(StrEnum):
    """How bad it is by itself, wherever it is found; the words are OCSF's."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def number(self) -> int:
        """OCSF's ``severity_id``."""
        return list(Severity).index(self) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One weakness of one component, as whoever found it tells of it.

    ``weakness`` is the id of our check where we know what a scanner means, else
    ``<scanner>/<its rule>``; ``part`` tells several of the same component apart (a path, a package,
    a rule's number) and is of what stays: no line numbers, no versions. ``seen`` is when it was
    observed. ``evidence`` is what it was concluded from in words, ``facts`` the reads it stands on.
    """

    source: str
    weakness: str
    component: str
    """The component's id, ``<kind>/<name>``."""
    title: str
    message: str
    severity: Severity
    fix: str
    """How it is mended, in words."""
    seen: datetime
    part: str = ""
    rule: str = ""
    """What the source itself calls the rule, where that is not ``weakness``."""
    facts: tuple[Fact, ...] = ()
    evidence: tuple[str, ...] = ()
    place: Place | None = None
    references: tuple[str, ...] = ()
    """Addresses of pages, and identifiers such as ``CVE-2026-1234`` and ``CWE-732``."""
    controls: tuple[str, ...] = ()
    """Of frameworks: ``<framework> <control>``."""
    values: str = field(default="", compare=False)
    """A digest of the values that it was concluded from, where whoever found it tells: the same
    words may be said of others."""
    about: Found | None = field(default=None, compare=False)
    """What whoever found it says of the component besides: label, account, region and tags, by
    which rules give it categories where nobody else has seen it."""
    raw: dict[str, object] | None = field(default=None, compare=False, hash=False)
    """As an outside scanner wrote it."""

    @property
    def uid(self) -> str:
        """The same for the same weakness of the same component, whoever finds it and whenever."""
        named = f"{self.weakness}\0{self.component}\0{self.part}"
        return sha256(named.encode()).hexdigest()[:_UID]
