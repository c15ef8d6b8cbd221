"""Words in messages: what somebody probably meant by a misspelt one, and how they are listed."""

from collections.abc import Iterable
from typing import Final

_LONGEST: Final = 64
_SHOWN: Final = 80


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate a typing mistake away from ``word``, if one is really close.

    Close means: equal but for case, or at most one edit in four letters (an edit inserts, drops,
    replaces or swaps neighbours), never more than three.
    """
    best, least = None, min(3, max(1, len(word) // 4)) + 1
    if not 2 <= len(word) <= _LONGEST:
        return None
    for candidate in candidates:
        if candidate.lower() == word.lower():
            return candidate
        if abs(len(candidate) - len(word)) >= least or len(candidate) < 2:
            continue
        edits = _edits(word, candidate)
        if edits < least:
            best, least = candidate, edits
    return best


def _edits(one: str, other: str) -> int:
    """Count the edits between two words (optimal string alignment distance)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row, above = row, [i], before
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]


def listed(words: Iterable[str], *, last: str = "or") -> str:
    """Join words as a sentence does: ``a, b or c``."""
    parts = list(words)
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def shortened(text: str) -> str:
    """Return the text as a problem shows it, at most 80 characters."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
