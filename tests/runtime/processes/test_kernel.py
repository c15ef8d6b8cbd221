"""Processes as the kernel shows them, told apart even when pids come back."""

import os
import signal
import subprocess
import time

import pytest

from ringwall.runtime.processes import kernel
from ringwall.runtime.processes.kernel import Identity, ProcessFacts


def row(pid: int, *, parent: int = 1, session: int = 1, start: int = 0) -> ProcessFacts:
    return ProcessFacts(Identity(pid, start or pid), parent, session, 4096, dead=False)


def table(*rows: ProcessFacts) -> dict[int, ProcessFacts]:
    return {each.identity.pid: each for each in rows}


def found(rows: tuple[ProcessFacts, ...]) -> list[int]:
    return [each.identity.pid for each in rows]


def test_a_process_owns_its_session_and_all_descendants() -> None:
    seen = table(
        row(10, session=10),
        row(11, parent=10, session=10),
        row(12, parent=1, session=10),  # orphaned
        row(13, parent=11, session=13),  # left the session
        row(14, parent=13, session=13),
        row(20, session=20),
    )
    none = frozenset[int]()
    mine = kernel.members(seen, leader=Identity(10, 10), marked=lambda _: False, spared=none)
    assert found(mine) == [10, 11, 12, 13, 14]


def test_the_session_outlives_its_leader_but_not_the_reuse_of_its_number() -> None:
    orphan = row(12, session=10)
    leader = Identity(10, 10)
    none = frozenset[int]()
    gone = kernel.members(table(orphan), leader=leader, marked=lambda _: False, spared=none)
    assert found(gone) == [12]
    stranger = row(10, session=10, start=99)
    seen = table(stranger, row(15, parent=10, session=10))
    reused = kernel.members(seen, leader=leader, marked=lambda _: False, spared=none)
    assert reused == ()


def test_the_marked_count_and_the_spared_never() -> None:
    seen = table(row(30), row(31, parent=30), row(32, parent=31), row(33))
    marked = kernel.members(
        seen, leader=None, marked=lambda pid: pid in {30, 33}, spared=frozenset({33, 31})
    )
    assert found(marked) == [30]


def test_we_and_our_parents_are_always_spared() -> None:
    spared = kernel.self_and_ancestors(kernel.process_table())
    assert {os.getpid(), os.getppid()} <= spared


def test_names_with_parentheses_do_not_confuse_the_reader() -> None:
    code = "open('/proc/self/comm', 'w').write(') R 1 1 (1'); print(); input()"
    with subprocess.Popen(
        ["python3", "-I", "-S", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()
        facts = kernel.facts_of(child.pid)
        assert facts is not None
        assert facts.parent == os.getpid()
        assert facts.session == child.pid
        assert not facts.dead
        child.kill()


def test_a_zombie_is_dead_and_a_stranger_is_not_opened() -> None:
    child = subprocess.Popen(["sleep", "600"])
    facts = kernel.facts_of(child.pid)
    assert facts is not None
    identity = facts.identity
    assert kernel.is_alive(identity)
    assert kernel.open_exactly(Identity(identity.pid, identity.start + 1)) is None
    pidfd = kernel.open_exactly(identity)
    assert pidfd is not None
    kernel.send(pidfd, signal.SIGKILL)
    while kernel.is_alive(identity):
        time.sleep(0.01)
    zombie = kernel.facts_of(child.pid)
    assert zombie is not None
    assert zombie.dead
    assert kernel.open_exactly(identity) is None
    assert child.wait() == -signal.SIGKILL
    kernel.send(pidfd, signal.SIGKILL)  # gone: no error
    os.close(pidfd)


def test_how_it_ended_can_be_asked_without_being_the_parent() -> None:
    child = subprocess.Popen(["sh", "-c", "exit 3"])
    pidfd = os.pidfd_open(child.pid)
    child.wait()
    status = kernel.exit_status(pidfd)
    os.close(pidfd)
    release = tuple(int(part) for part in os.uname().release.split(".")[:2])
    if status is None and release < (6, 15):
        pytest.skip("the kernel cannot tell before 6.15")
    assert status == 3


def test_the_boot_has_a_name() -> None:
    assert kernel.boot_identity() == kernel.boot_identity()
    assert "pid:[" in kernel.boot_identity()
