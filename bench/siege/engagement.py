"""One attack on one server: peace, siege and what comes after, with honest clients all along."""

import json
import resource
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Final

from bench.siege.attacks import Attack, Field
from bench.siege.measuring import Busy, memory, processor

WARM_S: Final = 1.5
"""Seconds of honest requests, connections among them, before anything is counted."""


@dataclass(frozen=True)
class Honest:
    """How honest clients fared in a time; seconds."""

    requests: int
    good: int
    p50: float
    p99: float
    wrong: dict[str, int]

    @property
    def success(self) -> float:
        """The part of the requests that was answered well and in time."""
        return self.good / self.requests if self.requests else 0.0


@dataclass(frozen=True)
class Outcome:
    """What one attack did to one server."""

    attack: str
    server: str
    peace: Honest
    siege: Honest
    after: Honest
    tries: dict[str, int]
    """How many tries of the attacker met what."""
    memory_before: int
    memory_after: int
    grown: dict[str, int]
    """Bytes that each part of the server holds more than before."""
    cores: dict[str, float]
    """Processor time of each side in the siege, as a number of cores."""
    busy: float
    """What was used of the machine in the siege, from 0 to 1."""

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def engage(
    name: str, attack: Attack, field: Field, *, parts: dict[str, list[int]], rest: float
) -> Outcome:
    """A siege of ``field.seconds`` after half as much peace; ``rest`` is what is waited afterwards.

    ``parts`` are the processes of the server by what they are.
    """
    peace = field.seconds / 2
    length = WARM_S + peace + field.seconds + rest
    command = [sys.executable, "-m", "bench.siege.honest", field.target.to_json(), f"{length:.1f}"]
    honest = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    began = time.monotonic() + 1.0  # until Python has started
    time.sleep(1.0 + WARM_S + peace)
    pids = [pid for several in parts.values() for pid in several]
    held = {name: memory(several) for name, several in parts.items()}
    before, siege = memory(pids), time.monotonic()
    sides = {**parts, "services": field.services.pids, "honest": [honest.pid]}
    spent, attackers, busy = {n: processor(p) for n, p in sides.items()}, _children(), Busy()
    tries = Counter[str]()
    processes = attack.begin(field)
    time.sleep(max(0.0, siege + field.seconds - time.monotonic()))
    share = busy.share()
    cores = {n: max(0.0, processor(p) - spent[n]) for n, p in sides.items()}
    over = time.monotonic()
    for process in processes:
        try:
            tries.update(attack.tries(process.communicate(timeout=20)[0]))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            tries["an attacker that had to be ended"] += 1
    cores["attackers"] = _children() - attackers
    if attack.end is not None:
        attack.end(field)
    rows = json.loads(honest.communicate()[0])
    return Outcome(
        attack=name,
        server=field.target.name,
        peace=_between(rows, began + WARM_S, siege),
        siege=_between(rows, siege, over),
        after=_between(rows, over, float("inf")),
        tries=dict(tries),
        memory_before=before,
        memory_after=memory(pids),
        grown={name: memory(several) - held[name] for name, several in parts.items()},
        cores={n: seconds / (over - siege) for n, seconds in cores.items()},
        busy=share,
    )


def _children() -> float:
    """Processor seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _between(rows: list[tuple[float, float, str]], begin: float, end: float) -> Honest:
    """Those that were planned between two moments."""
    found = [row for row in rows if begin <= row[0] < end]
    # What failed took at least as long as the slowest, or p99 would look better by failures.
    times = sorted(took if not wrong else max(took, 5.0) for _, took, wrong in found)
    wrong = Counter(row[2] for row in found if row[2])
    return Honest(
        requests=len(found),
        good=len(found) - wrong.total(),
        p50=_at(times, 0.5),
        p99=_at(times, 0.99),
        wrong=dict(wrong),
    )


def _at(ordered: list[float], share: float) -> float:
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
