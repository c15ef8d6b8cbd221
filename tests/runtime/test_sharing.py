"""Threads that write at a time share a write; each is told truly whether its own is there."""

import os
import threading
from pathlib import Path

from ringwall.runtime.recording.sharing import Shared, shared


def run(count: int, shared_by: Shared, write: object) -> list[BaseException | None]:
    found: list[BaseException | None] = [None] * count

    def one(number: int) -> None:
        try:
            shared_by.commit(b"%d\n" % number, write)  # type: ignore[arg-type]
        except OSError as error:
            found[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    return found


class Slow:
    """Writes nothing before it is let; from then on it does at once."""

    def __init__(self, error: Exception | None = None) -> None:
        self.calls: list[bytes] = []
        self.begun, self.go, self.error = threading.Event(), threading.Event(), error

    def __call__(self, content: bytes) -> None:
        self.calls.append(content)
        self.begun.set()
        assert self.go.wait(20)
        if self.error is not None:
            raise self.error


def test_what_comes_while_one_writes_is_written_at_once() -> None:
    one, slow = Shared(), Slow()
    first = threading.Thread(target=one.commit, args=(b"first\n", slow))
    first.start()
    assert slow.begun.wait(20)
    releasing = threading.Timer(0.5, slow.go.set)
    releasing.start()
    assert run(20, one, slow) == [None] * 20
    first.join()
    assert slow.calls[0] == b"first\n"
    written = b"".join(slow.calls[1:]).splitlines()
    assert sorted(map(int, written)) == list(range(20))
    assert len(slow.calls) < 10, "they shared"


def test_an_error_is_told_to_all_whose_it_was_and_to_nobody_else() -> None:
    one, broken = Shared(), Slow(OSError("no space"))
    broken.go.set()
    assert all(isinstance(each, OSError) for each in run(10, one, broken))
    well = Slow()
    well.go.set()
    assert run(10, one, well) == [None] * 10
    assert sorted(map(int, b"".join(well.calls).splitlines())) == list(range(10)), "none twice"


def test_a_child_that_was_forked_waits_for_no_thread_of_its_parent(tmp_path: Path) -> None:
    path, slow = tmp_path / "spool", Slow()
    holding = threading.Thread(target=shared(path).commit, args=(b"x", slow))
    holding.start()
    assert slow.begun.wait(20)
    child = os.fork()
    if child == 0:
        shared(path).commit(b"of the child", lambda told: print(path.write_bytes(told)))
        os._exit(0)
    slow.go.set()
    holding.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert path.read_bytes() == b"of the child"
