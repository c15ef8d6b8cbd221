"""Which of Ringwall's checks finds what a rule of Checkov finds: read from ``rules.txt``."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).with_name("rules.txt")


class Why(StrEnum):
    """Why only the peer tells of something."""

    OPINION = "opinion"
    """Nobody is worse off without it."""
    NO_CHECK = "no check"
    """Ringwall judges such components, but not for this."""
    KIND = "other kind"
    """Ringwall judges no such component."""
    UNKNOWN = "unknown"
    """A check looked, and what it asks is not known from the code."""
    PASSES = "passes"
    """A check looked, and found it well."""
    NOT_SEEN = "not seen"
    """There is a check, but no component here that it judged."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the peer's: the checks that find the same, or why there are none."""

    id: str
    checks: frozenset[str] = frozenset()
    why: Why | None = None
    told: str = ""


def rules(text: str | None = None) -> dict[str, Rule]:
    """By the rule's id; ``ValueError`` names a line that is none."""
    found: dict[str, Rule] = {}
    lines = (_FILE.read_text(encoding="utf-8") if text is None else text).splitlines()
    for at, line in enumerate(lines, 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        name, *rest = words
        if not rest or name in found:
            raise ValueError(f"rules.txt:{at}: {name} has no check, or is there twice")
        if rest[0] in {"~", "!"}:
            why = Why.OPINION if rest[0] == "~" else Why.NO_CHECK
            found[name] = Rule(name, why=why, told=" ".join(rest[1:]))
        else:
            found[name] = Rule(name, frozenset(rest))
    return found
