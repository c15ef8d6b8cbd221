"""A terminal of a chosen size with a command in it, as a person sits before one."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import ringwall

# The terminal becomes the session's own, so that Ctrl-C is a signal, and one that is not ignored.
_ENTER = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")


class Terminal:
    """Runs ``ringwall ARGUMENTS``. Use as a context manager: what still runs ends with it."""

    def __init__(
        self,
        *arguments: str,
        folder: Path,
        columns: int = 80,
        environment: dict[str, str] | None = None,
    ) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", _ENTER, sys.executable, "-m", "ringwall", *arguments],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "USER": "ada",
                "LANG": "C.UTF-8",
                "TERM": "xterm-256color",
                "PYTHONPATH": str(Path(ringwall.__file__).parents[1]),
                **(environment or {}),
            },
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.raw = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait(10)
        os.close(self._master)

    @property
    def text(self) -> str:
        """What was shown so far, without colours."""
        return _ESCAPES.sub("", self.raw).replace("\r\n", "\n")

    def type(self, keys: str) -> None:
        """Type; ``\\x03`` is Ctrl-C, ``\\x04`` Ctrl-D."""
        os.write(self._master, keys.encode())

    def until(self, words: str, within: float = 60.0) -> str:
        """Wait for words to be shown; return all that was."""
        deadline = time.monotonic() + within
        while words not in self.text:
            assert time.monotonic() < deadline, self.text
            has_ended = self.process.poll() is not None  # what comes after this was there before
            if not self._read(0.5) and has_ended:
                raise AssertionError(f"ended without {words!r}: {self.text}")
        return self.text

    def end(self, within: float = 60.0) -> int:
        """Wait for the end; return the exit code."""
        deadline = time.monotonic() + within
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.text
            self._read(0.1)
        while self._read(0.1):
            pass
        return self.process.returncode

    def interrupt(self, within: float = 60.0) -> int:
        """Type Ctrl-C until it ends, as a person does; return the exit code.

        Python's readline loses one that comes after the question is shown and before it waits.
        """
        deadline = time.monotonic() + within
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.text
            self.type("\x03")
            pause = time.monotonic() + 2
            while self.process.poll() is None and time.monotonic() < pause:
                self._read(0.1)
        return self.end()

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            chunk = os.read(self._master, 65536)
        except OSError:  # the other end is closed (Linux says EIO)
            return False
        self.raw += self._decoder.decode(chunk)  # a character may come in two parts
        return bool(chunk)
