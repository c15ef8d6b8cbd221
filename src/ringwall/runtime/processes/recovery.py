"""What a new supervisor does about the processes of one that was killed."""

import asyncio
import signal
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ringwall.runtime.processes import ending
from ringwall.runtime.processes.kernel import Identity
from ringwall.runtime.processes.logs.records import Level
from ringwall.runtime.processes.state import Remembered, RunState

_STRAY_GRACE: Final = 5.0


@dataclass(frozen=True, slots=True)
class Recovery:
    """What to do with the processes of an earlier supervisor.

    ``adopt`` go on undisturbed, ``end`` are alive but no longer wanted as they are, ``died`` ended
    while nobody watched.
    """

    adopt: Mapping[str, Remembered]
    end: tuple[Remembered, ...]
    died: Mapping[str, Remembered]


def plan_recovery(
    state: RunState | None,
    *,
    boot: str,
    wanted: Mapping[str, str],
    alive: Callable[[Identity], bool],
) -> Recovery:
    """Decide about every remembered process; ``wanted`` maps names to fingerprints."""
    remembered: Iterable[Remembered] = ()
    if state is not None and state.boot == boot:
        remembered = state.processes
    adopt: dict[str, Remembered] = {}
    died: dict[str, Remembered] = {}
    unwanted: list[Remembered] = []
    for process in remembered:
        if not alive(process.identity):
            died[process.name] = process
        elif wanted.get(process.name) == process.fingerprint:
            adopt[process.name] = process
        else:
            unwanted.append(process)
    return Recovery(adopt, tuple(unwanted), died)


async def end_leftovers(
    run_dir: Path,
    recovery: Recovery,
    *,
    adopted: frozenset[str],
    hurry: "asyncio.Future[None]",
    say: Callable[[Level, str], None],
) -> None:
    """End all that an earlier run left, remembered or not, except for the ``adopted`` names."""
    for remembered in recovery.end:
        say(Level.WARNING, f"{remembered.name} of an earlier run is ended")
    found = ending.strays(run_dir, adopted | {each.name for each in recovery.end})
    if found:
        pids = ", ".join(str(facts.identity.pid) for facts in found)
        say(Level.WARNING, f"left over from an earlier run, ended: process {pids}")
    await asyncio.gather(
        # Of the dead, descendants may live.
        *(
            end_remembered(run_dir, each, hurry=hurry)
            for each in (*recovery.end, *recovery.died.values())
        )
    )
    await ending.end(
        lambda: ending.strays(run_dir, adopted),
        stop_signal=signal.SIGTERM,
        grace=_STRAY_GRACE,
        hurry=hurry,
    )


async def end_remembered(
    run_dir: Path, remembered: Remembered, *, hurry: "asyncio.Future[None]"
) -> None:
    """End one process and its descendants as its specification asked for."""
    mark = ending.mark_for(run_dir, remembered.name)
    await ending.end(
        lambda: ending.belonging_to(remembered.identity, mark),
        stop_signal=remembered.stop_signal,
        grace=remembered.stop_grace,
        hurry=hurry,
    )
