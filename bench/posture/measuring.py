"""What a program takes: time, processor, memory."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

_LAUNCHER: Final = Path(__file__).with_name("launching.py")


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
    report = output.with_suffix(".used")
    with output.open("wb") as out, output.with_suffix(".err").open("wb") as err:
        subprocess.run(
            [sys.executable, "-S", str(_LAUNCHER), str(report), *command],
            env={**os.environ, **environment},
            stdout=out,
            stderr=err,
            cwd=output.parent,
            check=True,
        )
    return Used(name=name, **json.loads(report.read_text()))
