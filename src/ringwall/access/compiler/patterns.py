"""Patterns of text, as ``like`` has them: asked here, and as regular expressions for the edge."""

import re
from functools import lru_cache
from typing import Final

from ringwall.access.language.syntax import Wildcard

Pattern = tuple[str | Wildcard, ...]


@lru_cache(maxsize=1000)
def regex_of(pattern: Pattern, *, among_what: str = r"[\s\S]") -> str:
    """A pattern as a regular expression of RE2, for the whole word."""
    return "".join(
        escaped(piece) if isinstance(piece, str) else f"{among_what}*" for piece in pattern
    )


def escaped(text: str) -> str:
    """Text as a regular expression for just this text."""
    return _SPECIAL.sub(r"\\\g<0>", text)


_SPECIAL: Final = re.compile(r"[^0-9A-Za-z\x80-\U0010ffff]")


def is_like(text: str, pattern: Pattern) -> bool:
    """Whether text looks like a pattern (Cedar's ``like``), in time linear in the text."""
    pieces: list[str] = [""]
    for piece in pattern:
        if isinstance(piece, str):
            pieces[-1] += piece
        else:
            pieces.append("")
    if len(pieces) == 1:
        return text == pieces[0]
    first, *middle, last = pieces
    if len(text) < len(first) + len(last) or not (text.startswith(first) and text.endswith(last)):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, position, end)
        if found < 0:
            return False
        position = found + len(piece)
    return True
