"""Going through the text of a query: its words, quoted or not."""

from dataclasses import dataclass
from typing import Final

from ringwall.lake.search.mistakes import QueryError
from ringwall.lake.search.tree import ANY, Pattern, Span

_QUOTES: Final = frozenset(
    "\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb\uff02\uff07`"
)
_ENDS: Final = frozenset('()"')


@dataclass(frozen=True, slots=True)
class Word:
    """One word: what it says, with ``*`` as wildcards in ``pattern`` where it is not quoted."""

    pattern: Pattern
    at: Span
    is_quoted: bool = False

    @property
    def text(self) -> str:
        """What it says, its wildcards as stars."""
        return "".join("*" if piece is ANY else str(piece) for piece in self.pattern)

    @property
    def within(self) -> Pattern:
        """The pattern without wildcards at its ends, as it stands within a text; perhaps empty."""
        pieces = list(self.pattern)
        while pieces and pieces[0] is ANY:
            pieces.pop(0)
        while pieces and pieces[-1] is ANY:
            pieces.pop()
        return tuple(pieces) if any(one is not ANY and one for one in pieces) else ()

    @property
    def has_wildcards(self) -> bool:
        """Whether any ``*`` of it stands for something else."""
        return ANY in self.pattern


class Cursor:
    """A place in the text of a query."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self) -> None:
        """Go on to what is no blank."""
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    @property
    def next(self) -> str:
        """The present character, empty at the end."""
        return self.text[self.at : self.at + 1]

    @property
    def is_at_end_of_word(self) -> bool:
        """Whether a blank, a bracket or nothing comes here."""
        return not self.next or self.next.isspace() or self.next in "()"

    def wrong(
        self, message: str, start: int, *, allowed: str = "", nearest: str = ""
    ) -> QueryError:
        """Return the mistake that stands from ``start`` to here."""
        return QueryError(message, self.text, start, self.at, allowed=allowed, nearest=nearest)

    def word(self, *, stops: str = "") -> Word:
        """Read a word, which may be empty; ``stops`` end it as blanks and brackets do."""
        return self._quoted() if self.next == '"' else self._bare(stops)

    def peek(self) -> str:
        """The word that comes next as it is written, without going there."""
        at = self.at
        self.skip()
        start = self.at
        while not self.is_at_end_of_word:
            self.at += 1
        found, self.at = self.text[start : self.at], at
        return found

    def _quoted(self) -> Word:
        start, said = self.at, ""
        self.at += 1
        while (one := self.next) != '"':
            if not one:
                self.at = start + 1
                raise self.wrong("this quote is never closed", start, allowed='" at its end')
            if one == "\\" and self.text[self.at + 1 : self.at + 2] in {'"', "\\"}:
                self.at += 1
                one = self.next
            said += one
            self.at += 1
        self.at += 1
        return Word((said,), Span(start, self.at), is_quoted=True)

    def _bare(self, stops: str) -> Word:
        start, said = self.at, ""
        pieces: list[object] = []
        if self.next in _QUOTES and self.next:
            self.at += 1
            raise self.wrong('words stand in straight double quotes: "', start, nearest='"')
        while (one := self.next) and not one.isspace() and one not in _ENDS and one not in stops:
            if one == "*":
                pieces += [said, ANY] if said else [ANY]
                said = ""
            elif one == "\\" and self.text[self.at + 1 : self.at + 2]:
                self.at += 1
                said += self.next
            else:
                said += one
            self.at += 1
        if said:
            pieces.append(said)
        return Word(tuple(pieces), Span(start, self.at))  # type: ignore[arg-type]
