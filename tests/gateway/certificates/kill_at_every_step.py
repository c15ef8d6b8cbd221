"""Make credentials in a fork that is killed at its n-th step on the file system, for every n.

``python kill_at_every_step.py <folder>``: leaves ``<folder>/<n>`` for each n, as the killed process
left it and a second one finished it, and prints how many there were.
"""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.config import HostSettings

STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.chmod", "fcntl.flock"}


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


def make(state: Path) -> None:
    store = CertificateStore(state, clock=Now())
    store.for_host("shop.localhost", HostSettings())
    store.for_service("billing", trust_domain="ringwall.internal")


def make_and_die(state: Path, at: int) -> None:
    left = at

    def count(event: str, _: object) -> None:
        nonlocal left
        if event in STEPS:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)
    make(state)


def main() -> None:
    folder = Path(sys.argv[1])
    at, died = 0, True
    while died:
        at += 1
        state = folder / str(at)
        child = os.fork()
        if child == 0:
            make_and_die(state, at)
            os._exit(0)
        died = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        make(state)
    sys.stdout.write(f"{at}\n")


if __name__ == "__main__":
    main()
