"""How long frames of HTTP/2 are, looked at before h2 keeps them (RFC 9113, section 4.1). Pure.

h2 judges the length of a frame once all of it is there, and holds up to 16 MiB for that.
"""

from typing import Final

PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
LONGEST: Final = 16_384
"""Octets of a frame, which is the least that a peer may be held to (section 6.5.2)."""

_HEAD: Final = 9
_HEADERS, _CONTINUATION = 1, 9
_END_HEADERS: Final = 4


class Frames:
    """What one peer sends, from the preface on."""

    def __init__(self) -> None:
        self._rest = len(PREFACE)
        self._head = b""
        self._block = 0

    def are_bounded(self, data: bytes) -> bool:
        """Whether no frame, and no block of header fields, is longer than :data:`LONGEST`."""
        at = 0
        while at < len(data):
            if self._rest:
                step = min(self._rest, len(data) - at)
                self._rest -= step
                at += step
                continue
            begin = at
            at = min(len(data), begin + _HEAD - len(self._head))
            self._head += data[begin:at]
            if len(self._head) == _HEAD and not self._is_bounded(self._head):
                return False
        return True

    def _is_bounded(self, head: bytes) -> bool:
        self._head, self._rest = b"", int.from_bytes(head[:3])
        if head[3] in {_HEADERS, _CONTINUATION}:
            self._block = self._rest + (self._block if head[3] == _CONTINUATION else 0)
            if self._block > LONGEST:
                return False
            if head[4] & _END_HEADERS:
                self._block = 0
        return self._rest <= LONGEST
