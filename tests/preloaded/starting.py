"""The program that stands for ``ringwall``, and the process that it asks."""

import atexit
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import ringwall

_ROOT = Path(__file__).parents[2]


@cache
def program() -> Path:
    """A program that runs the commands of ``ringwall``, as long as this process lives."""
    folder = Path(tempfile.mkdtemp(prefix="rw-loaded-"))
    sock = folder / "socket"
    source = Path(ringwall.__file__).parents[1]
    waiting = subprocess.Popen(
        [sys.executable, "-m", "tests.preloaded.waiting", str(sock)],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": f"{source}:{_ROOT}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert waiting.stdin is not None
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "ready\n"
    found = folder / "ringwall"
    asking = Path(__file__).with_name("asking.py").read_text(encoding="utf-8")
    found.write_text(f"#!{sys.executable} -IS\n{asking}", encoding="utf-8")
    found.chmod(0o755)
    atexit.register(_end, waiting, folder)
    return found


def _end(waiting: "subprocess.Popen[str]", folder: Path) -> None:
    waiting.communicate()
    for one in folder.iterdir():
        one.unlink()
    folder.rmdir()
