"""Let work in hand finish before a process is told to end."""

import asyncio
from collections.abc import Callable
from typing import Final

_POLL: Final = 0.05


async def drained(
    *, begin: Callable[[], object], active: Callable[[], int], gone: type[Exception]
) -> None:
    """Call ``begin``, then wait until ``active`` is 0 or the process is ``gone``.

    Both are blocking calls, made in a thread. The caller bounds the time.
    """
    try:
        await asyncio.to_thread(begin)
        while await asyncio.to_thread(active):  # noqa: ASYNC110 - Envoy is asked, it tells nobody
            await asyncio.sleep(_POLL)
    except gone:
        return
