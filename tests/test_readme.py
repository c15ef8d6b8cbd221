"""The README's commands, as a newcomer runs them: in a clean clone, from top to bottom.

Run are the blocks of ``sh`` below ``<!-- tested -->``, and those below
``<!-- tested: each line fails -->``, of which no line may succeed. ``make run`` stays in the
foreground: it is started to install the environment, for the blocks that follow, and to be
measured. ``make test`` is not run, since this is a part of it. Where a newcomer sleeps for a moment
until the log has what they did, it is waited for: nobody knows how slow this machine is.

Only what is measured needs the machine to itself. It comes in a run of pytest of its own, to which
the clone is kept; where there is none of this commit, it makes one.
"""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from tests.gateway.live.stage import NO_ROOM
from tests.tls import over_tls

ROOT = Path(__file__).parents[1]
HOST = "shop.localhost"
INSTALLS_WITHIN_S = 1200.0
ANSWERS_WITHIN_S = 5.0
MEASURED = 3
ENDS_WITHIN_S = 20.0

KEPT = ROOT / ".cache" / "clean"
INSTALLED = KEPT / "installed"
"""Holds the commit of the clone beside it, once that is installed."""

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]

# Ctrl-C means something even to a test that was started with it ignored.
_ENTER = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""


_BLOCK = re.compile(
    r"^<!-- tested(: each line fails)? -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


def blocks() -> list[str]:
    """The tested blocks, each as a script that fails when the block does not do as it should."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return [must_fail(block) if fails else block for fails, block in _BLOCK.findall(text)]


SLEEP = "sleep 3\nringwall log search status:403\n"
LOGGED = """\
until [ "$(ringwall log search --count status:403)" != 0 ]; do sleep 0.2; done
ringwall log search status:403
"""


def must_fail(block: str) -> str:
    return "".join(f"if {line}\nthen exit 99\nfi\n" for line in block.splitlines())


def test_the_readme_begins_with_one_command() -> None:
    found = blocks()
    assert found[0] == "make run\n"
    assert "then exit 99" in "".join(found)


def commit(folder: Path) -> str:
    asked = ("git", "-C", folder, "rev-parse", "HEAD")
    return subprocess.run(asked, check=True, capture_output=True, text=True, timeout=60).stdout


def installed_anew() -> Path:
    """A clean clone of what is committed, in which ``make run`` has installed all it needs."""
    if KEPT.exists():
        shutil.rmtree(KEPT)
    folder = KEPT / "ringwall"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True, timeout=120)
    with started(folder) as run:
        run.first_answer(within=INSTALLS_WITHIN_S)
    INSTALLED.write_text(commit(folder))
    return folder


def test_its_commands_run_in_a_clean_clone() -> None:
    clone = installed_anew()
    rest = "".join(one for one in blocks() if one not in {"make run\n", "make test\n"})
    assert rest.count(SLEEP) == 1
    rest = rest.replace(SLEEP, LOGGED)
    with started(clone) as run:
        run.first_answer(within=60.0)
        run.settle(within=60.0)
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", rest],
            cwd=clone,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"


@pytest.mark.alone
def test_it_answers_soon_after_make_run() -> None:
    is_kept = INSTALLED.exists() and INSTALLED.read_text() == commit(ROOT)
    clone = KEPT / "ringwall" if is_kept else installed_anew()
    took: list[float] = []
    while not took or (min(took) > ANSWERS_WITHIN_S and len(took) < MEASURED):
        with started(clone) as run:
            took.append(run.first_answer(within=60.0))
    told = ", ".join(f"{seconds:.1f} s" for seconds in took)
    sys.stdout.write(f"from `make run` to the first answer: {told}\n")
    assert min(took) <= ANSWERS_WITHIN_S, f"from `make run` to the first answer: {told}"


class Run:
    """``make run`` in the foreground of a session of its own."""

    def __init__(self, clone: Path) -> None:
        self._clone = clone
        self._log = clone.parent / "run.log"
        self.began = time.monotonic()
        self._begin()

    def _begin(self) -> None:
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _ENTER, "make", "run"],
                cwd=self._clone,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")[-8000:]

    def first_answer(self, *, within: float) -> float:
        """Wait for the first 200 through the edge; return seconds since the start."""
        while True:
            passed = time.monotonic() - self.began
            if self._answers():
                return passed
            if self.process.poll() is not None:
                time.sleep(0.5)
                # Those that other tests hold at the moment are given back.
                assert NO_ROOM.decode() in self.log, self.log
                self._begin()
            assert passed < within, f"no answer after {passed:.0f} s\n{self.log}"
            time.sleep(0.02)

    def settle(self, *, within: float) -> None:
        """Wait until all that it starts is there: the first page needs only a part of it."""
        deadline = time.monotonic() + within
        while not self._is_settled():
            assert time.monotonic() < deadline, self.log
            time.sleep(0.2)

    def _is_settled(self) -> bool:
        asked = subprocess.run(
            [self._clone / ".venv" / "bin" / "ringwall", "status", "--json"],
            cwd=self._clone / "examples" / "shop",
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if asked.returncode:
            return False
        told = json.loads(asked.stdout)
        ready = all(one["state"] == "ready" for one in told["processes"])
        healthy = not told["unknown"] and all(one["healthy"] for one in told["upstreams"])
        return ready and healthy

    def _answers(self) -> bool:
        roots = self._clone / "examples" / "shop" / ".ringwall" / "pki" / "edge" / "trust.pem"
        try:
            context = ssl.create_default_context(cafile=str(roots))
            with over_tls(context, 8443, host=HOST, timeout=5) as tls:
                tls.sendall(f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
                return tls.recv(100).startswith(b"HTTP/1.1 200 ")
        except OSError:
            return False

    def interrupt(self) -> None:
        """Press Ctrl-C, and see every process end."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            self.process.wait(ENDS_WITHIN_S)
        deadline = time.monotonic() + ENDS_WITHIN_S
        while left := self.left():
            if time.monotonic() > deadline:
                for pid in left:
                    os.kill(pid, signal.SIGKILL)
                raise AssertionError(f"still running: {left}\n{self.log}")
            time.sleep(0.05)

    def left(self) -> list[int]:
        """Processes of this installation, by the folder in their environment."""
        mark = f"RINGWALL_STATE={self._clone}/".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if not entry.name.isdigit() or mark not in (entry / "environ").read_bytes():
                    continue
                if b") Z " not in (entry / "stat").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found


@contextmanager
def started(clone: Path) -> Iterator[Run]:
    wait_for_ports()
    run = Run(clone)
    try:
        yield run
    finally:
        run.interrupt()


def wait_for_ports() -> None:
    """The example's addresses are fixed: wait until nobody else has them."""
    example = yaml.safe_load((ROOT / "examples" / "shop" / "ringwall.yaml").read_text())
    addresses = [example["edge"][door] for door in ("listen", "redirect", "private")]
    addresses += [one["addresses"][0] for one in example["services"].values()]
    deadline = time.monotonic() + 300
    for address in addresses:
        host, _, port = address.rpartition(":")
        while True:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((host, int(port)))
                    break
                except OSError:
                    assert time.monotonic() < deadline, f"{address} is taken by another program"
            time.sleep(0.5)


def environment() -> dict[str, str]:
    """The newcomer's: nothing of this test's own Python or of a make around it."""
    left_out = {"PYTHONPATH", "VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    return {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith(("RINGWALL_", "PYTEST_"))
    }
