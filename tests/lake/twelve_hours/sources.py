"""Those who send: each in a thread, with what was acknowledged to it by source and class."""

import heapq
import http.client
import json
import os
import random
import ssl
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import orjson
from tests.lake.intake.stage import connect_to_loopback
from tests.lake.logs import edge_line
from tests.lake.twelve_hours.clock import Clock

from ringwall.lake.places import Places
from ringwall.runtime.private_files import locked
from ringwall.runtime.recording.spool import append
from ringwall.runtime.spool.keeping import LOCK

_REST_S: Final = 0.02
_NOISE: Final = b'{"action":nothing that is JSON \x1b[31m,\n'
"""What is put aside; sent now and then."""


class Source(ABC):
    """Sends ``count`` events as the clock goes on."""

    def __init__(self, clock: Clock, count: int, chance: random.Random) -> None:
        self.clock, self.count, self.chance = clock, count, chance
        self.acknowledged: dict[str, set[str]] = {}
        """By ``source class``, the uids of what has to be in the log once."""
        self.counts: Counter[str] = Counter()
        """What else was done."""
        self.failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=type(self).__name__, daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def join(self, seconds: float) -> None:
        """Wait until all is acknowledged."""
        self._thread.join(seconds)
        if self.failure is not None:
            raise self.failure
        if self._thread.is_alive():
            msg = f"{self._thread.name} has not sent all it was to send"
            raise TimeoutError(msg)

    def acknowledge(self, source: str, class_uid: int, uid: str) -> None:
        """It has to be in the log."""
        self.acknowledged.setdefault(f"{source} {class_uid}", set()).add(uid)

    @abstractmethod
    def send(self, first: int, end: int) -> None:
        """Send events ``first`` to ``end - 1``; return once they are acknowledged."""

    def again(self, *, is_last: bool) -> None:
        """Send once more what is due to be."""
        del is_last

    def _run(self) -> None:
        try:
            sent = 0
            while sent < self.count:
                due = min(self.count, int(self.count * self.clock.part) + 1, sent + 2_000)
                if due > sent:
                    self.send(sent, due)
                    sent = due
                self.again(is_last=False)
                time.sleep(_REST_S)
            self.again(is_last=True)
        except BaseException as error:  # noqa: BLE001 - whoever joins raises it
            self.failure = error


class Edge(Source):
    """Lines as Envoy appends them, into the files that the running Envoy has made."""

    def __init__(
        self,
        clock: Clock,
        count: int,
        chance: random.Random,
        places: Places,
        *,
        nudge: Callable[[], object],
    ) -> None:
        super().__init__(clock, count, chance)
        self._places, self._nudge = places, nudge

    def send(self, first: int, end: int) -> None:
        lines: tuple[list[bytes], list[bytes]] = ([], [])
        for number in range(first, end):
            is_known, uid = number % 5 > 0, f"5ca1e{number:027x}"
            moment = self.clock.moment(number, self.count)
            who: dict[str, Any] = {} if is_known else {"user": None, "session": None}
            line = edge_line(
                number,
                request_id=uid,
                time=f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z",
                path=f"/orders/{number}" if number % 97 else "/\u001b[2J\u202e=cmd|' /C calc'!A0",
                **who,
            )
            lines[not is_known].append(line)
            self.acknowledge("edge", 4002, uid)
            if number % 5_003 == 0:
                lines[not is_known].append(_NOISE)
                self.counts["malformed"] += 1
        for path, some in zip(self._places.edge, lines, strict=True):
            while some and not self._written(path, b"".join(some)):
                self._nudge()  # Envoy makes a new file once it has a line for it
                time.sleep(0.6)

    def break_off(self) -> None:
        """Leave half a line in each file, as an Envoy does that is killed while it writes.

        Whoever calls holds the machine. Nobody was told that these are kept.
        """
        for path in self._places.edge:
            line = edge_line(0, request_id="f" * 32)
            if self._append(path, line[: self.chance.randrange(1, len(line) - 1)]):
                self.counts["broken off"] += 1

    def _written(self, path: Path, content: bytes) -> bool:
        with self.clock.machine:
            return self._append(path, content)

    @staticmethod
    def _append(path: Path, content: bytes) -> bool:
        # Envoy writes into a file that was renamed until it makes a new one. This cannot be asked
        # to make one, so that nobody may rename it meanwhile.
        with locked(path.with_name(LOCK)):
            try:
                descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
            except FileNotFoundError:
                return False
            try:
                assert os.write(descriptor, content) == len(content)
            finally:
                os.close(descriptor)
        return True


class Activity(Source):
    """Ringwall's own events, through its spool; some twice, as who was killed in between does."""

    CLASSES: Final = {3002: (3, "authentication"), 3004: (3, "entity"), 6003: (6, "api")}

    def __init__(self, clock: Clock, count: int, chance: random.Random, places: Places) -> None:
        super().__init__(clock, count, chance)
        self._places, self._later = places, list[tuple[float, bytes]]()

    def send(self, first: int, end: int) -> None:
        for number in range(first, end):
            class_uid = list(self.CLASSES)[number % 3]
            uid = f"5ca1e-own-{number}"
            moment = self.clock.moment(number, self.count)
            event = {
                "activity_id": 1,
                "actor": {"user": {"uid": f"u{number % 50}"}},
                "category_uid": self.CLASSES[class_uid][0],
                "class_uid": class_uid,
                "message": f"{self.CLASSES[class_uid][1]} \u001b[31m{number}",
                "metadata": {"product": {"name": "Ringwall"}, "uid": uid, "version": "1.8.0"},
                "severity_id": 1,
                "time": int(moment.timestamp() * 1000),
                "type_uid": class_uid * 100 + 1,
            }
            personal = {f"u{number % 50}": {"actor": {"user": {"name": f"Ada {number}"}}}}
            made = {"event": event, "personal": personal}
            line = orjson.dumps(made, option=orjson.OPT_SORT_KEYS) + b"\n"
            self._put(line)
            self.acknowledge("ringwall", class_uid, uid)
            if self.chance.random() < 0.02:
                at = self.clock.elapsed + self.clock.seconds * self.chance.uniform(0.02, 0.5)
                heapq.heappush(self._later, (at, line))

    def again(self, *, is_last: bool) -> None:
        while self._later and (is_last or self._later[0][0] < self.clock.elapsed):
            self._put(heapq.heappop(self._later)[1])
            self.counts["sent twice"] += 1

    def _put(self, line: bytes) -> None:
        with self.clock.machine:
            append(self._places.state, [line])


class Service(Source):
    """A service that sends batches by HTTPS until each is answered, some of them long after."""

    def __init__(
        self,
        clock: Clock,
        count: int,
        chance: random.Random,
        *,
        name: str,
        port: int,
        key: str,
        trust: ssl.SSLContext,
    ) -> None:
        super().__init__(clock, count, chance)
        self._name, self._port, self._trust = name, port, trust
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"}
        self._connection: http.client.HTTPSConnection | None = None
        self._later = list[tuple[float, bytes]]()

    def send(self, first: int, end: int) -> None:
        for begin in range(first, end, 100):
            numbers = range(begin, min(begin + 100, end))
            events = [self._event(number) for number in numbers]
            body = b"".join(orjson.dumps(one) + b"\n" for one in events)
            self._deliver(body, len(events))
            for number, one in zip(numbers, events, strict=True):
                self.acknowledge(f"service/{self._name}", (0, 4002, 6003)[number % 3], one["uid"])
            if self.chance.random() < 0.1:
                at = self.clock.elapsed + self.clock.seconds * self.chance.uniform(0.02, 0.5)
                heapq.heappush(self._later, (at, body))

    def again(self, *, is_last: bool) -> None:
        while self._later and (is_last or self._later[0][0] < self.clock.elapsed):
            body = heapq.heappop(self._later)[1]
            self._deliver(body, body.count(b"\n"))
            self.counts["sent twice"] += body.count(b"\n")

    def _event(self, number: int) -> dict[str, Any]:
        uid = f"5ca1e-{self._name}-{number}"
        found: dict[str, Any] = {
            "event_uid": uid,
            "uid": uid,
            "time": self.clock.moment(number, self.count).isoformat(),
            "message": f"order {number} \u001b]0;owned\u0007",
        }
        if number % 3 == 1:
            found |= {"method": "POST", "path": f"/pay/{number}?card=4711", "status": 200}
        if number % 3 == 2:
            found |= {"user_id": f"u{number % 50}", "ip": "10.2.3.4", "action": "pay"}
        return found

    def _deliver(self, body: bytes, count: int) -> None:
        """Send it until it is answered: who is not answered does not know whether it was kept."""
        while True:
            try:
                if self._connection is None:
                    self._connection = http.client.HTTPSConnection(
                        "localhost", self._port, timeout=20, context=self._trust
                    )
                    self._connection.connect = connect_to_loopback(self._connection)  # type: ignore[method-assign]
                self._connection.request("POST", "/v1/events", body, self._headers)
                answer = self._connection.getresponse()
                told = answer.read()
            except (OSError, http.client.HTTPException):
                self.counts["not answered"] += 1
                if self._connection is not None:
                    self._connection.close()
                    self._connection = None
                time.sleep(0.2)
                continue
            if answer.status == 200:
                found = json.loads(told)
                assert found["accepted"] + found["duplicates"] == count, told[:500]
                return
            assert answer.status in {429, 503}, (answer.status, told)
            self.counts["told to come later"] += 1
            time.sleep(0.2)
