"""Ending processes together with everything they have started."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from ringwall.runtime.processes import kernel
from ringwall.runtime.processes.kernel import Identity, ProcessFacts

_KILL_ROUNDS: Final = 5
_KILL_PATIENCE: Final = 1.0


def mark_for(run_dir: Path, name: str) -> str:
    """Give the mark of the process ``name`` in the run; all of a run begin like ``""``'s."""
    return f"{sha256(os.fsencode(run_dir.resolve())).hexdigest()[:16]}/{name}"


def belonging_to(leader: Identity | None, mark: str) -> tuple[ProcessFacts, ...]:
    """Find what lives now of ``leader`` and of all that carry exactly this mark."""
    table = kernel.process_table()
    return kernel.members(
        table,
        leader=leader,
        marked=lambda pid: kernel.mark_of(pid) == mark,
        spared=kernel.self_and_ancestors(table),
    )


def strays(run_dir: Path, known: frozenset[str]) -> tuple[ProcessFacts, ...]:
    """Find what lives of this run under a name that is not ``known``.

    These are children whose start was never written down, because the supervisor was killed in
    between or its state was lost.
    """
    table = kernel.process_table()
    ours = mark_for(run_dir, "")

    def marked(pid: int) -> bool:
        mark = kernel.mark_of(pid)
        return mark is not None and mark.startswith(ours) and mark[len(ours) :] not in known

    return kernel.members(
        table, leader=None, marked=marked, spared=kernel.self_and_ancestors(table)
    )


async def end(
    find: Callable[[], Sequence[ProcessFacts]],
    *,
    stop_signal: signal.Signals,
    grace: float,
    hurry: "asyncio.Future[None]",
) -> tuple[int, ...]:
    """End all that ``find`` finds, and what turns up meanwhile, until it finds nothing.

    They get ``stop_signal`` once, and SIGKILL after ``grace`` seconds or as soon as ``hurry`` is
    done. Returns the pids that even SIGKILL did not end within seconds (stuck in the kernel).
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + grace
    told: set[Identity] = set()
    rounds = 0
    while found := find():
        left = deadline - loop.time()
        if left > 0 and not hurry.done():
            fresh = {facts.identity for facts in found} - told
            told |= fresh
            await _signal_and_wait(found, fresh, stop_signal, left, hurry)
            continue
        if rounds == _KILL_ROUNDS:
            return tuple(facts.identity.pid for facts in found)
        rounds += 1
        everyone = {facts.identity for facts in found}
        await _signal_and_wait(found, everyone, signal.SIGKILL, _KILL_PATIENCE, None)
    return ()


async def _signal_and_wait(
    found: Sequence[ProcessFacts],
    told: set[Identity],
    signum: signal.Signals,
    patience: float,
    hurry: "asyncio.Future[None] | None",
) -> None:
    loop = asyncio.get_running_loop()
    gone: dict[int, asyncio.Future[None]] = {}
    try:
        for facts in found:
            pidfd = kernel.open_exactly(facts.identity)
            if pidfd is None:
                continue
            gone[pidfd] = loop.create_future()
            loop.add_reader(pidfd, _done, loop, pidfd, gone[pidfd])
            if facts.identity in told:
                kernel.send(pidfd, signum)
        if gone:
            everyone = asyncio.ensure_future(_all_of(gone.values()))
            waits: set[asyncio.Future[Any]] = {everyone}
            if hurry is not None:
                waits.add(hurry)
            await asyncio.wait(waits, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            everyone.cancel()
    finally:
        for pidfd in gone:
            loop.remove_reader(pidfd)
            os.close(pidfd)


async def _all_of(gone: "Iterable[asyncio.Future[None]]") -> None:
    for one in tuple(gone):
        await one


def _done(loop: asyncio.AbstractEventLoop, pidfd: int, future: "asyncio.Future[None]") -> None:
    loop.remove_reader(pidfd)
    if not future.done():
        future.set_result(None)
