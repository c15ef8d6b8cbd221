"""One running process: started by us, or by a supervisor before us."""

import asyncio
import os
import signal
import subprocess
from typing import Final

from ringwall.runtime.processes import kernel
from ringwall.runtime.processes.kernel import Identity
from ringwall.runtime.processes.spec import ProcessSpec

_ASK_AGAIN: Final = 0.005
_ASK_AT_MOST: Final = 6


class Child:
    """A living process whose end is noticed the moment it happens.

    ``exited`` is done when it has ended, with the return code as in :mod:`subprocess`, or None if
    it was not our child and the kernel would not tell. Needs a running event loop.
    """

    def __init__(
        self, identity: Identity, pidfd: int, started: "subprocess.Popen[bytes] | None"
    ) -> None:
        loop = asyncio.get_running_loop()
        self.identity: Final = identity
        self.exited: Final[asyncio.Future[int | None]] = loop.create_future()
        self._pidfd = pidfd
        self._started = started
        loop.add_reader(pidfd, self._ended)

    @property
    def adopted(self) -> bool:
        """Whether an earlier supervisor started it."""
        return self._started is None

    def kill(self) -> None:
        """SIGKILL to this process alone."""
        if not self.exited.done():
            kernel.send(self._pidfd, signal.SIGKILL)

    def _ended(self) -> None:
        asyncio.get_running_loop().remove_reader(self._pidfd)
        self._collect(_ASK_AT_MOST)

    def _collect(self, asks: int) -> None:
        # The status can lag a little behind the end: somebody else's parent has yet to reap.
        status = kernel.exit_status(self._pidfd) if self.adopted else self._reap()
        if status is None and asks:
            asyncio.get_running_loop().call_later(_ASK_AGAIN, self._collect, asks - 1)
            return
        os.close(self._pidfd)
        if not self.exited.done():
            self.exited.set_result(status)

    def _reap(self) -> int | None:
        return self._started.poll() if self._started is not None else None


def spawn(spec: ProcessSpec, *, log: int, mark: str) -> Child:
    """Start ``spec`` in a session of its own, writing to the file descriptor ``log``.

    It gets nothing else: input is ``/dev/null``, no descriptor is inherited, and it lives on when
    the supervisor dies. What it creates, sockets above all, is for its user alone.

    Raises:
        OSError: the program or its folder is missing or may not be used.

    """
    started = subprocess.Popen(
        spec.argv,
        cwd=spec.cwd,
        env={**spec.environment, kernel.MARK: mark},
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        umask=0o077,
    )
    # Not reaped yet, so the pid is still its own even if it has ended already.
    facts = kernel.facts_of(started.pid)
    if facts is None:
        raise ProcessLookupError(f"process {started.pid} ({spec.name}) was reaped by a stranger")
    return Child(facts.identity, os.pidfd_open(started.pid), started)


def adopt(identity: Identity) -> Child | None:
    """Watch a process that an earlier supervisor started, or None when it is gone."""
    pidfd = kernel.open_exactly(identity)
    return None if pidfd is None else Child(identity, pidfd, None)
