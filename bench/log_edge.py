"""What it costs the edge to write the record: Ringwall's, none, and Envoy's plain JSON of the same.

Edges of one configuration on one core before the same small answer, asked by somebody who is signed
in and by a stranger; they differ in what they write:

- *none*: nothing;
- *record*: as Ringwall writes it, in two files, with its conditions;
- *plain JSON*: Envoy's ``json_format`` of the same fields, one file, no condition.

Instructions are counted by callgrind (package ``valgrind``), which the load on a machine does not
change; requests a second and processor time are taken in rounds that take turns.
``BENCH_WITHOUT`` leaves out ``rates`` or ``instructions``.
"""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.ports import free_port

from bench import edge, load
from bench.identity_edge import Asked, Change, apply, compare, credentials, parts, variant
from bench.proxies import Json, Proxy, start
from ringwall.gateway.envoy.access_log import FIELDS

COUNTED: Final = int(os.environ.get("BENCH_COUNTED", "1000"))
_WITHOUT: Final = frozenset(os.environ.get("BENCH_WITHOUT", "").split(","))
_RECORDS: Final = ("access.jsonl", "strangers.jsonl")


def main() -> None:
    """Measure and print."""
    load.require()
    with tempfile.TemporaryDirectory(prefix="ringwall-bench-", dir="/tmp") as folder:
        _measure(Path(folder))


def _measure(folder: Path) -> None:
    ports = {name: free_port() for name in ("service", "plain", "edge")}
    gateway = apply(folder / "known", ports, ports["edge"], identity=True)
    cookie = credentials(gateway.layout.state)["cookie"]
    with ExitStack() as stack:
        service = edge.service(folder / "known", ports)
        running = start(service, folder=folder, name="service", core=edge.LOAD_CORE)
        stack.callback(running.stop)
        variants: dict[str, tuple[Path, int]] = {}
        for name, change in _variants(folder).items():
            port = free_port()
            made = variant(gateway, folder / name.replace(" ", "-"), ports["edge"], port, change)
            variants[name] = made, port
        who = {"somebody who is signed in": ("/small", (cookie,)), "a stranger": ("/public", ())}
        if "instructions" not in _WITHOUT:
            _instructions(folder, variants, who)
        if "rates" not in _WITHOUT:
            _rates(folder, variants, who)


Who = Mapping[str, tuple[str, tuple[str, ...]]]


def _rates(folder: Path, variants: Mapping[str, tuple[Path, int]], who: Who) -> None:
    with ExitStack() as stack:
        proxies: dict[str, Proxy] = {}
        for name, (bootstrap, _) in variants.items():
            proxies[name] = start(bootstrap, folder=folder, name=name, core=edge.PROXY_CORE)
            stack.callback(proxies[name].stop)
        for title, (path, headers) in who.items():
            for http2 in (False, True):
                asked = {
                    name: Asked(proxies[name], port, headers=headers, path=path)
                    for name, (_, port) in variants.items()
                }
                said = f"HTTP/{2 if http2 else 1}, {title}"
                compare(said, asked, http2=http2, bases=("none", "plain JSON"))


def _instructions(folder: Path, variants: Mapping[str, tuple[Path, int]], who: Who) -> None:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for name, (bootstrap, port) in variants.items():
        with Counted(folder, name, bootstrap) as counted:
            for title, (path, headers) in who.items():
                for http2 in (False, True):
                    told = found.setdefault((f"HTTP/{2 if http2 else 1}", title), {})
                    told[name] = counted.a_request(port, path, headers, http2=http2)
    for (protocol, title), told in found.items():
        print(f"{protocol}, {title}\n  {'':16} 1000 instructions  left of none")
        for name, one in told.items():
            print(f"  {name:18} {one / 1e3:15.1f}          {told['none'] / one:5.3f}", flush=True)
    print()


@dataclass
class Counted:
    """An Envoy under callgrind, as a context manager."""

    folder: Path
    name: str
    bootstrap: Path

    def __enter__(self) -> "Counted":
        self._out = self.folder / f"{self.name.replace(' ', '-')}.callgrind"
        under = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={self._out}"]
        under.append("--instr-atstart=no")  # it starts ten times as fast
        self._proxy = start(
            self.bootstrap,
            folder=self.folder,
            name=self.name,
            core=edge.PROXY_CORE,
            under=under,
            within=180,
        )
        self._control("-i", "on")
        return self

    def __exit__(self, *_: object) -> None:
        self._proxy.process.kill()  # it would take a minute to end by itself
        self._proxy.process.wait()

    def a_request(self, port: int, path: str, headers: tuple[str, ...], *, http2: bool) -> float:
        """Instructions in user mode, of all its threads, a request."""
        ask = partial(
            load.exactly,
            port,
            http2=http2,
            core=edge.LOAD_CORE,
            path=path,
            headers=headers,
            at_a_time=1,  # several together cost less each, as it happens
        )
        ask(requests=COUNTED // 4)
        idle, seconds = self._spent(_rest)
        rest, totals = idle / seconds, []
        for requests in (COUNTED, 2 * COUNTED):  # connections fall out
            spent, seconds = self._spent(partial(ask, requests=requests))
            totals.append(spent - rest * seconds)
        return (totals[1] - totals[0]) / COUNTED

    def _spent(self, do: Callable[[], int]) -> tuple[int, float]:
        """Instructions while it is done, and seconds; ``do`` tells how many requests failed."""
        began = time.monotonic()
        self._control("-z")
        failed = do()
        self._control("-d")
        if failed:
            msg = f"{failed} requests failed"
            raise RuntimeError(msg)
        return self._total(), time.monotonic() - began

    def _control(self, *what: str) -> None:
        argv = ["callgrind_control", *what, str(self._proxy.process.pid)]
        subprocess.run(argv, check=True, capture_output=True)

    def _total(self) -> int:
        newest = max(
            self.folder.glob(f"{self._out.name}.*"), key=lambda one: one.stat().st_mtime_ns
        )
        found = re.search(r"^(?:totals|summary): (\d+)", newest.read_text(), re.MULTILINE)
        if found is None:
            msg = f"{newest} says of no instruction"
            raise RuntimeError(msg)
        return int(found[1])


def _variants(folder: Path) -> dict[str, Change]:
    """By its name, what is done to the files of an edge."""
    return {
        "none": _recording(lambda _: []),
        "record": _recording(lambda logs: [_elsewhere(one, folder / "record") for one in logs]),
        "plain JSON": _recording(lambda logs: [_plain(logs[0], folder / "plain.jsonl")]),
    }


def _elsewhere(log: Json, folder: Path) -> Json:
    folder.mkdir(exist_ok=True)
    settings = log["typed_config"]
    path = str(folder / Path(settings["path"]).name)
    return {**log, "typed_config": {**settings, "path": path}}


def _plain(log: Json, path: Path) -> Json:
    settings = {**log["typed_config"], "path": str(path), "log_format": {"json_format": FIELDS}}
    return {"name": log["name"], "typed_config": settings}


def _recording(change: Callable[[list[Json]], list[Json]]) -> Change:
    def changed(files: dict[str, Json]) -> None:
        for part in parts(files["lds.json"]):
            logs = part.get("access_log")
            if isinstance(logs, list) and any(map(_is_record, logs)):
                others = [one for one in logs if not _is_record(one)]
                made = change([one for one in logs if _is_record(one)])
                part["access_log"] = [*others, *made]

    return changed


def _is_record(log: Json) -> bool:
    return str(log.get("typed_config", {}).get("path", "")).endswith(_RECORDS)


def _rest() -> int:
    time.sleep(6)
    return 0
