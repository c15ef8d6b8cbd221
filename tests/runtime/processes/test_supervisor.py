"""One supervisor with real children: order, restarts, changes, and a clean end."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ringwall.runtime.processes import kernel
from ringwall.runtime.processes.lock import AlreadyRunningError
from ringwall.runtime.processes.logs.records import Level
from ringwall.runtime.processes.probes import FileExists
from ringwall.runtime.processes.spec import SpecError
from ringwall.runtime.processes.status import ProcessState, ProcessStatus
from ringwall.runtime.processes.supervisor import Supervisor

SLEEP = "import time; time.sleep(600)"


def play(run_dir: Path, book: Any, story: Callable[[Supervisor], Awaitable[None]]) -> None:
    """Run ``story``, stop, and insist that every pid ever seen is gone, and all was looked at."""
    complaints: list[dict[str, Any]] = []

    async def whole() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, found: complaints.append(found))
        supervisor = Supervisor(run_dir, sink=book)
        try:
            await story(supervisor)
        finally:
            await supervisor.stop()
        assert not supervisor.broken.done()
        del supervisor
        gc.collect()  # what nobody has looked at complains when it goes

    asyncio.run(whole())
    assert not complaints


def by_name(supervisor: Supervisor) -> dict[str, ProcessStatus]:
    return {each.name: each for each in supervisor.status()}


async def until(look: Callable[[], object], within: float = 10.0) -> None:
    deadline = time.monotonic() + within
    while not (seen := look()):
        assert time.monotonic() < deadline, f"it stayed {seen!r} for {within} s"
        await asyncio.sleep(0.005)


def test_a_process_starts_after_the_ones_before_it_are_ready(
    run_dir: Path, book: Any, spec: Any
) -> None:
    base = run_dir.parent
    late = f"import time, pathlib; time.sleep(0.2); pathlib.Path('{base}/up').touch(); " + SLEEP
    follows = f"import os, time; print(os.path.exists('{base}/up'), flush=True); " + SLEEP

    async def story(supervisor: Supervisor) -> None:
        second = spec("second", follows, after=("first",))
        first = spec("first", late, ready=FileExists(base / "up"))
        assert await supervisor.start([second, first]) == ()
        assert [each.name for each in supervisor.status()] == ["first", "second"]
        assert {each.state for each in supervisor.status()} == {ProcessState.READY}
        await until(lambda: book.of("second"))

    play(run_dir, book, story)
    assert book.of("second") == ["True"]


def test_who_asks_before_all_are_begun_hears_of_all_of_them(
    run_dir: Path, book: Any, spec: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a few that are ready would be taken for everything that runs, or nobody would."""
    told: list[dict[str, tuple[str, int | None]]] = []

    async def story(supervisor: Supervisor) -> None:
        async def tell(*_: object, **__: object) -> None:
            found = by_name(supervisor)
            told.append({name: (one.state, one.pid) for name, one in found.items()})

        monkeypatch.setattr("ringwall.runtime.processes.supervisor.end_leftovers", tell)
        specs = [spec("one", SLEEP), spec("two", SLEEP, after=("one",))]
        supervisor.expect(specs)
        await tell()
        assert await supervisor.start(specs) == ()
        assert {each.state for each in supervisor.status()} == {ProcessState.READY}

    play(run_dir, book, story)
    assert told == [{"one": ("starting", None), "two": ("starting", None)}] * 2


def test_what_was_never_begun_is_not_told_of_after_the_end(
    run_dir: Path, book: Any, spec: Any
) -> None:
    async def story() -> None:
        supervisor = Supervisor(run_dir, sink=book)
        supervisor.expect([spec("one", SLEEP)])
        await supervisor.stop()
        assert supervisor.status() == ()

    asyncio.run(story())


def test_they_stop_in_the_reverse_order(run_dir: Path, book: Any, spec: Any) -> None:
    ends = (
        "import signal, sys, time\n"
        "def end(*_):\n time.sleep(0.1); print(time.monotonic(), flush=True); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(600)"
    )

    async def story(supervisor: Supervisor) -> None:
        specs = [spec("a", ends), spec("b", ends, after=("a",)), spec("c", ends, after=("b",))]
        await supervisor.start(specs)
        await until(lambda: all(book.of(name) for name in "abc"))

    play(run_dir, book, story)
    times = [float(book.of(name)[-1]) for name in "cba"]
    assert times == sorted(times)


def test_a_killed_child_is_back_at_once_then_waits_longer(
    run_dir: Path, book: Any, spec: Any
) -> None:
    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([spec("one", SLEEP)])
        gaps = []
        for _ in range(3):
            pid = by_name(supervisor)["one"].pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            fell = time.monotonic()
            await until(lambda: by_name(supervisor)["one"].pid not in {None, pid})  # noqa: B023
            gaps.append(time.monotonic() - fell)
        assert gaps[1] >= 0.2
        assert gaps[2] >= 0.4
        status = by_name(supervisor)["one"]
        assert status.restarts == 3
        assert status.last_exit == "killed by SIGKILL"

    play(run_dir, book, story)
    pauses = [s.partition("starting it again ")[2] for s in book.of("ringwall") if "again" in s]
    assert pauses == ["at once", "in 0.2 s", "in 0.4 s"]


def test_a_crash_loop_disturbs_nobody(run_dir: Path, book: Any, spec: Any) -> None:
    async def story(supervisor: Supervisor) -> None:
        crashing = spec("crashing", "raise SystemExit(3)", ready=FileExists(Path("/nonexistent")))
        crashing = replace(crashing, ready_within=0.5)
        absent = replace(spec("absent", ""), argv=("/nonexistent/program",), essential=False)
        good = spec("good", SLEEP, after=("crashing",))
        missing = await supervisor.start([crashing, absent, good])
        assert [each.name for each in missing] == ["crashing"]
        status = by_name(supervisor)
        assert status["good"].state is ProcessState.READY
        assert status["crashing"].last_exit == "exited with 3"
        assert status["crashing"].restarts >= 2
        assert "No such file" in str(status["absent"].last_exit)
        pid = status["good"].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: by_name(supervisor)["good"].pid not in {None, pid}, within=1)

    play(run_dir, book, story)


def test_what_never_gets_ready_is_started_again(run_dir: Path, book: Any, spec: Any) -> None:
    async def story(supervisor: Supervisor) -> None:
        never = spec("never", SLEEP, ready=FileExists(Path("/nonexistent")), ready_within=0.2)
        assert [each.name for each in await supervisor.start([never])] == ["never"]
        await until(lambda: by_name(supervisor)["never"].restarts)
        assert by_name(supervisor)["never"].last_exit == "was not ready within 0.2 s"

    play(run_dir, book, story)


def test_stop_ends_what_ignores_it_and_all_its_descendants(
    run_dir: Path, book: Any, spec: Any, alive: Callable[[int], bool]
) -> None:
    stubborn = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "def tell(): print(os.getpid(), flush=True); time.sleep(600)\n"
        "if os.fork() == 0: tell()\n"  # a child
        "if os.fork() == 0:\n os.setpgid(0, 0); tell()\n"  # in a group of its own
        "if os.fork() == 0:\n"  # a daemon: orphaned, in a session of its own
        " os.setsid()\n"
        " if os.fork() == 0: tell()\n"
        " os._exit(0)\n"
        "tell()\n"
    )
    pids: list[int] = []

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([spec("stubborn", stubborn, stop_grace=0.3)])
        await until(lambda: len(book.of("stubborn")) == 4)
        pids.extend(int(line) for line in book.of("stubborn"))
        assert all(alive(pid) for pid in pids)

    play(run_dir, book, story)
    assert not any(alive(pid) for pid in pids)


def test_what_a_dead_process_left_is_ended_before_the_next(
    run_dir: Path, book: Any, spec: Any, alive: Callable[[int], bool]
) -> None:
    forking = (
        "import os, time\n"
        "if os.fork() == 0: print(os.getpid(), flush=True); time.sleep(600)\n"
        "time.sleep(600)\n"
    )

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([spec("one", forking)])
        await until(lambda: book.of("one"))
        orphan = int(book.of("one")[0])
        pid = by_name(supervisor)["one"].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: by_name(supervisor)["one"].pid not in {None, pid})
        assert not alive(orphan)

    play(run_dir, book, story)


def test_drain_comes_before_the_signal(run_dir: Path, book: Any, spec: Any) -> None:
    seen: list[bool] = []

    async def story(supervisor: Supervisor) -> None:
        async def drain() -> None:
            pid = by_name(supervisor)["one"].pid
            seen.append(pid is not None and kernel.facts_of(pid) is not None)

        async def broken() -> None:
            raise KeyError("no such listener")

        await supervisor.start([spec("one", SLEEP, drain=drain), spec("two", SLEEP, drain=broken)])

    play(run_dir, book, story)
    assert seen == [True]
    assert any("two could not be drained: KeyError" in each for each in book.of("ringwall"))


def test_apply_touches_only_what_differs(
    run_dir: Path, book: Any, spec: Any, alive: Callable[[int], bool]
) -> None:
    async def story(supervisor: Supervisor) -> None:
        same, changing, leaving = (spec(name, SLEEP) for name in ("same", "changing", "leaving"))
        await supervisor.start([same, changing, leaving])
        before = by_name(supervisor)
        changed = replace(changing, environment={"COLOUR": "green"})
        gentler = replace(same, stop_grace=9.0)
        assert await supervisor.apply([gentler, changed, spec("new", SLEEP)]) == ()
        after = by_name(supervisor)
        assert list(after) == ["same", "changing", "new"]
        assert after["same"].pid == before["same"].pid
        assert after["changing"].pid != before["changing"].pid
        assert before["leaving"].pid is not None
        assert not alive(before["leaving"].pid)

        with pytest.raises(SpecError):
            await supervisor.apply([replace(gentler, after=("nobody",))])
        assert {n: s.pid for n, s in by_name(supervisor).items()} == {
            n: s.pid for n, s in after.items()
        }

    play(run_dir, book, story)


def test_a_child_gets_its_environment_and_nothing_else(run_dir: Path, book: Any, spec: Any) -> None:
    looks = (
        "import os\n"
        "print(sorted(os.environ), os.listdir('/proc/self/fd'), os.readlink('/proc/self/fd/0'),\n"
        "      os.getsid(0) == os.getpid(), os.getcwd(), flush=True)\n" + SLEEP
    )
    # Inheritable descriptors of ours must not reach it.
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([spec("one", looks, environment={"SHOP": "open"})])
        await until(lambda: book.of("one"))

    play(run_dir, book, story)
    os.close(reading)
    os.close(writing)
    # The fourth descriptor is the listing's own; LC_CTYPE is set by Python in an empty locale.
    names = "['LC_CTYPE', 'RINGWALL_PROCESS', 'SHOP']"
    assert book.of("one")[0] == f"{names} ['0', '1', '2', '3'] /dev/null True /"


@pytest.mark.e2e
@pytest.mark.alone
def test_a_flood_of_output_is_bounded_and_holds_nothing_up(
    run_dir: Path, book: Any, spec: Any
) -> None:
    flood = "import os\nwhile True: os.write(1, b'x' * 99 + b'\\n')"
    endless = "import os\nwhile True: os.write(1, b'y' * 65536)"

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([spec("a", flood), spec("b", endless), spec("calm", SLEEP)])
        # Its own processor time: whether others leave it any is not up to it. The later it comes,
        # the more there is to empty, so nothing else has the processors meanwhile.
        longest = 0.0
        for _ in range(25):
            before = time.thread_time()
            await asyncio.sleep(0.05)
            longest = max(longest, time.thread_time() - before)
        assert longest < 0.5
        pid = by_name(supervisor)["calm"].pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: by_name(supervisor)["calm"].pid not in {None, pid}, within=2)
        rows = supervisor.status()
        assert all(row.state is ProcessState.READY for row in rows)

    play(run_dir, book, story)
    assert max(len(line) for line in book.of("b")) < 10_000
    assert any("skipped" in line for line in book.of("b"))
    assert len(book.of("a")) < 200_000


def test_resident_memory_counts_descendants(run_dir: Path, book: Any, spec: Any) -> None:
    heavy = (
        "import os, time\n"
        "if os.fork() == 0:\n block = bytearray(os.urandom(1)) * 50_000_000\n"
        " print('up', flush=True); time.sleep(600)\n"
        "time.sleep(600)"
    )

    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([spec("heavy", heavy), spec("light", SLEEP)])
        await until(lambda: book.of("heavy"))
        status = by_name(supervisor)
        assert status["heavy"].resident_bytes > 50_000_000
        assert 1_000_000 < status["light"].resident_bytes < 40_000_000

    play(run_dir, book, story)


def test_stop_interrupts_a_start_that_waits(run_dir: Path, book: Any, spec: Any) -> None:
    async def story(supervisor: Supervisor) -> None:
        waiting = spec("waiting", SLEEP, ready=FileExists(Path("/nonexistent")), ready_within=600)
        later = spec("b", SLEEP, after=("waiting",))
        starting = asyncio.create_task(supervisor.start([waiting, later]))
        await until(lambda: any(each.pid for each in supervisor.status()))
        async with asyncio.timeout(3):
            await supervisor.stop()
        assert [each.name for each in await starting] == ["waiting", "b"]

    play(run_dir, book, story)


def test_only_one_supervisor_holds_a_run(run_dir: Path, book: Any, spec: Any) -> None:
    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([spec("first", SLEEP)])
        second = Supervisor(run_dir, sink=book)
        with pytest.raises(AlreadyRunningError, match=f"process {os.getpid()}") as caught:
            await second.start([spec("one", SLEEP)])
        assert caught.value.pid == os.getpid()
        await second.stop()
        assert '"first"' in (run_dir / "state.json").read_text()

    play(run_dir, book, story)


def test_nothing_is_left_in_the_state_after_a_clean_stop(
    run_dir: Path, book: Any, spec: Any
) -> None:
    async def story(supervisor: Supervisor) -> None:
        await supervisor.start([spec("one", SLEEP)])
        assert '"one"' in (run_dir / "state.json").read_text()

    play(run_dir, book, story)
    assert '"one"' not in (run_dir / "state.json").read_text()
    play(run_dir, book, story)
    assert not any("adopted" in line for line in book.of("ringwall"))


def test_the_package_stays_small() -> None:
    code = (
        "import sys, ringwall.runtime.processes.signals, ringwall.runtime.processes.control\n"
        "print(sorted({'django', 'pydantic', 'rich', 'yaml'} & set(sys.modules)))"
    )
    answer = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert answer.strip() == "[]"


def test_what_stands_in_files_moves_nothing_on_the_terminal_of_the_log(
    run_dir: Path, book: Any
) -> None:
    """A refusal repeats it, over several lines."""

    async def story(supervisor: Supervisor) -> None:
        supervisor.say(Level.INFO, "by ada\n  edge \x1b[2Jcritical\u202e")

    play(run_dir, book, story)
    assert [one.line.message for one in book.records if "by ada" in one.line.message] == [
        "by ada\n  edge \\x1b[2Jcritical\\u202e"
    ]
