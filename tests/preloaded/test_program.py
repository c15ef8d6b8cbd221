"""The program that stands for ``ringwall`` ends as that would, whenever it is told to."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from tests.preloaded import waiting

ASKING = Path(__file__).with_name("asking.py")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where a program lies, beside a socket on which nobody listens yet."""
    with TemporaryDirectory(prefix="rw-", dir="/tmp") as name:
        (Path(name) / "ringwall").write_bytes(ASKING.read_bytes())
        yield Path(name)


def until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def asked(folder: Path) -> "tuple[subprocess.Popen[bytes], socket.socket]":
    """A command that has asked, and whom it asked."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))
        listening.listen()
        command = [sys.executable, "-IS", str(folder / "ringwall"), "version"]
        process = subprocess.Popen(command, cwd=folder)
        connection, _ = listening.accept()
    assert connection.recv(4, socket.MSG_PEEK)
    return process, connection


def test_what_it_is_told_before_it_knows_who_runs_the_command_is_told_to_that(folder: Path) -> None:
    process, connection = asked(folder)
    with connection, subprocess.Popen(["sleep", "600"]) as copy:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        assert process.poll() is None
        connection.sendall(b"%d\n" % copy.pid)
        assert copy.wait(20) == -signal.SIGTERM
        process.send_signal(signal.SIGTERM)  # it has ended, and nobody has said so yet
        time.sleep(0.2)
        connection.sendall(b"3\n")
        assert process.wait(20) == 3


def test_whoever_is_killed_takes_the_command_along() -> None:
    ours, theirs = socket.socketpair()
    copy = subprocess.Popen(["sleep", "600"])
    thread = threading.Thread(target=waiting._await, args=(copy.pid, theirs))
    thread.start()
    assert ours.recv(100) == b"%d\n" % copy.pid
    ours.sendall(b"what the copy reads")
    time.sleep(0.2)
    assert copy.pid in {int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()}
    assert thread.is_alive()
    ours.close()
    thread.join(20)
    assert not thread.is_alive()
    assert copy.wait() in {0, -signal.SIGKILL}  # reaped in the thread


def test_a_command_whose_asking_broke_off_is_no_command(folder: Path) -> None:
    ours, theirs = socket.socketpair()
    process = os.fork()
    if not process:
        ours.close()
        waiting._become(theirs, 10, [])
    theirs.close()
    ours.sendall(b"half")
    ours.close()
    until(lambda: os.waitpid(process, os.WNOHANG) != (0, 0))
