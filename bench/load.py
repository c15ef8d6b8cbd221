"""Load from h2load and wrk: real clients that nobody here wrote."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HOST = "localhost"


@dataclass(frozen=True)
class Result:
    """What one run of load saw; seconds."""

    requests: int
    seconds: float
    p50: float
    p99: float
    failed: int

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def require() -> None:
    """End with one sentence when a load tool is missing."""
    for tool, package in (("h2load", "nghttp2-client"), ("wrk", "wrk"), ("taskset", "util-linux")):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is needed to measure: install the package {package}")


def keep_alive(
    port: int,
    *,
    http2: bool,
    seconds: float,
    core: int,
    rate: int | None = None,
    path: str = "/small",
    headers: Sequence[str] = (),
) -> Result:
    """Requests over long-lived connections; ``rate`` requests a second, or as many as go.

    ``headers`` are whole lines, such as ``cookie: a=b``.
    """
    clients = 16
    with tempfile.NamedTemporaryFile() as log:
        command = [
            "taskset",
            "-c",
            str(core),
            "h2load",
            f"--connect-to=127.0.0.1:{port}",
            "-c",
            str(clients),
            "-m",
            "4" if http2 else "1",
            "-D",
            f"{seconds:.0f}",
            "--warm-up-time=1",
            f"--log-file={log.name}",
            *(["--h1"] if not http2 else []),
            *([f"--rps={max(1, rate // clients)}"] if rate else []),
            *(f"--header={one}" for one in headers),
            f"https://{HOST}:{port}{path}",
        ]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rows = [line.split("\t") for line in Path(log.name).read_text().splitlines()]
    times = sorted(int(row[2]) / 1e6 for row in rows if row[1] == "200")
    failed = sum(row[1] != "200" for row in rows)
    found = re.search(r"requests: (\d+) total", text)
    if not times or found is None:
        msg = f"h2load saw no answer:\n{text}"
        raise RuntimeError(msg)
    return Result(len(times), seconds, _at(times, 0.50), _at(times, 0.99), failed)


def exactly(
    port: int,
    *,
    http2: bool,
    requests: int,
    core: int,
    path: str,
    headers: Sequence[str],
    at_a_time: int = 2,
) -> int:
    """So many requests over so many connections, however long it takes; how many failed."""
    command = [
        "taskset",
        "-c",
        str(core),
        "h2load",
        f"--connect-to=127.0.0.1:{port}",
        "-c",
        str(at_a_time),
        "-m",
        str(at_a_time) if http2 else "1",
        "-n",
        str(requests),
        *(["--h1"] if not http2 else []),
        *(f"--header={one}" for one in headers),
        f"https://{HOST}:{port}{path}",
    ]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"status codes: (\d+) 2xx", text)
    return requests - (int(found[1]) if found else 0)


def new_connections(port: int, *, seconds: float, core: int) -> Result:
    """One TLS handshake a request, HTTP/1.1."""
    command = [
        "taskset",
        "-c",
        str(core),
        "wrk",
        "-t1",
        "-c8",
        f"-d{seconds:.0f}s",
        "--latency",
        "-H",
        f"Host: {HOST}",
        "-H",
        "Connection: close",
        f"https://{HOST}:{port}/small",
    ]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    total = re.search(r"(\d+) requests in ([\d.]+)(m?s)", text)
    if total is None:
        msg = f"wrk saw no answer:\n{text}"
        raise RuntimeError(msg)
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return Result(
        int(total[1]),
        float(total[2]) / (1000 if total[3] == "ms" else 1),
        _latency(text, "50%"),
        _latency(text, "99%"),
        int(errors[1]) if errors else 0,
    )


def each(port: int, paths: Sequence[str], *, core: int) -> None:
    """Ask for each of some paths once."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.writelines(f"https://{HOST}:{port}{path}\n" for path in paths)
        file.flush()
        command = ["taskset", "-c", str(core), "h2load", f"--connect-to=127.0.0.1:{port}"]
        command += ["--h1", "-c", "8", "-n", str(len(paths)), "-i", file.name]
        subprocess.run(command, capture_output=True, text=True, check=True)


def _at(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def _latency(text: str, label: str) -> float:
    found = re.search(rf"{re.escape(label)}\s+([\d.]+)(us|ms|s)", text)
    if found is None:
        return float("nan")
    return float(found[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1.0}[found[2]]
