"""`make soak`: millions of requests that four must decide alike.

Cedar's engine in Python, its build in WebAssembly, the compiled rules and a live Envoy that has
them. Worlds, policies and requests are by chance, from ``SOAK_SEED`` (of the clock) on; it ends
after ``SOAK_CASES`` (2,000,000) requests or at the first that is decided otherwise, which it shows
with the number of its world.
"""

import multiprocessing
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from tests.access.live.decisions import cases_from, deciding, require_as_cedar
from tests.access.third_opinion import Judge, third_opinion

CASES: Final = int(os.environ.get("SOAK_CASES", "2000000"))
SEED: Final = int(os.environ.get("SOAK_SEED", str(int(time.time()))))
WORLDS: Final = 100
"""That one Envoy has at a time."""
REQUESTS: Final = 100
"""In each world."""


def main() -> None:
    """Go through them on every core, and tell how far it is."""
    rounds = max(1, -(-CASES // (WORLDS * REQUESTS)))
    firsts = [SEED * 1_000_000 + number * WORLDS for number in range(rounds)]
    begun, done, permitted = time.monotonic(), 0, 0
    print(f"{rounds * WORLDS * REQUESTS:,} requests from SOAK_SEED={SEED} on", flush=True)
    with ProcessPoolExecutor(
        len(os.sched_getaffinity(0)),
        # Each with ports of its own: they are drawn when a process begins.
        mp_context=multiprocessing.get_context("spawn"),
    ) as pool:
        for count, allowed in pool.map(one_round, firsts):
            done, permitted = done + count, permitted + allowed
            rate = done / (time.monotonic() - begun)
            print(
                f"\r{done:,} decided alike, {permitted:,} permitted, {rate:.0f} a second",
                end="",
                file=sys.stderr,
                flush=True,
            )
    print(f"\n{done:,} requests were decided alike by all four, {permitted:,} of them permitted")


def one_round(first: int) -> tuple[int, int]:
    """Worlds from ``first`` on; how many requests were decided, and how many permitted."""
    place = tempfile.TemporaryDirectory(prefix="ringwall-soak-", dir="/tmp")
    with place as folder, third_opinion() as judge:
        return _decided(Path(folder), first, judge)


def _decided(folder: Path, first: int, judge: Judge) -> tuple[int, int]:
    cases = cases_from(first, WORLDS)
    told: list[bool | None] = []
    with deciding(folder, cases) as envoy:
        for case in cases:
            several = [case.asked() for _ in range(REQUESTS)]
            case.require_the_same_of(judge, several)
            for asked in several:
                case.require_compiled_as_cedar(asked)
                told.append(require_as_cedar(case, asked, envoy))
    return len(told) - told.count(None), told.count(True)


if __name__ == "__main__":
    main()
