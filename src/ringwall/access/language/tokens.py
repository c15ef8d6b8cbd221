"""The words of a file of policies, each with its place.

https://docs.cedarpolicy.com/policies/syntax-grammar.html
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, chain
from pathlib import Path
from typing import Final

from ringwall.runtime.configuration.problems import Place

WIDEST: Final = 200
END: Final = ""
"""The token after the last one."""

_BLANK: Final = "[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_SKIPPED: Final = rf"(?:{_BLANK}++|//[^\n\r]*+)*+"
_STRING: Final = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TOKEN: Final = re.compile(
    rf"({_SKIPPED})"
    rf"([A-Za-z_][A-Za-z0-9_]*+|{_STRING}|[.,;()\[\]{{}}@+\-*/%]|::?|[=!<>]=|&&|\|\||[<>!=]"
    r"|[0-9]++|\?[A-Za-z_][A-Za-z0-9_]*+|\Z|(?s:.))"
)
_LINE_BREAK: Final = re.compile(r"\r\n|[\r\n]")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of one file in order, and at the end :data:`END` three times or more.

    ``starts`` and ``ends`` are where they stand, in characters. A character that begins no word of
    the language is a word of its own, and so is a quote that is never closed.
    """

    words: list[str]
    starts: list[int]
    ends: list[int]


def tokens(text: str, start: int = 0) -> Tokens:
    """Return the words of ``text`` from ``start`` on; never fails."""
    found = _TOKEN.findall(text, start)
    words = [word for _, word in found]
    # Alternately where a word begins (after what is skipped) and where it ends.
    bounds = list(accumulate(map(len, chain.from_iterable(found)), initial=start))
    starts, ends = bounds[1::2], bounds[2::2]
    # So that whoever looks two words ahead need not ask whether there are any.
    words += [END, END]
    starts += [len(text)] * 2
    ends += [len(text)] * 2
    return Tokens(words, starts, ends)


class Lines:
    """Where the lines of one text begin: from characters to lines and columns, and excerpts."""

    def __init__(self, text: str, file: Path) -> None:
        self.text = text
        self.file = file
        self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(text))]

    def place(self, at: int) -> Place:
        """The line and column of a character; ``at`` counts from 0, both of them from 1."""
        number = bisect_right(self._starts, at)
        return Place(self.file, number, at - self._starts[number - 1] + 1)

    def excerpt(self, at: int) -> tuple[str, str]:
        """The line up to ``at`` and from it on, at most ``WIDEST`` characters of each."""
        number = bisect_right(self._starts, at)
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        before = self.text[max(start, at - WIDEST) : at]
        after = self.text[at : max(at, min(end, at + WIDEST))].rstrip("\r\n")
        return before, after

    def end_of_line(self, at: int) -> int:
        """Where the next line begins, or the text ends."""
        number = bisect_right(self._starts, at)
        return self._starts[number] if number < len(self._starts) else len(self.text)
