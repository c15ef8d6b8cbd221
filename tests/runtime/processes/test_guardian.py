"""The guardian alone: what passes through, and what brings the supervisor back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ringwall.runtime.processes import guardian

GUARDIAN = [sys.executable, "-I", "-S", guardian.__file__]
PYTHON = [sys.executable, "-I", "-S", "-c"]

LISTENING = """
import os, pathlib, signal, sys, time
told = []
for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(each, lambda signum, frame: told.append(signum))
signal.pthread_sigmask(signal.SIG_UNBLOCK, [1, 2, 15])
with open({log!r}, "a") as log:
    print(os.getpid(), os.environ["RINGWALL_GUARDIAN"] == str(os.getppid()), file=log)
while not set(told) & {{2, 15}}:
    time.sleep(0.01)
with open({log!r}, "a") as log:
    print("told", told, file=log)
sys.exit(5)
"""


def has_a_child(pid: int) -> bool:
    return bool(Path(f"/proc/{pid}/task/{pid}/children").read_text())


def lines(log: Path) -> list[str]:
    return log.read_text().splitlines() if log.exists() else []


@pytest.mark.parametrize("code", [0, 1, 42])
def test_an_exit_code_passes_through(code: int) -> None:
    ended = subprocess.run([*GUARDIAN, *PYTHON, f"raise SystemExit({code})"], check=False)
    assert ended.returncode == code


def test_a_program_that_is_not_there_is_said() -> None:
    ended = subprocess.run([*GUARDIAN, "/no/such"], capture_output=True, text=True, check=False)
    assert ended.returncode == 127
    assert "/no/such cannot be started: No such file" in ended.stderr


def test_signals_are_passed_on_and_none_is_lost_while_it_starts(
    tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    log = tmp_path / "log"
    late = "import time; time.sleep(0.3)\n" + LISTENING.format(log=str(log))
    with subprocess.Popen([*GUARDIAN, *PYTHON, late]) as guarded:
        eventually(lambda: has_a_child(guarded.pid))
        guarded.send_signal(signal.SIGHUP)
        eventually(lambda: lines(log))
        assert lines(log)[0].endswith(" True")
        time.sleep(0.05)
        guarded.send_signal(signal.SIGINT)
        assert guarded.wait(5) == 5
    assert lines(log)[1:] == ["told [1, 2]"]


def test_killed_it_is_started_again_at_once_then_later(
    tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    log = tmp_path / "log"
    with subprocess.Popen(
        [*GUARDIAN, *PYTHON, LISTENING.format(log=str(log))], stderr=subprocess.PIPE, text=True
    ) as guarded:
        gaps = []
        for lives in range(1, 4):
            eventually(lambda: len(lines(log)) == lives)  # noqa: B023
            os.kill(int(lines(log)[-1].split()[0]), signal.SIGKILL)
            fell = time.monotonic()
            eventually(lambda: len(lines(log)) == lives + 1)  # noqa: B023
            gaps.append(time.monotonic() - fell)
        assert gaps[0] < 0.2 <= gaps[1] < gaps[2]
        assert gaps[2] >= 0.4
        guarded.terminate()
        assert guarded.wait(5) == 5
        assert guarded.stderr is not None
        said = guarded.stderr.read().splitlines()
    assert len(said) == 3
    assert all('"message": "the supervisor was killed by SIGKILL' in line for line in said)


def test_told_to_end_during_a_pause_it_lets_the_supervisor_clean_up(
    tmp_path: Path, eventually: Callable[..., Any]
) -> None:
    log = tmp_path / "log"
    with subprocess.Popen(
        [*GUARDIAN, *PYTHON, LISTENING.format(log=str(log))], stderr=subprocess.DEVNULL
    ) as guarded:
        for lives in range(1, 5):
            eventually(lambda: len(lines(log)) == lives)  # noqa: B023
            os.kill(int(lines(log)[-1].split()[0]), signal.SIGKILL)
        time.sleep(0.1)  # the fourth pause lasts 0.8 s
        guarded.terminate()
        assert guarded.wait(5) == 5
    assert lines(log)[-1] == "told [15]"
    assert len(lines(log)) == 6


def test_it_imports_next_to_nothing() -> None:
    code = (
        "__name__ = 'guardian'\n"
        "import sys\n"
        f"exec(compile(open({guardian.__file__!r}).read(), 'guardian', 'exec'))\n"
        "big = {'subprocess', 'asyncio', 'json', 're', 'typing', 'ringwall'}\n"
        "print(sorted(big & set(sys.modules)))"
    )
    answer = subprocess.check_output([*PYTHON, code], text=True)
    assert answer.strip() == "[]"
