"""Which uids came lately, so that what is sent again is taken once. Pure."""

from hashlib import blake2b
from typing import Final

NEW, SAME, OTHER = "new", "same", "other"

_MOST: Final = 50_000


class Window:
    """At least the last 50,000 uids of all senders, and at most twice as many."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._new: dict[bytes, bytes] = {}
        self._old: dict[bytes, bytes] = {}

    def look(self, source: str, uid: str, content: bytes) -> str:
        """Whether ``uid`` of ``source`` is new, came with the same content, or with another.

        What is new is remembered. A uid remembered without content came with any.
        """
        name = _name(source, uid)
        known = self._new.get(name)
        if known is None:
            known = self._old.get(name)
        if known is not None:
            return SAME if known in (content, b"") else OTHER
        self.remember(source, uid, content)
        return NEW

    def remember(self, source: str, uid: str, content: bytes = b"") -> None:
        """Know ``uid`` from now on."""
        if len(self._new) >= self._most:
            self._old, self._new = self._new, {}
        self._new[_name(source, uid)] = content

    def forget(self, source: str, uid: str) -> None:
        """Know it no more: it was not kept."""
        name = _name(source, uid)
        self._new.pop(name, None)
        self._old.pop(name, None)

    def knows(self, source: str, uid: str) -> bool:
        """Whether it came lately."""
        name = _name(source, uid)
        return name in self._new or name in self._old


def _name(source: str, uid: str) -> bytes:
    return blake2b(f"{source}\n{uid}".encode(), digest_size=16).digest()
