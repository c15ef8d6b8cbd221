"""Texts with ``*`` and ``?``: what they match, and a text that two of them match.

IAM User Guide, "IAM JSON policy elements: Resource": a star reaches over slashes but not over the
colons between the first six parts of an ARN, and an ARN of fewer parts ends in stars.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

FILLER: Final = "x0"
"""What stands in a witness where both patterns leave everything open."""
_WILD: Final = re.compile(r"[*?]")
_OPEN: Final = re.compile(r"[*?$]")
_LITERAL: Final = str.maketrans({"*": "\ue000", "?": "\ue001", "$": "\ue002"})
_WRITTEN: Final = str.maketrans({"\ue000": "*", "\ue001": "?", "\ue002": "$"})
Matcher = Callable[[str], object]
_Walk = tuple[int, int, str]
"""How far into either pattern, and the text so far."""


def literal(said: str) -> str:
    """A pattern that matches this text alone, whatever stars it has: what a variable stood for."""
    return said.translate(_LITERAL)


def plain(pattern: str) -> str:
    """What a pattern without wildcards matches."""
    return pattern.translate(_WRITTEN)


@lru_cache(maxsize=65536)
def beginning(pattern: str) -> str:
    """How all begins that a pattern with variables means, as far as it says; in lower case."""
    return _OPEN.split(pattern, maxsplit=1)[0].lower()


def is_wild(pattern: str) -> bool:
    """Whether it has a star or a question mark."""
    return _WILD.search(pattern) is not None


def is_all(pattern: str) -> bool:
    """Whether it consists of stars, and so matches everything."""
    return bool(pattern) and not pattern.strip("*")


@lru_cache(maxsize=65536)
def text(pattern: str) -> Matcher:
    """A matcher of whole texts, case-sensitive. However many stars, linear in the text."""
    if is_all(pattern):
        return _anything
    if not is_wild(pattern):
        return plain(pattern).__eq__
    return re.compile(_regex(pattern, "."), re.DOTALL).fullmatch


@lru_cache(maxsize=65536)
def arn(pattern: str) -> Matcher:
    """A matcher of ARNs, part by part."""
    if is_all(pattern):
        return _anything
    if not pattern.startswith("arn:"):
        return text(pattern)
    parts = completed(pattern)
    if not is_wild(":".join(parts)):
        return plain(":".join(parts)).__eq__
    regex = ":".join([*(_regex(part, "[^:]") for part in parts[:5]), _regex(parts[5], ".")])
    return re.compile(regex, re.DOTALL).fullmatch


def completed(pattern: str) -> list[str]:
    """The six parts of an ARN, stars for those that were left away."""
    parts = pattern.split(":", 5)
    return parts + ["*"] * (6 - len(parts))


def _anything(_: str) -> bool:
    return True


def _regex(pattern: str, any_one: str) -> str:
    """Atomic groups keep it linear: what a piece between two stars found first is never revised."""
    pieces = re.split(r"\*+", pattern)
    first, *rest = (
        plain(
            re.escape(piece)
            .replace(r"\?", any_one)
            .replace("\ue000", r"\*")
            .replace("\ue001", r"\?")
        )
        for piece in pieces
    )
    if not rest:
        return first
    *middle, last = rest
    return "".join(
        [first, *(f"(?>{any_one}*?{piece})" for piece in middle if piece), f"{any_one}*", last]
    )


@lru_cache(maxsize=16384)
def witness(one: str, other: str, filler: str = FILLER) -> str | None:
    """A text without wildcards that both patterns match; ``None`` where there is none.

    Patterns of ARNs meet part by part. Where both leave a text open, it is ``filler``.
    """
    if one.startswith("arn:") and other.startswith("arn:"):
        parts = [
            _meeting(*both, filler) for both in zip(completed(one), completed(other), strict=True)
        ]
        return None if None in parts else ":".join(part or "" for part in parts)
    return _meeting(one, other, filler)


def _meeting(one: str, other: str, filler: str) -> str | None:
    """Walk both at once; a state is how far each has come, at most one's length times other's."""
    if is_all(one):
        return _filled(other, filler)
    if is_all(other):
        return _filled(one, filler)
    if len(one) * len(other) > 250_000:
        return None
    seen = {(0, 0)}
    waiting: list[_Walk] = [(0, 0, "")]
    while waiting:
        i, j, said = walk = waiting.pop()
        if i == len(one) and j == len(other):
            return said
        for state in reversed(_steps(one, other, walk, filler)):
            if state[:2] not in seen:
                seen.add(state[:2])
                waiting.append(state)
    return None


def _steps(one: str, other: str, walk: _Walk, filler: str) -> list[_Walk]:
    i, j, said = walk
    a = one[i] if i < len(one) else ""
    b = other[j] if j < len(other) else ""
    if a == "*" and b == "*":
        return [(i + 1, j + 1, said + filler), (i + 1, j, said), (i, j + 1, said)]
    if a == "*":
        taken = [(i, j + 1, said + _letter(b))] if b else []
        return [*taken, (i + 1, j, said)]
    if b == "*":
        taken = [(i + 1, j, said + _letter(a))] if a else []
        return [*taken, (i, j + 1, said)]
    if a and b and (a == b or "?" in {a, b}):
        return [(i + 1, j + 1, said + _letter(b if a == "?" else a))]
    return []


def _letter(sign: str) -> str:
    return "x" if sign == "?" else sign


def _filled(pattern: str, filler: str) -> str:
    return re.sub(r"\*+", filler, pattern).replace("?", "x")
