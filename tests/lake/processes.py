"""The log's own processes, started by themselves in a folder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.lake.logs import ORIGIN

from ringwall.lake.bucket import Bucket, reached_by
from ringwall.lake.naming import origin_of
from ringwall.lake.places import Places
from ringwall.lake.settings import VARIABLE, Settings
from ringwall.lake.telling import Told, read_told

PATIENCE_S = 60.0


@dataclass
class LogProcesses:
    """A notary and a collector below ``root``."""

    root: Path
    retention: Mapping[str, float] = field(default_factory=dict)
    bucket: Bucket | None = None
    notary: subprocess.Popen[bytes] | None = None
    collector: subprocess.Popen[bytes] | None = None

    @property
    def places(self) -> Places:
        return Places(self.root / "state", self.root / "run")

    def prepare(self) -> None:
        for folder in (self.places.state, self.places.run):
            folder.mkdir(mode=0o700, exist_ok=True)
        origin_of(self.places.log, ORIGIN)
        reached_by(self.places.log, lambda: self.bucket)

    def start_notary(self) -> None:
        self.notary = self._start(
            "ringwall.ledger.notary.process",
            {
                "RINGWALL_NOTARY_SOCKET": str(self.places.run / "notary.sock"),
                "RINGWALL_NOTARY_KEYS": str(self.root / "keys"),
                "RINGWALL_NOTARY_PUBLIC": str(self.places.tree),
                "RINGWALL_NOTARY_ORIGIN": ORIGIN,
            },
        )

    def start_collector(self) -> None:
        settings = Settings(
            state=str(self.places.state),
            run=str(self.places.run),
            notary=str(self.places.run / "notary.sock"),
            origin=ORIGIN,
            retention=dict(self.retention),
            bucket=self.bucket,
        )
        self.collector = self._start("ringwall.lake.process", {VARIABLE: settings.encoded()})

    def kill_collector(self) -> None:
        assert self.collector is not None
        self.collector.send_signal(signal.SIGKILL)
        self.collector.wait()

    def stop_collector(self) -> int:
        assert self.collector is not None
        self.collector.terminate()
        return self.collector.wait(PATIENCE_S)

    def told(self) -> Told:
        return read_told(self.places.told) or Told()

    def wait(self, *, accepted: int) -> Told:
        """Until the collector that runs says that so many events stand below a checkpoint."""
        deadline = time.monotonic() + PATIENCE_S
        assert self.collector is not None
        while (told := self.told()).proven < accepted or told.pid != self.collector.pid:
            if time.monotonic() > deadline:
                raise AssertionError(f"{accepted} were to be proven: {told}\n{self.log()}")
            time.sleep(0.05)
        return told

    def log(self) -> str:
        return (self.root / "log.txt").read_text()

    def end(self) -> None:
        for process in (self.collector, self.notary):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(PATIENCE_S)

    def _start(self, module: str, more: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with (self.root / "log.txt").open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", module],
                env={**os.environ, **more},
                stdout=out,
                stderr=out,
            )


@contextmanager
def log_processes(
    root: Path, retention: Mapping[str, float] | None = None, bucket: Bucket | None = None
) -> Iterator[LogProcesses]:
    """Both, running; they end with it."""
    processes = LogProcesses(root, retention or {}, bucket)
    processes.prepare()
    try:
        processes.start_notary()
        processes.start_collector()
        yield processes
    finally:
        processes.end()
