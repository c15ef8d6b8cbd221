"""What the intake takes in a second, each batch acknowledged once it is on the disk.

The peer is SQLite (WAL, ``synchronous=FULL``), which commits the same batches one after another,
from one connection, without network, TLS or a look at what they say. Clients run on the same
machine and take their part of its processors: on a busy one, events a second of the processor's
time that the intake itself took (``/s cpu``) are what to compare.
"""

import http.client
import json
import os
import sqlite3
import threading
import time
from pathlib import Path

from tests.lake.intake.stage import Stage, connect_to_loopback, event, now_ms

_SECONDS = 3.0
_SHAPES = ((1, 32), (10, 32), (100, 8), (1000, 4))


def main() -> None:
    """Print a table."""
    print("events      batch  senders  events/s  /s cpu  p50 ms  p99 ms   SQLite  ratio   memory")
    with Stage() as stage:
        for name, lines in (("OCSF", ocsf), ("plain JSON", plain)):
            for size, senders in _SHAPES:
                body = "\n".join(lines(size)).encode()
                before = processor_time(stage.pid)
                taken, waits = sent(stage, body, size, senders)
                paid = len(waits) * size / (processor_time(stage.pid) - before)
                peer = sqlite(stage.folder, lines(size))
                print(
                    f"{name:10}  {size:5}  {senders:7}  {taken:8,.0f}  {paid:6,.0f}"
                    f"  {waits[len(waits) // 2] * 1e3:6.1f}  {waits[-len(waits) // 100] * 1e3:6.1f}"
                    f"  {peer:7,.0f}  {taken / peer:5.2f}  {memory(stage.pid):4.0f} MiB"
                )


def ocsf(count: int) -> list[str]:
    user = {"uid": "u-17", "name": "Ann Example", "email_addr": "ann@example.org"}
    one = event("order was paid", actor={"user": user}, src_endpoint={"ip": "10.0.0.1"})
    return [
        json.dumps({**one, "unmapped": {"order": number}}, separators=(",", ":"))
        for number in range(count)
    ]


def plain(count: int) -> list[str]:
    one = {"time": now_ms(), "level": "INFO", "message": "order was paid", "user_id": "u-17"}
    return [json.dumps({**one, "ip": "10.0.0.1", "order": number}) for number in range(count)]


def sent(stage: Stage, body: bytes, size: int, senders: int) -> tuple[float, list[float]]:
    """Events a second over TLS with a certificate, and how long each batch waited."""
    waits: list[float] = []
    ends = time.monotonic() + _SECONDS

    def send() -> None:
        connection = http.client.HTTPSConnection(
            "localhost", stage.port("http"), timeout=20, context=stage.tls("shop")
        )
        connection.connect = connect_to_loopback(connection)  # type: ignore[method-assign]
        while time.monotonic() < ends:
            began = time.perf_counter()
            connection.request("POST", "/v1/events", body, {"Content-Type": "application/x-ndjson"})
            answer = connection.getresponse()
            assert json.loads(answer.read())["accepted"] == size
            waits.append(time.perf_counter() - began)
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(senders)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(waits) * size / (time.monotonic() - began), sorted(waits)


def sqlite(folder: Path, lines: list[str]) -> float:
    """The same batches, committed one after another: events a second."""
    path = folder / "peer.sqlite3"
    path.unlink(missing_ok=True)
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, event TEXT)")
        count, began = 0, time.monotonic()
        while time.monotonic() < began + _SECONDS / 2:
            database.execute("BEGIN")
            database.executemany(
                "INSERT INTO events (event) VALUES (?)", ((line,) for line in lines)
            )
            database.execute("COMMIT")
            count += len(lines)
        took = time.monotonic() - began
    database.close()
    return count / took


def processor_time(pid: int) -> float:
    """Seconds, of the program and of the kernel for it (proc_pid_stat(5))."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> float:
    """Resident, in MiB."""
    told = Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2]
    return int(told.split()[0]) / 1024
