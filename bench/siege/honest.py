"""People who are signed in and ask at a steady rate: ``python -m bench.siege.honest TARGET S``.

What a request took is counted from the moment that was planned for it, whether or not those before
are answered. Like a browser a person has up to six connections, opens a new one now and then, and
sends a request again whose connection turned out to be closed. Prints a row for each request: when
it was planned (seconds of the machine's monotonic clock), what it took, and "" or what went wrong.
"""

import asyncio
import json
import logging
import sys
import time
from typing import Final

from bench.siege.connection import ClosedError, Connection, connect
from bench.siege.target import APP, SMALL_BODY, Target

RATE: Final = 200.0
"""Requests a second of all together."""
PATIENCE_S: Final = 5.0
CONNECTIONS: Final = 6
KEPT_FOR: Final = 50
"""Requests after which a person's connection is left for a new one."""


class _Person:
    def __init__(self, target: Target, number: int) -> None:
        self._port, self._trust = target.port, target.trust()
        self._source = f"127.{100 + number}.0.1"
        self._request = (
            f"GET /v1/items/{number} HTTP/1.1\r\nHost: {APP}:{target.port}\r\n"
            f"User-Agent: Mozilla/5.0\r\nAccept: */*\r\nCookie: {target.cookies[number]}\r\n\r\n"
        ).encode()
        self._free: list[Connection] = []
        self._room = asyncio.Semaphore(CONNECTIONS)

    async def ask(self, planned: float) -> str:
        """One request; what went wrong, or nothing."""
        try:
            async with asyncio.timeout(planned + PATIENCE_S - time.monotonic()), self._room:
                try:
                    return await self._once()
                except ClosedError as error:
                    return await self._once() if error.untouched else "cut off"
        except TimeoutError:
            return "late"
        except ClosedError:
            return "closed"
        except OSError as error:
            return f"no connection: {type(error).__name__}"

    async def _once(self) -> str:
        while self._free and self._free[-1].closed:
            self._free.pop()
        connection = (
            self._free.pop()
            if self._free
            else await connect(self._trust, port=self._port, host=APP, source=self._source)
        )
        try:
            status, size = await connection.ask(self._request)
        except asyncio.CancelledError:
            connection.close()
            raise
        if connection.used >= KEPT_FOR:
            connection.close()
        elif not connection.closed:
            self._free.append(connection)
        if status != 200:
            return str(status)
        return "" if size == SMALL_BODY else "wrong answer"


async def _all(target: Target, seconds: float) -> list[tuple[float, float, str]]:
    people = [_Person(target, number) for number in range(len(target.cookies))]
    rows: list[tuple[float, float, str]] = []
    begun = time.monotonic() + 0.2

    async def one(person: _Person, planned: float) -> None:
        await asyncio.sleep(planned - time.monotonic())
        wrong = await person.ask(planned)
        rows.append((planned, time.monotonic() - planned, wrong))

    async with asyncio.TaskGroup() as group:
        for number in range(int(seconds * RATE)):
            planned = begun + number / RATE
            await asyncio.sleep(planned - time.monotonic() - 0.05)
            group.create_task(one(people[number % len(people)], planned))
    return rows


if __name__ == "__main__":
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # that servers hang up is no news
    print(json.dumps(asyncio.run(_all(Target.from_json(sys.argv[1]), float(sys.argv[2])))))
