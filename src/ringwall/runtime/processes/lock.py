"""One supervisor for one run folder."""

import fcntl
import os
import time
from pathlib import Path
from typing import Final

from ringwall.runtime.processes.kernel import facts_of

_PATIENCE: Final = 1.0


class AlreadyRunningError(RuntimeError):
    """Another supervisor holds the run folder; ``pid`` is its process, None if it did not say."""

    def __init__(self, run_dir: Path, pid: int | None) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"Ringwall is already running here as {who} ({run_dir}). "
            "Stop it with `ringwall down`, or look at it with `ringwall status`."
        )
        self.pid = pid


class InstanceLock:
    """A lock (flock(2)) on ``run_dir/lock``, which the kernel gives back however the holder ends.

    The file stays, since removing it would let two holders lock two files of one name.
    """

    def __init__(self, run_dir: Path) -> None:
        self._run_dir = run_dir
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether we hold it."""
        return self._handle is not None

    def acquire(self) -> None:
        """Take the lock and write our pid down; nothing happens when we hold it already.

        Raises:
            AlreadyRunningError: somebody else holds it.

        """
        if self._handle is not None:
            return
        handle = os.open(
            self._run_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
        deadline = time.monotonic() + _PATIENCE
        while not _lock(handle):
            digits = os.pread(handle, 32, 0).strip()
            pid = int(digits) if digits.isdigit() else None
            # A killed holder's lock lives on in a child it was just starting, until the exec.
            if pid is not None and facts_of(pid) is None and time.monotonic() < deadline:
                time.sleep(0.01)
                continue
            os.close(handle)
            raise AlreadyRunningError(self._run_dir, pid)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Give the lock back; nothing happens when we do not hold it."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def _lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
