"""Going through the words of a file: what every part of the grammar is read with."""

from collections.abc import Iterable
from string import ascii_letters
from typing import Final

from ringwall.access.language.mistakes import MistakeError, told, unexpected
from ringwall.access.language.strings import StringError, pattern, unquoted
from ringwall.access.language.syntax import EntityUid, Span, Wildcard
from ringwall.access.language.tokens import Tokens

RESERVED: Final = frozenset({"if", "true", "false", "then", "else", "in", "is", "has", "like"})
LETTERS: Final = frozenset(ascii_letters + "_")


class Cursor:
    """A place among the words. The grammar's parts inherit it: calls are what costs most here."""

    __slots__ = ("ends", "index", "starts", "words")

    def __init__(self, found: Tokens) -> None:
        self.words = found.words
        self.starts = found.starts
        self.ends = found.ends
        self.index = 0

    def start(self) -> int:
        """Where the present word begins."""
        return self.starts[self.index]

    def end(self) -> int:
        """Where the last word read ends."""
        return self.ends[self.index - 1]

    def wrong(self, allowed: str, words: Iterable[str] = ()) -> MistakeError:
        """Return the mistake that the present word is."""
        return unexpected(self.words[self.index], self.start(), allowed=allowed, words=words)

    def expect(self, word: str, allowed: str, words: Iterable[str] = ()) -> None:
        """Read one word, which must be ``word``."""
        if self.words[self.index] != word:
            raise self.wrong(allowed, words)
        self.index += 1

    def is_at_name(self) -> bool:
        """Whether the present word is an identifier or keyword."""
        return self.words[self.index][:1] in LETTERS

    def is_at_string(self) -> bool:
        """Whether the present word is a whole string."""
        word = self.words[self.index]
        return len(word) > 1 and word[0] == '"'

    def identifier(self, allowed: str, hint: str = "another name") -> str:
        """Read a name that is no keyword; ``hint`` is what to write instead of one."""
        word = self.words[self.index]
        if word[:1] not in LETTERS:
            raise self.wrong(allowed)
        if word in RESERVED or word == "__cedar":
            message = f'"{word}" is a word of the language and names nothing'
            allowed = hint.replace("...", word)
            raise MistakeError(message, self.start(), value=word, allowed=allowed)
        self.index += 1
        return word

    def string(self, allowed: str) -> str:
        """Read a string and return what it says."""
        if not self.is_at_string():
            raise self.wrong(allowed)
        try:
            said = unquoted(self.words[self.index])
        except StringError as error:
            raise self._within(error) from error
        self.index += 1
        return said

    def pattern(self) -> tuple[str | Wildcard, ...]:
        """Read the pattern of a ``like``."""
        if not self.is_at_string():
            raise self.wrong('a pattern in quotes, such as "*@example.com"')
        try:
            pieces = pattern(self.words[self.index])
        except StringError as error:
            raise self._within(error) from error
        self.index += 1
        return pieces

    def path(self, allowed: str) -> str:
        """Read a type's name, perhaps in a namespace: ``A::B``. Stops before ``::"id"``."""
        name = self.identifier(allowed)
        words = self.words
        while words[self.index] == "::" and words[self.index + 1][:1] != '"':
            self.index += 1
            name += "::" + self.identifier(f'a name, or the id of an entity: {name}::"..."')
        return name

    def type(self) -> str:
        """Read the type after ``is``."""
        allowed = "the name of a type, such as User"
        word, at = self.words[self.index], self.start()
        if self.is_at_string():
            message = "a type is written without quotes"
            raise MistakeError(message, at, value=word, allowed=allowed)
        name = self.path(allowed)
        if self.words[self.index] == "::":
            message = f'{name}::{self.words[self.index + 1]} is an entity: "is" asks for a type'
            raise MistakeError(message, at, value=name, allowed=f"is {name}, or == for an entity")
        return name

    def uid(self, allowed: str) -> EntityUid:
        """Read the name of an entity: ``Role::"support"``."""
        at = self.start()
        if self.is_at_string():
            word = self.words[self.index]
            raise MistakeError(
                f"{told(word)} names no entity: its type is missing",
                at,
                value=word,
                allowed=f"such as Role::{word}",
            )
        name = self.path(allowed)
        return EntityUid(name, self.entity_id(name, at))

    def entity_id(self, name: str, at: int) -> str:
        """Read what follows the type's name, which began at ``at``."""
        words = self.words
        if words[self.index] in {":", "."} and words[self.index + 1][:1] == '"':
            word = words[self.index]
            message = f"an entity is written with ::, not {word}"
            meant = f"{name}::{words[self.index + 1]}"
            raise MistakeError(message, self.start(), value=word, nearest=meant)
        if words[self.index] != "::":
            message = f'"{name}" is a type, not an entity'
            raise MistakeError(message, at, value=name, allowed=f'such as {name}::"..."')
        self.index += 1
        return self.string(f'the id in quotes: {name}::"..."')

    def span(self, start: int) -> Span:
        """From ``start`` to the end of the last word read."""
        return Span(start, self.ends[self.index - 1])

    def _within(self, error: StringError) -> MistakeError:
        word, at = self.words[self.index], self.start() + error.offset
        value = word[error.offset : error.offset + error.length]
        return MistakeError(str(error), at, value=value, allowed=error.hint)
