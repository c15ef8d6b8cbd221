"""One Envoy by itself, without anything of Ringwall beside it."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from ringwall.gateway.binary import envoy_path


@contextmanager
def lone_envoy(folder: Path, port: int, bootstrap: dict[str, Any]) -> Iterator[HTTPConnection]:
    """Start one from a static bootstrap; a connection to its port once it takes any."""
    file = folder / "envoy.json"
    file.write_text(json.dumps(bootstrap))
    command = [str(envoy_path()), "--concurrency", "1", "--disable-hot-restart"]
    command += ["-l", "error", "-c", str(file)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        made = HTTPConnection("127.0.0.1", port, timeout=30)
        deadline = time.monotonic() + 60
        while True:
            try:
                made.connect()
                break
            except OSError:
                is_running = process.poll() is None and time.monotonic() < deadline
                assert is_running, (folder / "log").read_text()[-1500:]
                time.sleep(0.05)
        yield made
        made.close()
    finally:
        process.terminate()
        process.wait(60)
