"""The supervisor's view of its guardian."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from ringwall.runtime.processes.guardian import VARIABLE
from ringwall.runtime.processes.kernel import facts_of


class Guardian:
    """Watches the :mod:`~.guardian` that started this process, if one did.

    ``state`` is ``absent``, ``present`` or ``lost``; ``lost`` is called once when the guardian
    ends before :meth:`close`. Needs a running event loop.
    """

    def __init__(self, lost: Callable[[], None]) -> None:
        self.state: Literal["absent", "present", "lost"] = "absent"
        self._lost = lost
        self._pidfd: int | None = None
        self._is_told = False
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

    def tell_to_end(self) -> bool:
        """Send it SIGTERM, once; False where nobody is there to hear it.

        A second one would hurry what ends, and may come from another before the first is passed on.
        """
        if self._pidfd is None:
            return False
        if self._is_told:
            return True
        try:
            signal.pidfd_send_signal(self._pidfd, signal.SIGTERM)
        except ProcessLookupError:
            return False
        self._is_told = True
        return True

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


class RunMark:
    """Tells a supervisor that its guardian started again from the first one of the run."""

    def __init__(self, run_dir: Path) -> None:
        self._path = run_dir / "guarded"

    def set(self) -> None:
        """Note that this run has begun its work."""
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_text(_this_guardian(), encoding="ascii")
        fresh.replace(self._path)

    def is_of_this_run(self) -> bool:
        """Whether :meth:`set` was called by a supervisor of the same living guardian."""
        try:
            found = self._path.read_text(encoding="ascii")
        except (FileNotFoundError, UnicodeDecodeError):
            return False
        return bool(found) and found == _this_guardian()


def _this_guardian() -> str:
    claimed = os.environ.get(VARIABLE, "")
    facts = facts_of(int(claimed)) if claimed.isdecimal() else None
    return f"{facts.identity.pid} {facts.identity.start}" if facts is not None else ""
