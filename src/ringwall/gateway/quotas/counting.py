"""Who decides a question: Redis while it answers, else memory, at once."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from ringwall.gateway.quotas import streams
from ringwall.gateway.quotas.address import RedisAddress
from ringwall.gateway.quotas.buckets import MICROSECONDS, Bucket, Pour
from ringwall.gateway.quotas.memory import Memory
from ringwall.gateway.quotas.messages import OK, UnreadableError, over, pours
from ringwall.gateway.quotas.redis import Redis
from ringwall.gateway.quotas.script import Encoded

_MOST_KNOWN: Final = 10_000
"""Questions whose meaning is remembered, a kilobyte each."""
_LONGEST_KNOWN: Final = 1024
"""Octets of a question that is."""
_YES: Final = streams.answer(OK)
_YES_SIZE: Final = len(OK) + 5
_UNREADABLE: Final = streams.failure(streams.GrpcStatus.INVALID_ARGUMENT)

_PROBE: Final = Bucket(1000, 1, 1000)
"""It is full again, and gone, a millisecond after it was poured from."""

_log = logging.getLogger(__name__)


class _Meaning:
    __slots__ = ("encoded", "pours")

    def __init__(self, pours: Sequence[Pour]) -> None:
        self.pours, self.encoded = pours, Encoded(pours)


class _Asked:
    __slots__ = ("_connection", "_stream", "encoded", "pours")

    def __init__(self, connection: streams.Connection, stream: int, meaning: _Meaning) -> None:
        self._connection, self._stream = connection, stream
        self.pours, self.encoded = meaning.pours, meaning.encoded

    def answer(self, wait: int) -> None:
        """Answer it: it may go on, or has so many microseconds to wait."""
        if wait <= 0:
            self._connection.answer(self._stream, _YES, _YES_SIZE)
        else:
            pieces, size = _no(-(-wait // MICROSECONDS))
            self._connection.answer(self._stream, pieces, size)


class Counting:
    """Answers questions. Without ``redis`` this memory is all there is.

    ``prefix`` begins every key in Redis, and ``timeout`` is how many seconds it may take. ``told``
    gets why Redis does not count, or nothing once it does.
    """

    def __init__(
        self,
        *,
        prefix: str,
        redis: RedisAddress | None = None,
        timeout: float = 0.05,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._prefix = prefix
        self._memory = Memory(lambda: time.monotonic_ns() // 1000)
        self._known: dict[bytes, _Meaning] = {}
        self._redis: Redis[_Asked] | None = None
        if redis is not None:
            self._redis = Redis(
                redis,
                timeout=timeout,
                decided=_Asked.answer,
                left=self._by_memory,
                probe=Encoded([Pour.of(f"{prefix}:probe", _PROBE, 1)]),
                told=told,
            )

    @property
    def is_shared(self) -> bool:
        """Whether Redis decides, at this moment."""
        return self._redis is not None and self._redis.is_there

    async def run(self) -> None:
        """Keep in touch with Redis for as long as this is not cancelled."""
        if self._redis is None:
            await asyncio.Event().wait()
        else:
            await self._redis.run()

    def asked(self, connection: streams.Connection, questions: Sequence[streams.Question]) -> None:
        """Decide each, now or once Redis has answered."""
        for stream, message in questions:
            try:
                meaning = self._known.get(message) or self._meaning(message)
            except UnreadableError as error:
                _log.warning("a question is refused: %s", error)
                connection.answer(stream, _UNREADABLE, 0)
                continue
            asked = _Asked(connection, stream, meaning)
            if self._redis is None or not self._redis.take(asked):
                asked.answer(self._memory.take(asked.pours))

    def _by_memory(self, left: Sequence[_Asked]) -> None:
        for one in left:
            one.answer(self._memory.take(one.pours))

    def _meaning(self, message: bytes) -> _Meaning:
        found = _Meaning(pours(message, self._prefix))
        if len(message) <= _LONGEST_KNOWN:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[message] = found
        return found


@lru_cache(maxsize=1024)
def _no(seconds: int) -> tuple[tuple[bytes, ...], int]:
    message = over(seconds * MICROSECONDS)
    return streams.answer(message), len(message) + 5
