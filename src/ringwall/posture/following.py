"""Read each account of the section as often as it says, as long as the worker runs.

What was read and is not judged, or by checks that are others by now, is judged for the pages. Each
reading is a process of its own, so that its memory goes with it; one at a time. What is ended
in the middle goes on where it was when it is begun again.
"""

import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from ringwall.posture.config import POSTURE, AwsAccount, Posture
from ringwall.posture.keeping import Accounts
from ringwall.posture.scans import Scans
from ringwall.posture.schedule import is_due
from ringwall.posture.summaries import Summaries
from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.installation import Installation
from ringwall.runtime.refusals import ExitCode

_LOOKS_EVERY_S: Final = 30.0
_ANEW_S: Final = 600.0
_WAITS_S: Final = 1.0
_ENDS_WITHIN_S: Final = 10.0
_SAID: Final = 4000
_READ: Final = frozenset({ExitCode.OK, ExitCode.PARTIAL})
_log = logging.getLogger(__name__)


def follow_accounts(installation: Installation, stop: threading.Event) -> None:
    """Read what is due, until ``stop``; what goes wrong is told, and tried again."""
    known, unjudged = Known(installation), Unjudged(installation)
    while not stop.wait(_LOOKS_EVERY_S):
        try:
            read_what_is_due(installation, stop, accounts=known.accounts())
            unjudged.judge(stop)
        except (ConfigurationError, OSError) as error:
            _log.error("accounts are not read: %s", error)


class Known:
    """The accounts of the section. To read a configuration takes half a second of the processor."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._file, self._read = (0, 0), -_ANEW_S
        self._accounts: Mapping[str, AwsAccount] = {}

    def accounts(self) -> Mapping[str, AwsAccount]:
        """As the file has them now; what it includes counts within ten minutes."""
        found = self._installation.config.stat()
        file = (found.st_mtime_ns, found.st_size)
        if file != self._file or time.monotonic() - self._read >= _ANEW_S:
            self._accounts = accounts_of(self._installation)
            self._file, self._read = file, time.monotonic()
        return self._accounts


class Unjudged:
    """Accounts that pages cannot show as they are, or would by checks that are gone.

    What cannot be judged is not tried again until it is read anew, or a while has gone by.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._tried: dict[str, tuple[str, float]] = {}

    def judge(self, stop: threading.Event) -> list[str]:
        """Judge them, one after the other, each in a process of its own; which of them."""
        done = []
        for account, mark in self._due():
            if stop.is_set():
                break
            self._tried[account] = (mark, time.monotonic())
            if _is_read_now(self._installation, account):
                continue  # who reads it judges it
            _log.info("account %s is judged", account)
            command = [sys.executable, "-m", "ringwall", "posture", "judge", "--account", account]
            code, said = _run(command, self._installation, stop)
            if code:
                _log.error("account %s was not judged: %s", account, _why(said, code))
            done.append(account)
        return done

    def _due(self) -> list[tuple[str, str]]:
        accounts = Accounts(self._installation.state)
        summaries, due = Summaries(self._installation.state), []
        for account in accounts.all():
            last, kept = accounts.last(account), summaries.get(account)
            if last is None or (kept and not kept.is_stale and kept.mark == last.mark):
                continue
            mark, tried = self._tried.get(account, ("", -_ANEW_S))
            if mark != last.mark or time.monotonic() - tried >= _ANEW_S:
                due.append((account, last.mark))
        return due


def accounts_of(installation: Installation) -> Mapping[str, AwsAccount]:
    """The accounts that the configuration names; ``ConfigurationError`` where it is refused."""
    return installation.load().one(Posture, POSTURE).accounts


def read_what_is_due(
    installation: Installation,
    stop: threading.Event,
    *,
    accounts: Mapping[str, AwsAccount],
    now: Callable[[], datetime] | None = None,
) -> list[str]:
    """Read every account whose time has come, one after the other; which of them."""
    clock = now or (lambda: datetime.now(UTC))
    scans, done = Scans(installation.state), []
    for name, account in accounts.items():
        if stop.is_set():
            break
        last = scans.all().get(name)
        if not is_due(last, timedelta(seconds=account.every), clock()):
            continue
        if last is not None and last.account and _is_read_now(installation, last.account):
            continue
        _read(installation, name, stop, scans, clock)
        done.append(name)
    return done


def _is_read_now(installation: Installation, account: str) -> bool:
    """Whether somebody reads it by hand: when they are done it may be due no more."""
    try:
        with Accounts(installation.state).only_here(account):
            return False
    except BlockingIOError:
        return True


def _read(
    installation: Installation,
    name: str,
    stop: threading.Event,
    scans: Scans,
    clock: Callable[[], datetime],
) -> None:
    _log.info("account %s is read", name)
    why = read_apart(installation, ["scan", "--account", name], stop)
    if why is not None:
        _log.error("account %s was not read: %s", name, why)
        scans.failed(name, why, at=clock())


def read_apart(
    installation: Installation, words: Sequence[str], stop: threading.Event
) -> str | None:
    """Have a command of posture read something, as a process of its own.

    ``None`` where it did, which it notes itself, or was stopped; otherwise what went wrong.
    """
    code, said = _run([sys.executable, "-m", "ringwall", "posture", *words], installation, stop)
    if code is None or code in _READ:
        return None
    return _why(said, code)


def _why(said: str, code: int) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    why = next((line for line in lines if line.startswith("error: ")), "")
    return why.removeprefix("error: ") or (lines[-1] if lines else f"it ended with {code}")


def _run(
    command: Sequence[str], installation: Installation, stop: threading.Event
) -> tuple[int | None, str]:
    """Its exit code, and the end of what it said to standard error; none where it was stopped."""
    environment = {**os.environ, **installation.environment()}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        while process.poll() is None:
            if stop.wait(_WAITS_S):
                process.terminate()
                try:
                    process.wait(_ENDS_WITHIN_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                return None, ""
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - _SAID))
        return process.returncode, errors.read().decode(errors="replace")
