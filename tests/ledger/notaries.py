"""A notary in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.ledger.forests import ORIGIN

from ringwall.ledger.notary.client import NotaryAwayError, NotaryClient, Told
from ringwall.ledger.notary.process import (
    KEYS_VARIABLE,
    ORIGIN_VARIABLE,
    PEER_VARIABLE,
    PUBLIC_VARIABLE,
    SOCKET_VARIABLE,
)


@dataclass
class NotaryProcess:
    """Its keys, its public folder and its socket below one folder."""

    base: Path
    origin: str = ORIGIN
    peer: int | None = None
    shows: bool = True
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def keys(self) -> Path:
        return self.base / "keys"

    @property
    def public(self) -> Path:
        return self.base / "tree"

    @property
    def client(self) -> NotaryClient:
        return NotaryClient(self.base / "socket")

    def start(self) -> "NotaryProcess":
        told = {
            SOCKET_VARIABLE: str(self.base / "socket"),
            KEYS_VARIABLE: str(self.keys),
            ORIGIN_VARIABLE: self.origin,
        }
        if self.shows:
            told[PUBLIC_VARIABLE] = str(self.public)
        if self.peer is not None:
            told[PEER_VARIABLE] = str(self.peer)
        with (self.base / "notary.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ringwall.ledger.notary.process"],
                env=os.environ | told,
                stderr=log,
            )
        return self

    def told(self) -> Told:
        """What it tells once it answers."""
        assert self.process is not None
        end = time.monotonic() + 30
        while True:
            with suppress(NotaryAwayError):
                return self.client.tell()
            assert self.process.poll() is None, (self.base / "notary.log").read_text()
            assert time.monotonic() < end
            time.sleep(0.02)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(10)

    def __enter__(self) -> "NotaryProcess":
        self.start().told()
        return self

    def __exit__(self, *exception: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
