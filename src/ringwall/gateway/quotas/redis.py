"""Levels in Redis: one connection, on which all that is asked while it is busy waits together.

Nobody waits for a Redis that is gone. What it does not answer within its time is decided by memory,
and so is all that follows, until it has answered a question that nobody waits for in time. A
connection that stays silent or is lost is made anew in the background.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Sequence
from typing import Final, Generic, Protocol, TypeVar

from ringwall.gateway.quotas import resp, script
from ringwall.gateway.quotas.address import RedisAddress
from ringwall.gateway.quotas.link import Link, UnusableError

_MOST_TOGETHER: Final = 256
"""Requests in one call, so that Redis is never busy with one for long."""
_CONNECTING: Final = 1.0
"""Seconds."""
_SILENT: Final = 2.0
"""Seconds until a connection that does not answer is given up."""
_PAUSES: Final = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between tries to reach it; the last for as long as it takes."""

_log = logging.getLogger(__name__)


class Asking(Protocol):
    """A request that waits."""

    @property
    def encoded(self) -> script.Encoded:
        """What it takes."""
        ...


A = TypeVar("A", bound=Asking)


class Redis(Generic[A]):
    """Takes requests as long as it can be reached. All is called in one event loop.

    ``decided`` gets each request with the microseconds it has to wait, and ``left`` what Redis does
    not decide any more. ``timeout`` is in seconds. ``probe`` is taken before anything is asked, so
    that a Redis that answers but cannot write is no Redis. ``told`` gets why Redis is not used, or
    nothing once it is.
    """

    def __init__(
        self,
        address: RedisAddress,
        *,
        timeout: float,
        decided: Callable[[A, int], None],
        left: Callable[[Sequence[A]], None],
        probe: script.Encoded,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._address, self._timeout = address, timeout
        self._probe, self._told = probe, told
        self._decided, self._left = decided, left
        self._link: Link | None = None
        self._waiting: list[A] = []
        self._flying: list[A] = []
        self._asked = False
        self._late, self._overdue, self._tried = False, False, False
        self._timer: asyncio.TimerHandle | None = None
        self._trouble: str | None = None

    @property
    def is_there(self) -> bool:
        """Whether it can be asked, and has answered what it was asked in time."""
        return self._link is not None and not self._late

    def take(self, request: A) -> bool:
        """Whether this request is taken: then it is decided, or left, in time."""
        if not self.is_there:
            return False
        self._waiting.append(request)
        if len(self._waiting) == 1 and not self._asked:
            asyncio.get_running_loop().call_soon(self._ask)
        return True

    async def run(self) -> None:
        """Keep a connection for as long as this is not cancelled."""
        tries = 0
        while True:
            link = Link(self._replied)
            try:
                async with asyncio.timeout(_CONNECTING):
                    await self._open(link)
                tries = 0
                self._tell("")
                self._link = link
                await link.gone
                self._tell("the connection was lost")
            except resp.GarbledError:
                self._tell("what it says cannot be read")
            except (OSError, TimeoutError, UnusableError, ssl.SSLError) as error:
                self._tell(str(error) or "it does not answer")
            finally:
                link.close()
                self._lose()
            await asyncio.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
            tries += 1

    async def _open(self, link: "Link") -> None:
        address, loop = self._address, asyncio.get_running_loop()
        if address.path:
            await loop.create_unix_connection(lambda: link, address.path)
        else:
            context = ssl.create_default_context() if address.tls else None
            await loop.create_connection(lambda: link, address.host, address.port, ssl=context)
        if address.password:
            user = [address.user.encode()] if address.user else []
            await link.ask(b"AUTH", *user, address.password.encode())
        if address.database:
            await link.ask(b"SELECT", b"%d" % address.database)
        if await link.ask(b"SCRIPT", b"LOAD", script.SCRIPT) != script.SHA:
            msg = "it knows our script by another name"
            raise UnusableError(msg)
        reply = await link.sent(script.call([self._probe]))
        script.waits(reply, 1)
        link.ready()

    def _ask(self) -> None:
        if self._link is None or self._asked or not self._waiting:
            return
        self._flying = self._waiting[:_MOST_TOGETHER]
        del self._waiting[:_MOST_TOGETHER]
        self._asked = True
        self._link.send(script.call([one.encoded for one in self._flying]))
        self._after(self._timeout, self._is_late)

    def _replied(self, reply: resp.Reply) -> None:
        self._after(None)
        self._asked = False
        flying, self._flying = self._flying, []
        trouble = reply.text if isinstance(reply, resp.Refusal) else ""
        if not trouble and not self._late:
            try:
                waits = script.waits(reply, len(flying))
            except resp.GarbledError:
                trouble = "what it says cannot be read"
            else:
                for one, wait in zip(flying, waits, strict=True):
                    self._decided(one, wait)
        if trouble:
            self._left(flying)
            self._give_up(trouble)
        elif self._late:
            self._try_again()
        else:
            self._ask()

    def _try_again(self) -> None:
        """After a late reply: what nobody waits for has to be answered in time first."""
        in_time, was_tried = not self._overdue, self._tried
        self._overdue, self._tried = False, True
        if was_tried and in_time:
            self._late = self._tried = False
            self._tell("")
        elif was_tried:
            self._tell(f"it takes longer than {self._timeout * 1000:.0f} ms")
            self._after(_PAUSES[-1], self._ask_for_nobody)
        else:
            self._ask_for_nobody()

    def _ask_for_nobody(self) -> None:
        if self._link is not None:
            self._asked = True
            self._link.send(script.call([self._probe]))
            self._after(self._timeout, self._is_late)

    def _is_late(self) -> None:
        self._late = self._overdue = True
        self._leave()
        self._after(_SILENT, lambda: self._give_up("it does not answer"))

    def _give_up(self, why: str) -> None:
        if self._link is not None:
            self._link.fail(UnusableError(why))
        self._lose()

    def _lose(self) -> None:
        self._after(None)
        self._link = None
        self._asked = self._late = self._overdue = self._tried = False
        self._leave()

    def _leave(self) -> None:
        left = [*self._flying, *self._waiting]
        self._flying, self._waiting = [], []
        if left:
            self._left(left)

    def _after(self, seconds: float | None, do: Callable[[], None] = lambda: None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = None if seconds is None else loop.call_later(seconds, do)

    def _tell(self, trouble: str) -> None:
        """Say once that Redis is gone, and once that it is back."""
        if self._trouble is None or bool(trouble) != bool(self._trouble):
            self._told(trouble)
            if trouble:
                _log.warning(
                    "Redis at %s is gone (%s): this edge counts shared limits by itself",
                    self._address,
                    trouble,
                )
            elif self._trouble:
                _log.warning("Redis at %s is back: shared limits are shared again", self._address)
        self._trouble = trouble
