"""A body that is compressed, opened: beside the others where it is large, and counted as held."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from ringwall.lake.intake.bodies import uncompressed
from ringwall.lake.intake.http1 import Held
from ringwall.lake.intake.pressure import TOO_MUCH, NoRoomError

_IN_A_THREAD: Final = 64 * 1024
"""A compressed body larger than this is uncompressed beside the others."""


async def opened(body: bytes, coding: str) -> bytes:
    """What ``body`` holds; ``TooLargeError`` and ``ValueError`` as of :func:`uncompressed`."""
    if coding != "identity" and len(body) > _IN_A_THREAD:
        return await asyncio.to_thread(uncompressed, body, coding)
    return uncompressed(body, coding)


@contextmanager
def holding(held: Held, content: bytes, body: bytes) -> Iterator[None]:
    """Count ``content`` as held, which ``body`` was opened to.

    :class:`NoRoomError` where all that is open at once would be too much.
    """
    size = 0 if content is body else len(content)
    if held.size + size > held.most:
        raise NoRoomError(TOO_MUCH)
    held.size += size
    try:
        yield
    finally:
        held.size -= size
