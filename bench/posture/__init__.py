"""Ringwall and Prowler on the same simulated account, in the same run.

moto's server is a process of its own, and what it logs is what was asked of it. Prowler is
installed below ``~/.cache/ringwall-bench`` (2.3 GB), once; ``BENCH_PROWLER=0`` leaves it out.
"""

import os
import tempfile
from pathlib import Path

from tests.posture.accounts.making import Size

from bench.posture import simulated, tools
from bench.posture.measuring import Used

SIZE = Size(
    buckets=200,
    groups=200,
    users=200,
    roles=60,
    instances=100,
    volumes=100,
    databases=30,
    keys=30,
    trails=3,
)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as name:
        folder = Path(name)
        tools.started(folder)
        with simulated.account(folder, SIZE) as server:
            ours = tools.ringwall(server, folder)
            tools.event(server)
            theirs = None
            if os.environ.get("BENCH_PROWLER") != "0":
                theirs = tools.prowler(server, folder)
    _print(ours, theirs)


def _print(ours: Used, theirs: Used | None) -> None:
    print(f"{'':10} {'wall s':>8} {'CPU s':>8} {'MB':>8} {'calls':>8} {'verdicts':>9} {'fail':>8}")
    for one in filter(None, (ours, theirs)):
        print(
            f"{one.name:10} {one.wall_s:8.1f} {one.cpu_s:8.1f} {one.peak_mb:8.0f} {one.calls:8,} "
            f"{one.verdicts:9,} {one.failed:8,}"
        )
    if theirs is not None:
        print(
            f"Ringwall takes 1/{theirs.wall_s / ours.wall_s:.1f} of the time, "
            f"1/{theirs.cpu_s / ours.cpu_s:.1f} of the processor, "
            f"1/{theirs.peak_mb / ours.peak_mb:.1f} of the memory"
        )
