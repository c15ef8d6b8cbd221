"""What was read of a component, and whether it could be read at all.

A read that was denied, or failed, is no empty answer: whoever judges by it has to say "unknown".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from ringwall.core.components import Found


class State(StrEnum):
    """What became of a read."""

    KNOWN = "known"
    ABSENT = "absent"
    """The answer was that there is none, which is knowledge, too."""
    DENIED = "denied"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Observation:
    """One read. ``value`` is JSON-like and has a meaning only where ``state`` is ``KNOWN``.

    ``api`` names what was asked, such as ``s3:GetBucketAcl`` or ``terraform``; ``why`` is what was
    answered where it is not known.
    """

    state: State
    value: Any = None
    api: str = ""
    at: datetime | None = None
    why: str = ""

    @property
    def is_told(self) -> bool:
        """Whether anything may be concluded from it."""
        return self.state in {State.KNOWN, State.ABSENT}


@dataclass(frozen=True, slots=True)
class Fact:
    """That an aspect of a component was read, and what became of it: what a verdict stands on."""

    component: str
    aspect: str
    state: State
    api: str = ""
    at: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in code something is written. Lines begin with 1."""

    path: str
    line: int
    end: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A component with what was read of it, as a module brings it that knows such components."""

    found: Found
    aspects: Mapping[str, Observation]
    place: Place | None = None


class UnknownError(Exception):
    """What would have to be known is not: ``facts`` are the reads that told nothing."""

    def __init__(self, why: str, facts: Sequence[Fact] = ()) -> None:
        super().__init__(why)
        self.why, self.facts = why, tuple(facts)
