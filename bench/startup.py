"""From ``ringwall up`` to the first protected answer, and what each process keeps in memory.

The example shop, on its own ports: nothing else may be listening on 8443, 8080 and 9900. The
second start is measured too: the first one makes the authorities and certificates. Memory is looked
at after so many seconds (``BENCH_SETTLES``, 45), in which every job has run once.
"""

import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

SHOP = Path(__file__).parents[1] / "examples" / "shop"
PORT = 8443
SETTLES_S = float(os.environ.get("BENCH_SETTLES", "45"))
OTHERS = ("service-", "sidecar-")
"""How the names of processes begin that there are more of with each service."""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-") as folder:
        shop = Path(folder) / "shop"
        shutil.copytree(SHOP, shop, ignore=shutil.ignore_patterns(".ringwall", "run", "data"))
        for title in ("first start", "second start"):
            _measure(shop, title)


def _measure(shop: Path, title: str) -> None:
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "ringwall", "up", "--no-watch"], cwd=shop, stdout=subprocess.DEVNULL
    )
    try:
        while not _answers():
            if process.poll() is not None or time.monotonic() - began > 60:
                sys.exit("the shop did not start")
            time.sleep(0.01)
        print(f"{title}: {time.monotonic() - began:.2f} s to the first protected answer")
        time.sleep(SETTLES_S)
        status = subprocess.run(
            [sys.executable, "-m", "ringwall", "status", "--json"],
            cwd=shop,
            capture_output=True,
            text=True,
            check=True,
        )
        _print_memory(json.loads(status.stdout), guardian=process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def _print_memory(status: dict[str, object], *, guardian: int) -> None:
    supervisor = status["supervisor"]
    assert isinstance(supervisor, dict)
    processes = status["processes"]
    assert isinstance(processes, list)
    rows = [("guardian", guardian), ("supervisor", int(supervisor["pid"]))]
    rows += [(one["name"], int(one["pid"])) for one in processes]
    own = [0.0, 0.0, 0.0]
    print(f"  {'':20} {'resident MB':>11} {'shared out':>11} {'of no file':>11}")
    for name, pid in rows:
        found = _memory(pid)
        if not name.startswith(OTHERS):
            own = [total + one for total, one in zip(own, found, strict=True)]
        print(f"  {name:20} " + " ".join(f"{one:11.0f}" for one in found))
    print(f"  {'Ringwall together':20} " + " ".join(f"{one:11.0f}" for one in own))
    print("  (services and their sidecars are not in it)\n")


def _memory(pid: int) -> tuple[float, float, float]:
    """Megabytes of a process: resident, its part of shared pages with them (Pss), and its own.

    Pages of a file are read again when they are needed, and shared with whoever else has it open,
    another Ringwall say: only what is of no file is the same on every machine.
    """
    values: dict[str, int] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, rest = line.partition(":")
        values[name] = int(rest.split()[0])
    return values["Rss"] / 1000, values["Pss"] / 1000, values["Anonymous"] / 1000


def _answers() -> bool:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    request = urllib.request.Request(
        f"https://localhost:{PORT}/", headers={"Host": f"shop.localhost:{PORT}"}
    )
    handler = _WithName(context=context)
    try:
        with urllib.request.build_opener(handler).open(request, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class _WithName(urllib.request.HTTPSHandler):
    """Asks for the shop's name in TLS too, wherever the name leads on this machine."""

    def __init__(self, *, context: ssl.SSLContext) -> None:
        inner = context.wrap_socket

        def wrap(*arguments: object, **more: object) -> ssl.SSLSocket:
            more["server_hostname"] = "shop.localhost"
            return inner(*arguments, **more)  # type: ignore[arg-type]

        context.wrap_socket = wrap  # type: ignore[method-assign]
        super().__init__(context=context)
