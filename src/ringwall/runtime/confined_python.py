"""What a process of Ringwall's own needs to read before it does anything: the system and Python."""

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import ringwall

DEVICES: Final = tuple(
    Path("/dev") / name for name in ("full", "null", "random", "urandom", "zero")
)
_SYSTEM: Final = ("/bin", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/sbin", "/sys", "/usr")


def usual_reads() -> Iterator[Path]:
    """Folders of the system, of Python, of its packages, and of Ringwall's code."""
    yield from map(Path, _SYSTEM)
    for path in (sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()):
        yield Path(path)
    yield from map(Path, ringwall.__path__)


def is_within(path: Path, folder: Path) -> bool:
    """Whether ``path`` is, or lies below, a folder, wherever links lead."""
    return path.resolve().is_relative_to(folder.resolve())
