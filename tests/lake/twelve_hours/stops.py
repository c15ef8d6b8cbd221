"""What is killed, and when: drawn by chance, all of it with SIGKILL."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from tests.gateway.live.stage import Stage
from tests.lake.twelve_hours.clock import Clock
from tests.lake.twelve_hours.sources import Edge

from ringwall.runtime.processes.calls import ControlError

MACHINE: Final = "machine"
STILL: Final = "collector held up"
"""The collector stands still for some seconds, and then goes on."""


@dataclass(frozen=True)
class Stop:
    """At ``part`` of the twelve hours ``what`` is stopped."""

    part: float
    what: str


def drawn(several: Mapping[str, int], chance: random.Random) -> Sequence[Stop]:
    """So many of each, one after another, by chance."""
    names = [name for name, count in several.items() for _ in range(count)]
    chance.shuffle(names)
    parts = sorted(chance.uniform(0.02, 0.95) for _ in names)
    return [Stop(part, name) for part, name in zip(parts, names, strict=True)]


class Stopping:
    """Stops what runs on a stage."""

    def __init__(self, stage: Stage, clock: Clock, edge: Edge, chance: random.Random) -> None:
        self._stage, self._clock, self._edge, self._chance = stage, clock, edge, chance
        self.done: Counter[str] = Counter()
        self.machine_stopped: list[tuple[float, float]] = []
        """From when to when there was none, by the monotonic clock."""

    def run(self, stops: Sequence[Stop]) -> Iterator[Stop]:
        """Each at its time, told when it is done."""
        for stop in stops:
            while self._clock.part < stop.part:
                time.sleep(0.05)
            if stop.what == MACHINE:
                with self._clock.waiting():
                    self._stop_the_machine()
            elif stop.what == STILL:
                self._hold_up()
            else:
                self._signal(stop.what, signal.SIGKILL)
            self.done[stop.what] += 1
            yield stop

    def _hold_up(self) -> None:
        pid = self._signal("collector", signal.SIGSTOP)
        try:
            time.sleep(self._chance.uniform(0.5, 4.0))
        finally:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def _stop_the_machine(self) -> None:
        """All processes at once: none sees that another is gone. Then it is started again."""
        stage = self._stage
        with self._clock.machine:
            since = time.monotonic()
            frozen: set[int] = set()
            while new := set(stage.left()) - frozen:
                for pid in new:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGSTOP)
                frozen |= new
            for pid in self._chance.sample(sorted(frozen), len(frozen)):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            assert stage.process is not None
            stage.process.wait(30)
            stage.wait(lambda: not stage.left())
            self._edge.break_off()
        stage.up()
        self.machine_stopped.append((since, time.monotonic()))

    def _signal(self, name: str, number: signal.Signals) -> int:
        """Signal a process, or the next where it has ended since it was told; which it was."""
        while True:
            pid = self._pid(name)
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                time.sleep(0.05)
            else:
                return pid

    def _pid(self, name: str) -> int:
        """Its process now; where it is just being started again, the next."""
        found: list[int] = []

        def there() -> bool:
            try:
                status = self._stage.ask("status")
            except (ControlError, TimeoutError):
                return False
            if name == "supervisor":
                found[:] = [int(status["supervisor"]["pid"])]
            else:
                found[:] = [
                    int(one["pid"])
                    for one in status["processes"]
                    if one["name"] == name and one["pid"]
                ]
            return bool(found)

        self._stage.wait(there)
        return found[0]
