"""Peers from PyPI, each installed once in an environment of its own below ``~/.cache``."""

import subprocess
import sys
from pathlib import Path
from typing import Final

CACHE: Final = Path.home() / ".cache" / "ringwall-bench"


def installed(package: str, version: str) -> Path | None:
    """The program that a package is named after; ``None`` where it cannot be had."""
    place = CACHE / f"{package}-{version}"
    program = place / "bin" / package
    if program.exists():
        return program
    uv = str(Path(sys.executable).with_name("uv"))
    steps = (
        [uv, "venv", "-q", "--python", sys.executable, str(place)],
        [
            uv,
            "pip",
            "install",
            "-q",
            "--python",
            str(place / "bin/python"),
            f"{package}=={version}",
        ],
    )
    for step in steps:
        if subprocess.run(step, check=False).returncode:
            print(f"{package} could not be installed: only Ringwall is measured")
            return None
    return program
