"""The supervisor's view of its guardian."""

import asyncio
import os
from collections.abc import Callable
from typing import Literal

from ringwall.runtime.processes.guardian import VARIABLE


class Guardian:
    """Watches the :mod:`~.guardian` that started this process, if one did.

    ``state`` is ``absent``, ``present`` or ``lost``; ``lost`` is called once when the guardian
    ends before :meth:`close`. Needs a running event loop.
    """

    def __init__(self, lost: Callable[[], None]) -> None:
        self.state: Literal["absent", "present", "lost"] = "absent"
        self._lost = lost
        self._pidfd: int | None = None
        claimed = os.environ.get(VARIABLE, "")
        if not claimed.isdecimal():
            return
        pid = int(claimed)
        try:
            pidfd = os.pidfd_open(pid)
        except OSError:
            self._report()
            return
        if os.getppid() != pid:
            # It ended before we looked, and this pidfd may be a stranger's.
            os.close(pidfd)
            self._report()
            return
        self.state = "present"
        self._pidfd = pidfd
        asyncio.get_running_loop().add_reader(pidfd, self._ended)

    def close(self) -> None:
        """Stop watching."""
        if self._pidfd is not None:
            asyncio.get_running_loop().remove_reader(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None

    def _ended(self) -> None:
        self.close()
        self._report()

    def _report(self) -> None:
        self.state = "lost"
        asyncio.get_running_loop().call_soon(self._lost)
