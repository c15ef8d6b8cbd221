"""``make twelve-hours``: a day's half of events in minutes, while everything is killed.

A whole Ringwall, where people sign in, runs in a folder. Twelve hours' worth of events over a
midnight come in: ``HOURS_EDGE`` lines as Envoy writes them, a tenth as many of a service over
HTTPS, a fiftieth as many of Ringwall's own through its spool, requests through the edge, and
reads of the log by the web process. Meanwhile collector, web and others are killed, and all of
the machine at once. At the end each acknowledged event has to be there once, and all of it has to
verify by the public key that was written down at the start. ``HOURS_SECONDS`` is how long they
take, ``HOURS_STOPS`` how many stops of each kind there are at most; ``HOURS_SEED`` repeats what
chance has drawn.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from tests.lake.live.scene import as_service, loopback, places
from tests.lake.twelve_hours.clock import HOURS, Clock
from tests.lake.twelve_hours.people import Auditor, Visitor
from tests.lake.twelve_hours.reckoning import Reckoning
from tests.lake.twelve_hours.sources import Activity, Edge, Service, Source
from tests.lake.twelve_hours.stops import MACHINE, STILL, Stopping, drawn

from ringwall.identity.kinds import Purpose
from ringwall.lake.telling import Told, read_told

EDGE: Final = int(os.environ.get("HOURS_EDGE", "1000000"))
SECONDS: Final = float(os.environ.get("HOURS_SECONDS", "480"))
SEED: Final = int(os.environ.get("HOURS_SEED", str(int(time.time()))))
MOST: Final = int(os.environ.get("HOURS_STOPS", "12"))
STOPS: Final = {
    "collector": 12,
    "web": 8,
    "notary": 5,
    "intake": 5,
    "worker": 4,
    "supervisor": 3,
    STILL: 4,
    MACHINE: 4,
}
KEY: Final = "rws_twelve-hours-of-a-service-that-sends"
UNWRITTEN_S: Final = 1.0
"""Twice what Envoy keeps lines in memory: requests so shortly before its end may have none."""


def main() -> None:
    """Run it; the exit status is 1 where anything is not as it has to be."""
    print(f"{EDGE:,} requests in {SECONDS:.0f} s, HOURS_SEED={SEED}", flush=True)
    with tempfile.TemporaryDirectory(prefix="ringwall-hours-", dir="/tmp") as folder:
        wrong = _run(Path(folder))
    for one in wrong:
        print(f"wrong: {one}")
    sys.exit(1 if wrong else 0)


@dataclass
class _Scene:
    sources: list[Source]
    edge: Edge
    visitor: Visitor
    auditor: Auditor
    stopping: Stopping
    key: str


@contextmanager
def _scene(folder: Path, clock_seconds: float) -> Iterator[tuple[_Scene, Clock]]:
    """The installation, and everybody who sends."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ringwall.runtime.settings"
    os.environ["RINGWALL_STATE"] = str(folder / "own")
    import django  # noqa: PLC0415

    django.setup()
    del os.environ["RINGWALL_STATE"]  # or the installation would take it for its own
    from tests.api.conftest import key_of  # noqa: PLC0415
    from tests.identity import tenants  # noqa: PLC0415
    from tests.identity.edge.scene import identity_stage  # noqa: PLC0415

    (folder / "stage").mkdir()
    listen, hashed = loopback(), sha256(KEY.encode()).hexdigest()
    intake, port = {"listen": listen, "keys": {"echo": hashed}}, int(listen.rpartition(":")[2])
    with ExitStack() as held:
        made = identity_stage(folder / "stage", folder / "own", log={"intake": intake})
        installation = held.enter_context(made)
        stage = installation.stage
        tenants.organisation("shop", kind="provider")
        tenants.person("auditor@example.com", shop=["auditor"])
        bearer = key_of("auditor@example.com", "shop", ["auditor"])
        vkey = stage.command("log", "key").stdout.splitlines()[0]
        clock, chance, lies = Clock(clock_seconds), random.Random(SEED), places(stage)

        def own() -> random.Random:
            return random.Random(chance.random())

        token = installation.issue(Purpose.ACCESS, hours=12)
        visitor = Visitor(clock, int(clock_seconds * 4), own(), stage, token)
        nudging = Visitor(clock, 0, own(), stage, token)
        edge = Edge(clock, EDGE, own(), lies, nudge=lambda: list(map(nudging.visit, (-1, -2))))
        trust = as_service(stage, None)
        sends = {"name": "echo", "port": port, "key": KEY, "trust": trust}
        auditor = Auditor(clock, int(clock_seconds * 0.7), own(), stage, lambda: bearer)
        several: list[Source] = [
            edge,
            Activity(clock, EDGE // 50, own(), lies),
            Service(clock, EDGE // 10, own(), **sends),  # type: ignore[arg-type]
            visitor,
            auditor,
        ]
        stopping = Stopping(stage, clock, edge, own())
        yield _Scene(several, edge, visitor, auditor, stopping, vkey), clock


def _run(folder: Path) -> list[str]:
    with _scene(folder, SECONDS) as (scene, clock):
        stage, lies = scene.stopping._stage, places(scene.stopping._stage)
        began = time.monotonic()
        for source in scene.sources:
            source.start()
        stops = drawn({n: min(c, MOST) for n, c in STOPS.items()}, random.Random(SEED))
        for stop in scene.stopping.run(stops):
            at = timedelta(seconds=int(time.monotonic() - began))
            print(f"  {at} {stop.part:4.0%}  {stop.what}", flush=True)
        for source in scene.sources:
            source.join(SECONDS + 300)
        sent, ended = time.monotonic() - began, time.time()
        stage.wait(stage.is_ready)
        stage.wait(lambda: _is_read(read_told(lies.told), ended), within=600)
        read = time.monotonic() - began
        held = Reckoning(lies)
        size = held.verify(stage, scene.key, bundles=5, seed=SEED)
        verified = time.monotonic() - began - read
        stage.down()
        _reckon(held, scene)
        print(
            f"{size:,} events proven; sent in {sent:.0f} s, all read {read - sent:.1f} s later,"
            f" verified in {verified:.0f} s\nstops: {dict(scene.stopping.done)}"
        )
        print(f"12 hours over midnight: {clock.began:%d %B %H:%M} to {clock.began + HOURS:%H:%M}")
        return held.wrong


def _is_read(told: Told | None, ended: float) -> bool:
    """Whether nothing waits in a spool, as the collector says of when all had been sent.

    What it told shortly before knows nothing of what was sent last; the edge writes later still.
    """
    if told is None or told.at < ended + UNWRITTEN_S or told.trouble:
        return False
    return told.behind == 0 and told.proven == told.accepted


def _reckon(held: Reckoning, scene: _Scene) -> None:
    acknowledged: dict[str, set[str]] = {}
    for source in scene.sources:
        for name, uids in source.acknowledged.items():
            acknowledged.setdefault(name, set()).update(uids)
    for name, count in held.hold_against(acknowledged).items():
        print(f"  {name:20} {count:9,}, {len(acknowledged.get(name, ())):9,} acknowledged")
    asked = scene.auditor.answered
    unknown = held.hold_one_by_one("status_detail", asked, "operation = 'log:see'")
    held.require(not unknown, f"{len(unknown)} reads were answered and not recorded: {unknown[:3]}")
    visits = scene.visitor.answered
    where = "source = 'edge' AND path LIKE '/%/visit-%'"
    missing = held.hold_one_by_one("path", visits, where)
    late = [path for path in missing if not _may_be_gone(visits[path], scene.stopping)]
    held.require(not late, f"{len(late)} requests are not recorded: {late[:3]}")
    print(f"  reads of the log by the web process: {len(asked):,} answered")
    print(f"  requests through the edge: {len(visits):,} answered, {len(missing)} of them lost")
    aside, counts = held.put_aside(), scene.edge.counts
    malformed = aside.pop("it is no line of a record", 0)
    wanted = counts["malformed"] + counts["broken off"]
    held.require(malformed == wanted, f"{malformed} of {wanted} malformed lines are in quarantine")
    repeated = aside.pop("it has come before", 0)
    made_safe = aside.pop("neutralised", 0)  # what a service sent, as it came
    print(f"  quarantine: {malformed} malformed, {repeated} that had come before,", end=" ")
    print(f"{made_safe} in the form before they were made safe")
    held.require(not aside, f"there is more in quarantine than was sent: {aside}")
    for source in scene.sources:
        if source.counts:
            print(f"  {type(source).__name__}: {dict(source.counts)}")


def _may_be_gone(answered: float, stopping: Stopping) -> bool:
    """Whether the edge was killed before it had written the line of a request."""
    return any(since - UNWRITTEN_S < answered <= until for since, until in stopping.machine_stopped)


if __name__ == "__main__":
    main()
