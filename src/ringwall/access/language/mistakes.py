"""What is wrong with a policy's text, as somebody who wrote it can mend it."""

from collections.abc import Iterable
from typing import Final

from ringwall.access.language.tokens import END, Lines
from ringwall.runtime.configuration.problems import ConfigurationError, Problem
from ringwall.runtime.configuration.spelling import nearest, shortened

_FOREIGN: Final = {
    "=": ("a single = compares nothing", "=="),
    "and": ('"and" is written &&', "&&"),
    "AND": ('"AND" is written &&', "&&"),
    "&": ("a single & joins nothing", "&&"),
    "or": ('"or" is written ||', "||"),
    "OR": ('"OR" is written ||', "||"),
    "|": ("a single | joins nothing", "||"),
    "not": ('"not" is written !', "!"),
    "NOT": ('"NOT" is written !', "!"),
    "True": ('"True" is written in small letters', "true"),
    "False": ('"False" is written in small letters', "false"),
    "#": ("a comment begins with //", "//"),
}
QUOTES: Final = frozenset(
    "'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a\uff02\uff07"
)
_ABSENT: Final = frozenset({"null", "nil", "None", "undefined"})


class PolicySyntaxError(ConfigurationError):
    """A file that is no policies; ``problems`` tells each mistake, in order of places."""


class MistakeError(Exception):
    """One mistake: where it stands, what is wrong, and what to write instead.

    ``at`` counts characters of the file; ``value`` is the word that stands there.
    """

    def __init__(
        self,
        message: str,
        at: int,
        *,
        value: str | None = None,
        allowed: str | None = None,
        nearest: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.value = value
        self.allowed = allowed
        self.nearest = nearest

    def problem(self, lines: Lines) -> Problem:
        """The same, with its line and column."""
        return Problem(
            path=(),
            message=self.message,
            place=lines.place(self.at),
            value=None if self.value is None else shortened(self.value),
            allowed=self.allowed,
            nearest=self.nearest,
            excerpt=lines.excerpt(self.at),
        )


def unexpected(word: str, at: int, *, allowed: str, words: Iterable[str] = ()) -> MistakeError:
    """Return what to say of a word that cannot stand where it does.

    ``allowed`` is what may stand there; ``words`` are the keywords among it, one of which may be
    meant.
    """
    if word in _FOREIGN:
        message, instead = _FOREIGN[word]
        return MistakeError(message, at, value=word, nearest=instead)
    if word in QUOTES:
        message = 'strings stand in straight double quotes: "'
        return MistakeError(message, at, value=word, nearest='"')
    if word in _ABSENT:
        message = f'there is no "{word}": whether there is a value is asked by "has"'
        return MistakeError(message, at, value=word, allowed="such as principal has tenant")
    if word == '"':
        return MistakeError("this string is never closed", at, allowed='" at its end')
    if word == END:
        return MistakeError("the file ends within a policy", at, allowed=allowed)
    if word.startswith("?"):
        message = f"{word} makes this a template: write a policy for each"
        return MistakeError(message, at, value=word, allowed='such as Role::"support"')
    if not word.isascii() and len(word) == 1:
        message = f"the character {word} (U+{ord(word):04X}) can stand only in strings and comments"
        return MistakeError(message, at, value=word, allowed=allowed)
    meant = nearest(word, words)
    return MistakeError(
        f"{told(word)} cannot stand here",
        at,
        value=word,
        allowed=allowed,
        nearest=None if meant == word else meant,
    )


def told(word: str) -> str:
    """A word as a sentence names it."""
    return f"the string {shortened(word)}" if word.startswith('"') else f'"{shortened(word)}"'
