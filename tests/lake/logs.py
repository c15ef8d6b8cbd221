"""A log in a folder: its spools, its collector, and a strong check that all of it is true."""

import json
import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.lake.store import objects_of, put_object

from ringwall.lake.bucket import Bucket, keep_place, reached_by
from ringwall.lake.bucket_table import BucketTable
from ringwall.lake.collecting import Collector, Pace, Redact
from ringwall.lake.going import all_gone
from ringwall.lake.journal import Journal
from ringwall.lake.places import Places
from ringwall.lake.ranges import joined
from ringwall.lake.snapshot import snapshot
from ringwall.lake.spools import spools
from ringwall.lake.subjects import Subjects
from ringwall.lake.tables import Events, connect, events_of
from ringwall.lake.verifying import Checked, check_columns, check_rows
from ringwall.ledger.tree import Tree

ORIGIN = "log.example.com/ringwall"
BUCKET: Bucket | None = None
"""Where tables of scenes lie that do not say it; in folders without it."""
MOMENT = 1_795_752_000_000_000
"""27 November 2026, in microseconds since 1970."""

Json = dict[str, Any]


def edge_line(number: int = 0, **said: Any) -> bytes:
    """A line as Envoy writes it: sorted keys, no blanks."""
    line = {
        "action": None,
        "client": f"10.1.{number // 250 % 250}.{number % 250}",
        "details": "via_upstream",
        "flags": "-",
        "host": "shop.example.com",
        "method": "GET",
        "ms": 12,
        "path": f"/orders/{number}",
        "policies": None,
        "policy": None,
        "program": None,
        "protocol": "HTTP/2",
        "proven": None,
        "received": 0,
        "request_id": f"{number:032x}",
        "roles": None,
        "route": "orders",
        "scopes": None,
        "sent": 512,
        "service": "shop",
        "session": "s1",
        "status": 200,
        "strength": "mfa",
        "tenant": "north",
        "time": f"2026-11-27T04:{number // 60 % 60:02d}:{number % 60:02d}.000Z",
        "tls": "TLSv1.3",
        "upstream": "127.0.0.1:9000",
        "user": f"u{number % 7}",
    }
    return json.dumps(line | said, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def own_line(uid: str, **said: Any) -> bytes:
    """A line of what Ringwall records of itself."""
    event = {
        "activity_id": 1,
        "actor": {"user": {"uid": "u1"}},
        "category_uid": 3,
        "class_uid": 3004,
        "entity": {"name": "orders", "type": "route", "uid": "r1"},
        "metadata": {"product": {"name": "Ringwall"}, "uid": uid, "version": "1.8.0"},
        "severity_id": 1,
        "time": MOMENT // 1000,
        "type_uid": 300401,
    }
    personal = {"u1": {"actor": {"user": {"name": "Ada"}}, "src_endpoint": {"ip": "10.9.9.9"}}}
    line = {"event": event | said.pop("event", {}), "personal": personal} | said
    return json.dumps(line, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def append(path: Path, *lines: bytes) -> None:
    """Write lines as a source does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(b"".join(lines))


@dataclass
class LogScene:
    """One log below ``root``."""

    root: Path
    pace: Pace = field(default_factory=Pace)
    now: int = MOMENT
    lies: Places | None = None
    """Where it lies, if not there."""
    redact: Redact | None = None
    bucket: Bucket | None = None

    def __post_init__(self) -> None:
        self.bucket = self.bucket or BUCKET
        reached_by(self.places.log, lambda: self.bucket)

    @property
    def places(self) -> Places:
        return self.lies or Places(self.root / "state", self.root / "run")

    @property
    def events(self) -> Events:
        """The table as the collector has it."""
        if self.bucket is None:
            return Events(self.places.events)
        return BucketTable(self.places, self.bucket, ORIGIN)

    def stored(self) -> dict[str, bytes]:
        """Every file of the table, in use or not, by its name below it."""
        if self.bucket is not None:
            return objects_of(self.bucket)
        folder = self.places.events
        return {str(one.relative_to(folder)): one.read_bytes() for one in files_below(folder)}

    def put(self, name: str, content: bytes) -> None:
        """Put a file where those of the table lie, without the table's knowing."""
        if self.bucket is None:
            (self.places.events / name).write_bytes(content)
        else:
            put_object(self.bucket, name, content)

    def clock(self) -> int:
        self.now += 1000
        return self.now

    def collect(self, *, flush: bool = False) -> int:
        """Start a collector, have it take all that is there, and end it."""
        with self.collector() as one:
            taken = 0
            while count := one.turn():
                taken += count
            if flush:
                one.flush()
            return taken

    def collector(self) -> "Opened":
        return Opened(self)

    def rows(self, columns: str = "*", where: str = "true") -> list[Any]:
        """What the log has, by index."""
        events = events_of(self.places)
        found = snapshot(events, self.places.journal)
        with events.reach(connect()) as database:
            query = f"SELECT {columns} FROM ({found.relation()}) WHERE {where} ORDER BY index"
            return database.execute(query).fetchall()

    def check(self) -> Checked:
        """Everything against the tree."""
        places = self.places
        events = events_of(places)
        with Tree(places.tree, ORIGIN) as tree, events.reach(connect()) as database:
            subjects = Subjects(places.subjects, writes=False)
            found = snapshot(events, places.journal)
            checked = check_rows(
                found,
                tree,
                key_of=subjects.key,
                gone=joined(*(one.ranges for one in all_gone(places.log))),
                database=database,
            )
            if checked.fault is None:
                checked.fault = check_columns(found, database=database)
            subjects.close()
            return checked

    def require_true(self, count: int) -> None:
        """All is well, and there are so many events."""
        checked = self.check()
        assert checked.fault is None, checked.fault
        assert checked.events + checked.gone == count
        indexes = [index for (index,) in self.rows("index")]
        assert len(set(indexes)) == len(indexes) == checked.events


def into_the_log(state: Path, *, flush: bool = True) -> int:
    """Have all that the spools of a state folder hold in its log; how many events that made."""
    scene = LogScene(state, lies=Places(state, state / "run"))
    return scene.collect(flush=flush)


class Opened:
    """A collector of a scene, while it is open."""

    def __init__(self, scene: LogScene) -> None:
        self._scene, self._held = scene, ExitStack()

    def __enter__(self) -> Collector:
        places = self._scene.places
        places.log.mkdir(parents=True, exist_ok=True, mode=0o700)
        tree = self._held.enter_context(Tree(places.tree, ORIGIN))
        subjects = Subjects(places.subjects, writes=True)
        self._held.callback(subjects.close)
        one = Collector(
            spools(places),
            journal=Journal(places.journal),
            subjects=subjects,
            tree=tree,
            table=self._scene.events,
            now=self._scene.clock,
            pace=self._scene.pace,
            redact=self._scene.redact,
        )
        one.recover()
        self.tree, self.subjects = tree, subjects
        return one

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self.tree.sync()
        self._held.close()


def shuffled(lines: Iterable[bytes], seed: int) -> Sequence[bytes]:
    """The same in another order."""
    found = list(lines)
    Random(seed).shuffle(found)
    return found


def files_below(folder: Path) -> list[Path]:
    """Every file, to look into."""
    return [Path(at) / name for at, _, names in os.walk(folder) for name in names]


def in_a_bucket_away(log: Path) -> Bucket:
    """A bucket in which the table of ``log`` is said to lie, at an address where nobody answers."""
    at, key = "http://127.0.0.1:1", "of nobody"
    bucket = Bucket(uri="s3://example-log/x", endpoint=at, access_key=key, secret_key=key)
    keep_place(log, bucket.place)
    return bucket
