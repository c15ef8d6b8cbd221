"""moto's server in a process of its own, with an account in it."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port
from tests.posture.accounts.generating import generate
from tests.posture.accounts.making import Making, Size
from tests.posture.accounts.reading import Reading
from tests.posture.accounts.serving import CREDENTIALS

from ringwall.posture.checking.finding import own_checks
from ringwall.posture.collecting.planning import plan_for
from ringwall.posture.collecting.running import Run
from ringwall.posture.snapshot.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is, what it logs, and what is in it."""

    address: str
    log: Path
    making: Making

    @property
    def environment(self) -> dict[str, str]:
        """What the AWS command line would need to find it."""
        return {**CREDENTIALS, "AWS_ENDPOINT_URL": self.address}

    @property
    def asked(self) -> int:
        """Requests that have arrived so far."""
        return self.log.read_bytes().count(b" HTTP/1.1")


@contextmanager
def account(folder: Path, size: Size) -> Iterator[Server]:
    """An account of a size."""
    port, log = free_port(), folder / "moto.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=file,
            stderr=file,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address)
        os.environ.update(CREDENTIALS, AWS_ENDPOINT_URL=address)
        began = time.perf_counter()
        made = generate(Reading().client, size)
        print(f"made an account in {time.perf_counter() - began:.0f} s", flush=True)
        _load_all()
        yield Server(address, log, made)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _load_all() -> None:
    """List everything once: moto loads a service's code when it is first asked, for seconds."""
    checks = [one for one in own_checks() if one.check.judges.startswith("aws-")]
    Run(Reading().target(), Snapshot(), narrow=lambda _: False).carry_out(plan_for(checks))


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/moto-api/", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    sys.exit("moto did not start")
