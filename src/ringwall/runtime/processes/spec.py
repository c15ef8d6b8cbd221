"""What shall run: process specifications and the order in which they start."""

import json
import os
import re
import signal
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from hashlib import sha256
from math import inf
from pathlib import Path
from typing import Final, Protocol

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class Probe(Protocol):
    """Promises an answer within seconds, without an exception for an ordinary "not yet"."""

    async def __call__(self) -> bool:
        """Whether the process does its work now."""


class SpecError(ValueError):
    """A set of specifications that cannot be run; the text says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """One process that shall run.

    ``environment`` is the whole environment: nothing of the supervisor's own is passed on. Secrets
    go there or into files, never into ``argv``, which every user of the machine can read. Without
    ``ready`` the process counts as ready once it runs; with it, it is ended and started again when
    it is not ready ``ready_within`` seconds after its start. ``after`` names processes that get
    their chance to become ready first, for at most ``after_at_most`` seconds: an order, not a
    condition, so that one that crashes again and again keeps nobody down. A start waits for the
    ``essential`` ones, and reports those that are missing.

    ``outlives`` names processes that are ended first, if both are to end; unlike ``after`` it says
    nothing about the start, and names nobody who must exist.

    To stop, ``drain`` is awaited for at most ``stop_grace`` seconds, then ``stop_signal`` goes to
    the process and all its descendants, and after ``stop_grace`` seconds more SIGKILL.
    """

    name: str
    argv: tuple[str, ...]
    cwd: Path
    environment: Mapping[str, str]
    ready: Probe | None = None
    ready_within: float = 10.0
    after: tuple[str, ...] = ()
    after_at_most: float = inf
    outlives: tuple[str, ...] = ()
    essential: bool = True
    stop_grace: float = 5.0
    stop_signal: signal.Signals = signal.SIGTERM
    drain: Callable[[], Awaitable[None]] | None = None

    def __post_init__(self) -> None:
        """Refuse what could never be started.

        Raises:
            SpecError: the name could not name a log file, or there is no program.

        """
        if not _NAME.fullmatch(self.name):
            raise SpecError(
                f"{self.name!r} cannot name a process: use up to 63 of a-z, 0-9, '.', '_', '-', "
                "beginning with a letter or digit"
            )
        if not self.argv:
            raise SpecError(f"process {self.name}: argv is empty, there is no program to start")


def fingerprint(spec: ProcessSpec) -> str:
    """Hash (hex) what a running process cannot change: program, folder and environment.

    Two specifications with the same fingerprint are served by the same running process.
    """
    fixed = [list(spec.argv), os.fspath(spec.cwd), sorted(spec.environment.items())]
    return sha256(json.dumps(fixed).encode()).hexdigest()


def start_order(specs: Iterable[ProcessSpec]) -> tuple[ProcessSpec, ...]:
    """Sort the specifications, each behind all it comes ``after``.

    Raises:
        SpecError: a name is given twice, ``after`` names nobody, or there is a cycle, be it only
            when they end.

    """
    named: dict[str, ProcessSpec] = {}
    for spec in specs:
        if spec.name in named:
            raise SpecError(f"two processes are named {spec.name}")
        named[spec.name] = spec
    for spec in named.values():
        for other in spec.after:
            if other not in named:
                raise SpecError(f"process {spec.name} starts after {other}, which does not exist")
    sorter = TopologicalSorter({spec.name: spec.after for spec in named.values()})
    endings = {spec.name: {*spec.after} for spec in named.values()}
    for spec in named.values():
        for other in endings.keys() & set(spec.outlives):
            endings[other].add(spec.name)
    try:
        TopologicalSorter(endings).prepare()
        return tuple(named[name] for name in sorter.static_order())
    except CycleError as error:
        circle = " after ".join(reversed(error.args[1]))
        raise SpecError(f"processes wait for each other in a circle: {circle}") from error
