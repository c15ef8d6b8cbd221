"""Where one syslog message ends and the next begins (RFC 6587, section 3.4; RFC 5425). Pure.

A message that begins with a digit has its length before it; any other ends with its line. Both may
come on one connection.
"""

import re
from typing import Final

LONGEST: Final = 64 * 1024
"""Octets of a message that are kept."""
_COUNTED: Final = 64 * 1024 * 1024
"""A length beyond this is none."""
_END: Final = re.compile(rb"[\n\0]")
"""Of a line; some end it with NUL (RFC 6587, section 3.4.2)."""
_LENGTH: Final = re.compile(rb"([1-9][0-9]{0,9}) ")

Message = tuple[bytes, int]
"""Its octets, at most :data:`LONGEST`, and how many they were."""


class BrokenError(ValueError):
    """Nobody knows where the next message begins.

    :attr:`before` are the messages that were whole, :attr:`rest` is what came of this one.
    """

    def __init__(self, before: list[Message], rest: bytes) -> None:
        super().__init__("no length of a message")
        self.before, self.rest = before, rest


class Framing:
    """Takes what comes, in pieces of any size."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._size = 0
        """Of the message that is being taken, where it is longer than what is kept of it."""
        self._left = 0
        """Octets to come of a message whose length is told, and that is too long."""

    def feed(self, data: bytes) -> list[Message]:
        """The messages that are whole now."""
        found: list[Message] = []
        if self._left:
            data = self._skip(data, found)
        self._buffer += data
        while self._buffer and self._next(found):
            pass
        return found

    def end(self) -> Message | None:
        """What is left of a message that was cut off."""
        if not self._buffer:
            return None
        kept = bytes(self._buffer[:LONGEST])
        return kept, max(self._size, len(self._buffer))

    def _next(self, found: list[Message]) -> bool:
        first = self._buffer[0]
        if first in b"\r\n\0":  # left of how the last one ended
            del self._buffer[0]
            return True
        if first in b"123456789" and not self._size:
            return self._counted(found)
        return self._line(found)

    def _counted(self, found: list[Message]) -> bool:
        told = _LENGTH.match(self._buffer)
        if told is None:
            if len(self._buffer) > 10 or not self._buffer.isdigit():
                raise BrokenError(found, bytes(self._buffer[:LONGEST]))
            return False
        size, begin = int(told[1]), told.end()
        if size > _COUNTED:
            raise BrokenError(found, bytes(self._buffer[:LONGEST]))
        there = len(self._buffer) - begin
        if there >= size:
            found.append((bytes(self._buffer[begin : begin + min(size, LONGEST)]), size))
            del self._buffer[: begin + size]
            return True
        if there >= LONGEST:
            self._left, self._size = size - there, size
            self._buffer = self._buffer[begin : begin + LONGEST]
        return False

    def _skip(self, data: bytes, found: list[Message]) -> bytes:
        """Pass over what is not kept of a message whose length is told."""
        rest = data[self._left :]
        self._left -= min(self._left, len(data))
        if not self._left:
            found.append((bytes(self._buffer), self._size))
            self._buffer.clear()
            self._size = 0
        return rest

    def _line(self, found: list[Message]) -> bool:
        found_end = _END.search(self._buffer)
        if found_end is None:
            if len(self._buffer) > LONGEST:
                self._size = max(self._size, LONGEST) + len(self._buffer) - LONGEST
                del self._buffer[LONGEST:]
            return False
        end = found_end.start()
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        size = len(line)
        if self._size:
            size = self._size + max(0, end - LONGEST)
            self._size = 0
        del self._buffer[: end + 1]
        found.append((line[:LONGEST], size))
        return True
