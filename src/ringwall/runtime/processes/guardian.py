"""The tiny parent that starts the supervisor again when it is killed.

It imports next to nothing, holds no state and never allocates much, so that whatever kills the
supervisor (a mistaken ``kill -9``, the kernel's out-of-memory killer, a crash in a library) leaves
it alone. The children of the supervisor do not notice: the next supervisor adopts them.

The supervisor runs in a session of its own and with SIGINT, SIGTERM and SIGHUP blocked until it
listens (:mod:`~.signals`): a Ctrl-C reaches it once, through the guardian, and none is lost or
fatal while it is starting.
"""

import os
import select
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

VARIABLE = "RINGWALL_GUARDIAN"
"""Environment variable that tells the supervisor its guardian's pid."""

_LONG_LIFE = 30.0
_LONGEST_PAUSE = 10.0
_RESTARTS_WHILE_ENDING = 3
_PATIENCE_AFTER_CTRL_C = 10.0

_ENDING = frozenset({signal.SIGINT, signal.SIGTERM})


def run_guarded(argv: "list[str] | tuple[str, ...]") -> int:
    """Run ``argv`` (a path and its arguments) as the supervisor; returns the exit code to end with.

    SIGINT, SIGTERM and SIGHUP are passed on. A supervisor that ends by itself ends the guardian
    with the same code. One that is killed by a signal is started again: at once, then after 0.2 s
    doubling up to 10 s while it lives shorter than 30 s. When it is killed while it was told to
    end, it is started again to finish ending. Three requests to end over ten seconds kill it.

    The calling process is used up: it must be single-threaded, its signal mask stays changed, and
    any child of it is reaped.
    """
    told = _Told()
    signal.pthread_sigmask(signal.SIG_BLOCK, told.signals | {signal.SIGCHLD})
    deaths = 0
    rescues = 0
    while True:
        try:
            child = _start(argv, told.signals)
        except OSError as error:
            _say(f"the supervisor {argv[0]} cannot be started: {error.strerror}")
            return 127
        born = time.monotonic()
        if told.requests:
            os.kill(child, told.last)
        status = _pass_on_until_death(child, told)
        if status >= 0:
            return status
        how = signal.Signals(-status).name
        if told.forced:
            _say("the supervisor did not end and was killed; `ringwall up` finds what it left")
            return 128 - status
        if told.requests:
            rescues += 1
            if rescues > _RESTARTS_WHILE_ENDING:
                _say(f"the supervisor was killed ({how}) {rescues} times while ending; giving up")
                return 128 - status
        deaths = 1 if time.monotonic() - born >= _LONG_LIFE else deaths + 1
        pause = 0.0 if deaths == 1 else min(_LONGEST_PAUSE, 0.2 * 2.0 ** min(deaths - 2, 16))
        when = f"in {pause:g} s" if pause else "at once"
        _say(f"the supervisor was killed by {how}; starting it again {when}")
        if not told.requests and pause:
            waited = signal.sigtimedwait(told.signals, pause)
            if waited is not None:
                told.hear(waited.si_signo)


def exec_guarded(argv: "list[str] | tuple[str, ...]") -> "NoReturn":
    """Become the guardian of ``argv``; does not return.

    The interpreter starts anew with nothing but this file, so whatever the caller has imported
    is gone from memory.
    """
    os.execv(sys.executable, [sys.executable, "-I", "-S", __file__, *argv])  # noqa: S606 - no shell is wanted


class _Told:
    """What the user has asked for so far."""

    def __init__(self) -> None:
        self.signals = {signal.SIGINT, signal.SIGTERM}
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            self.signals.add(signal.SIGHUP)  # else we run under nohup(1)
        self.requests = 0
        self.last = signal.SIGTERM
        self.forced = False
        self._since = 0.0

    def hear(self, signum: int) -> None:
        """Count a request to end; ``forced`` once patience is over."""
        if signum not in _ENDING:
            return
        self.requests += 1
        self.last = signal.Signals(signum)
        self._since = self._since or time.monotonic()
        waited = time.monotonic() - self._since
        self.forced = self.requests > 2 and waited > _PATIENCE_AFTER_CTRL_C


def _pass_on_until_death(child: int, told: _Told) -> int:
    while True:
        signum = signal.sigwait(told.signals | {signal.SIGCHLD})
        if signum == signal.SIGCHLD:
            status = _reap(child)
            if status is not None:
                return status
            continue
        # Not reaped yet, so this pid is still the supervisor's.
        os.kill(child, signum)
        told.hear(signum)
        if told.forced:
            os.kill(child, signal.SIGKILL)


def _start(argv: "list[str] | tuple[str, ...]", told: "set[signal.Signals]") -> int:
    return os.posix_spawn(
        argv[0],
        argv,
        {**os.environ, VARIABLE: str(os.getpid())},
        setsid=True,
        setsigmask=told,
        setsigdef={signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT},
    )


def _reap(child: int) -> "int | None":
    """Reap all that ended, orphans too if we are process 1; how ``child`` ended, if it did."""
    status = None
    while True:
        try:
            pid, raw = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return status
        if pid == 0:
            return status
        if pid == child:
            status = os.waitstatus_to_exitcode(raw)


def _say(sentence: str) -> None:
    """To the same place and in the same two forms as the supervisor's log, but never waiting."""
    if os.isatty(2):
        line = f"{time.strftime('%H:%M:%S')} guardian error {sentence}\n"
    else:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        quoted = sentence.replace("\\", "\\\\").replace('"', '\\"')
        line = (
            f'{{"time": "{stamp}", "process": "guardian", "level": "error", '
            f'"message": "{quoted}"}}\n'
        )
    try:
        if select.select([], [2], [], 0)[1]:
            os.write(2, line.encode())
    except OSError:  # nobody reads; contextlib would cost memory for nothing
        return


if __name__ == "__main__":
    sys.exit(run_guarded(sys.argv[1:]))
