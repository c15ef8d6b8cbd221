"""Words that patterns tell apart: of each kind of word some examples."""

from collections import deque
from functools import lru_cache
from itertools import islice
from typing import Final

from ringwall.access.compiler.patterns import Pattern

_MOST_STEPS: Final = 50_000
_LETTERS: Final = "xyzwvutsrqponmlkjihgfedcbaXYZWVUTSRQPONMLKJIHGFEDCBA0123456789"

States = tuple[frozenset[int], ...]


@lru_cache(maxsize=5_000)
def witnesses(
    patterns: frozenset[Pattern], named: frozenset[str], count: int
) -> tuple[str, ...] | None:
    """Up to ``count`` words, none of them ``named``, for each way to match patterns or not.

    Found by walking all patterns at once, letter by letter, the shortest words first. ``None``
    where that would take too long.
    """
    if not patterns:
        fresh = (f"other-{number}" for number in range(1, count + len(named) + 1))
        return tuple(islice((one for one in fresh if one not in named), count))
    ordered = [_letters(one) for one in sorted(patterns, key=repr)]
    used = {letter for one in ordered for letter in one if letter is not None}
    fresh_letters = [one for one in _LETTERS if one not in used][: count + 1]
    alphabet = (*fresh_letters, *sorted(used))
    found: dict[tuple[bool, ...], list[str]] = {}
    visits: dict[States, int] = {}
    most_visits = count + min(len(named), 20)
    start = tuple(_closed(one, {0}) for one in ordered)
    todo: deque[tuple[States, str]] = deque([(start, "")])
    steps = 0
    while todo:
        states, word = todo.popleft()
        if visits.get(states, 0) >= most_visits:
            continue
        visits[states] = visits.get(states, 0) + 1
        matched = tuple(len(one) in state for one, state in zip(ordered, states, strict=True))
        if word and word not in named and len(found.setdefault(matched, [])) < count:
            found[matched].append(word)
        for letter in alphabet:
            steps += 1
            stepped = tuple(
                _stepped(one, state, letter) for one, state in zip(ordered, states, strict=True)
            )
            if visits.get(stepped, 0) < most_visits:
                todo.append((stepped, word + letter))
        if steps > _MOST_STEPS:
            return None
    return tuple(word for words in found.values() for word in words)


def _letters(pattern: Pattern) -> tuple[str | None, ...]:
    """One letter a step; ``None`` is a wildcard."""
    found: list[str | None] = []
    for piece in pattern:
        found += list(piece) if isinstance(piece, str) else [None]
    return tuple(found)


def _closed(pattern: tuple[str | None, ...], states: set[int]) -> frozenset[int]:
    found, todo = set(states), list(states)
    while todo:
        at = todo.pop()
        if at < len(pattern) and pattern[at] is None and at + 1 not in found:
            found.add(at + 1)
            todo.append(at + 1)
    return frozenset(found)


def _stepped(
    pattern: tuple[str | None, ...], states: frozenset[int], letter: str
) -> frozenset[int]:
    found = set()
    for at in states:
        if at < len(pattern):
            if pattern[at] is None:
                found.add(at)
            elif pattern[at] == letter:
                found.add(at + 1)
    return _closed(pattern, found)
