r"""What strings and patterns say, without their quotes and escapes.

As in Rust: ``\n``, ``\r``, ``\t``, ``\\``, ``\0``, ``\'``, ``\"``, ``\x41`` up to ``\x7f``,
``\u{1f600}``; in the pattern of a ``like`` also ``\*``.
"""

import re
from typing import Final

from ringwall.access.language.syntax import WILDCARD, Wildcard

_SIMPLE: Final = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "0": "\0", "'": "'", '"': '"'}
_PIECE: Final = re.compile(
    r"""\\(?:(?P<simple>[nrt\\0'"])|x(?P<hex>[0-7][0-9a-fA-F])"""
    r"|u\{(?P<code>[0-9a-fA-F](?:_*+[0-9a-fA-F]){0,5}_*+)\}|(?P<star>\*)|(?P<wrong>(?s:.)))"
    r"|(?P<plain>[^\\*\r]++|\*)|(?P<return>\r)"
)


class StringError(ValueError):
    """A string that says nothing; ``offset`` is from its opening quote, ``length`` what is wrong.

    ``hint`` is how to mend it.
    """

    def __init__(self, message: str, *, offset: int, length: int, hint: str | None) -> None:
        super().__init__(message)
        self.offset = offset
        self.length = length
        self.hint = hint


def unquoted(word: str) -> str:
    """Return what a string in quotes says; :class:`StringError` where an escape is none."""
    if "\\" not in word and "\r" not in word:
        return word[1:-1]
    return "".join(piece for piece, _ in _pieces(word, is_pattern=False))


def pattern(word: str) -> tuple[str | Wildcard, ...]:
    r"""Return the pieces of a pattern: text, and :data:`WILDCARD` for each ``*``.

    A ``*`` that is written as a code (``\u{2a}``) is a wildcard as well, as in Cedar; only ``\*``
    is a star.
    """
    found: list[str | Wildcard] = []
    text = ""
    for piece, is_star in _pieces(word, is_pattern=True):
        if piece == "*" and not is_star:
            found += [text, WILDCARD] if text else [WILDCARD]
            text = ""
        else:
            text += piece
    return (*found, text) if text else tuple(found)


def _pieces(word: str, *, is_pattern: bool) -> list[tuple[str, bool]]:
    """Return the pieces, and of each whether it is an escaped star."""
    found: list[tuple[str, bool]] = []
    for match in _PIECE.finditer(word, 1, len(word) - 1):
        kind, value = match.lastgroup, match[match.lastgroup or 0]
        if kind == "plain":
            found.append((value, False))
        elif kind == "simple":
            found.append((_SIMPLE[value], False))
        elif kind == "hex":
            found.append((chr(int(value, 16)), False))
        elif kind == "code" and _is_character(code := int(value.replace("_", ""), 16)):
            found.append((chr(code), False))
        elif kind == "star" and is_pattern:
            found.append(("*", True))
        else:
            raise _wrong(match)
    return found


def _is_character(code: int) -> bool:
    return code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF


def _wrong(match: re.Match[str]) -> StringError:
    kind, written, offset = match.lastgroup, match[0], match.start()
    length = len(written)
    if kind == "return":
        return StringError(
            "a string cannot hold a carriage return as such",
            offset=offset,
            length=1,
            hint=r"\r for it, or a file with lines that end with a line feed alone",
        )
    if kind == "star":
        message = r"\* stands for a star in the pattern of a like; elsewhere a star is just *"
        return StringError(message, offset=offset, length=2, hint="*")
    if kind == "code":
        message = f"there is no character with the code {match['code']}"
        return StringError(message, offset=offset, length=length, hint=r"\u{0} to \u{10ffff}")
    if match["wrong"] == "x":
        message = r"\x is followed by two digits, and not by more than 7f"
        return StringError(message, offset=offset, length=2, hint=r"\x00 to \x7f, else \u{...}")
    if match["wrong"] == "u":
        message = r"\u is followed by one to six hexadecimal digits in braces"
        return StringError(message, offset=offset, length=2, hint=r"such as \u{e9}")
    message = f"there is no escape {written}"
    hint = r"""\n, \r, \t, \0, \\, \', \", \x41 or \u{41}; for a backslash as such: \\"""
    return StringError(message, offset=offset, length=2, hint=hint)
