"""What is new stands before what is old falls, and what others need falls last."""

import asyncio
import errno
import os
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ringwall.runtime.processes.logs.records import Level, LogRecord, Parsed
from ringwall.runtime.processes.logs.sinks import StreamSink, as_json
from ringwall.runtime.processes.probes import FileExists
from ringwall.runtime.processes.spec import SpecError, start_order
from ringwall.runtime.processes.status import ProcessState
from ringwall.runtime.processes.supervisor import Supervisor

SLEEP = "import time; time.sleep(600)"
TELLS_ITS_END = (
    "import signal, sys, time\n"
    "def end(*_):\n time.sleep(0.1); print(time.monotonic(), flush=True); sys.exit()\n"
    "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(600)"
)


def play(run_dir: Path, book: Any, story: Callable[[Supervisor], Awaitable[None]]) -> None:
    async def whole() -> None:
        supervisor = Supervisor(run_dir, sink=book)
        try:
            await story(supervisor)
        finally:
            await supervisor.stop()
        assert not supervisor.broken.done()

    asyncio.run(whole())


def pids(supervisor: Supervisor) -> dict[str, int | None]:
    return {each.name: each.pid for each in supervisor.status()}


def test_extending_starts_the_new_and_leaves_the_rest(run_dir: Path, book: Any, spec: Any) -> None:
    there = run_dir.parent / "there"
    ready = f"import pathlib, time; time.sleep(0.2); pathlib.Path({str(there)!r}).touch(); {SLEEP}"

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([spec("a", SLEEP), spec("b", SLEEP)])
        before = pids(supervisor)
        # `b` is another one and `a` is missing: neither is touched.
        wanted = [spec("b", f"{SLEEP} "), spec("c", ready, ready=FileExists(there))]
        assert await supervisor.extend(wanted) == ()
        assert there.exists()
        after = pids(supervisor)
        assert list(after) == ["a", "b", "c"]
        assert after.pop("c") is not None
        assert after == before
        await supervisor.apply(wanted)
        assert list(pids(supervisor)) == ["b", "c"]
        assert pids(supervisor)["b"] != before["b"]

    play(run_dir, book, story)


def test_extending_waits_for_the_new_ones_chance_and_tells_who_missed_it(
    run_dir: Path, book: Any, spec: Any
) -> None:
    never = FileExists(run_dir / "never")

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([spec("a", SLEEP)])
        began = time.monotonic()
        sick = spec("b", SLEEP, ready=never, ready_within=0.5, essential=False)
        (missing,) = await supervisor.extend([sick])
        assert missing.name == "b"
        assert missing.state is not ProcessState.READY
        assert 0.4 < time.monotonic() - began < 5
        await supervisor.apply([spec("a", SLEEP)])
        assert list(pids(supervisor)) == ["a"]

    play(run_dir, book, story)


def test_what_outlives_others_ends_after_them(run_dir: Path, book: Any, spec: Any) -> None:
    async def story(supervisor: Supervisor) -> None:
        specs = [
            spec("service", TELLS_ITS_END, outlives=("sidecar", "edge", "nobody")),
            spec("sidecar", TELLS_ITS_END, outlives=("edge",)),
            spec("edge", TELLS_ITS_END),
        ]
        await supervisor.start(specs)
        while not all(book.of(name) for name in ("service", "sidecar", "edge")):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    play(run_dir, book, story)
    ends = [float(book.of(name)[-1]) for name in ("edge", "sidecar", "service")]
    assert ends == sorted(ends)
    assert ends[2] - ends[0] > 0.2


def test_ends_that_wait_for_each_other_are_refused(spec: Any) -> None:
    with pytest.raises(SpecError, match="circle"):
        start_order([spec("a", SLEEP, outlives=("b",)), spec("b", SLEEP, outlives=("a",))])
    with pytest.raises(SpecError, match="circle"):
        start_order(
            [
                spec("a", SLEEP, outlives=("b",)),
                spec("b", SLEEP),
                spec("c", SLEEP, after=("a",), outlives=("a",)),
            ]
        )


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_log_goes_on_when_there_is_room_again(
    monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    reading, writing = os.pipe()
    full = True
    write = os.write

    def limited(descriptor: int, data: bytes) -> int:
        if full and descriptor == writing:
            raise OSError(error, os.strerror(error))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", limited)
    sink = StreamSink(writing, as_json)
    sink.emit(_record("while it was full"))
    time.sleep(0.2)
    full = False
    sink.emit(_record("later"))
    sink.close()
    os.close(writing)
    told = os.read(reading, 65536).decode()
    os.close(reading)
    assert "while it was full" not in told
    assert "later" in told
    assert "1 lines were dropped" in told


def _record(message: str) -> LogRecord:
    return LogRecord(datetime.now(UTC), "tests", Parsed(Level.INFO, message))
