"""What a program takes: time, processor, memory."""

import os
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What a run took. ``calls`` are requests that arrived at the server."""

    name: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    code: int
    calls: int = 0
    verdicts: int = 0
    failed: int = 0

    def found(self, *, calls: int, verdicts: int, failed: int) -> "Used":
        """The same with what came out."""
        return replace(self, calls=calls, verdicts=verdicts, failed=failed)


def measured(name: str, command: list[str], environment: dict[str, str], output: Path) -> Used:
    """Run a program to its end; what it prints goes to a file."""
    began = time.perf_counter()
    with output.open("wb") as out, output.with_suffix(".err").open("wb") as err:
        process = subprocess.Popen(
            command, env={**os.environ, **environment}, stdout=out, stderr=err, cwd=output.parent
        )
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    return Used(
        name=name,
        wall_s=wall,
        cpu_s=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss / 1000,
        code=process.returncode,
    )
