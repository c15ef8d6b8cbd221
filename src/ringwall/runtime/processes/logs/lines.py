"""Bytes into lines that are safe to show."""

import re
import unicodedata
from typing import Final

LONGEST: Final = 8 * 1024
"""Bytes of a line that are kept."""

CUT: Final = " [cut here: longer than 8 KiB]"

_COLOUR: Final = re.compile(r"\x1b\[[0-9;:]*m")
_HARMLESS: Final = re.compile(r"[\t\x20-\x7e\xa0-\xac\xae-\u02ff]*")


def neutral(text: str) -> str:
    """``text`` without anything a terminal or a reader would obey.

    Colours are dropped. Control characters, line separators, characters that turn the direction
    of writing, and lone surrogates are shown as escapes (Unicode categories Cc, Cf, Cs, Zl, Zp).
    """
    if _HARMLESS.fullmatch(text):
        return text
    plain = _COLOUR.sub("", text)
    return "".join(
        _escaped(char)
        if char != "\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        else char
        for char in plain
    )


def _escaped(char: str) -> str:
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


class LineSplitter:
    """Puts lines together from chunks, whatever the cuts between them; memory is bounded.

    A line beyond :data:`LONGEST` comes out cut, and says so, as soon as it is that long.
    """

    def __init__(self) -> None:
        self._held = b""
        self._skipping = False

    @property
    def held(self) -> int:
        """Bytes taken that no line has come of yet."""
        return len(self._held)

    def feed(self, chunk: bytes) -> list[str]:
        """Give the lines that ``chunk`` completes, without their ends; not yet :func:`neutral`."""
        lines: list[str] = []
        *whole, rest = chunk.split(b"\n")
        for piece in whole:
            if self._skipping:
                self._skipping = False
            else:
                line = self._held + piece
                lines.append(_text(line) if len(line) <= LONGEST else _text(line[:LONGEST]) + CUT)
            self._held = b""
        if not self._skipping:
            self._held += rest
            if len(self._held) > LONGEST:
                lines.append(_text(self._held[:LONGEST]) + CUT)
                self._held = b""
                self._skipping = True
        return lines

    def finish(self) -> list[str]:
        """Give the last line when its writer ended without a newline; ready for another writer."""
        line, self._held, self._skipping = self._held, b"", False
        return [_text(line)] if line else []


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "backslashreplace")
