"""A job that is wanted before its time."""

import os
import pickle
from datetime import datetime
from pathlib import Path

import pytest

from ringwall.runtime import jobs, worker
from ringwall.runtime.installation import Installation
from ringwall.runtime.jobs import Job


def test_the_worker_runs_a_job_that_another_process_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation = Installation(tmp_path / "ringwall.yaml", tmp_path, tuple)
    ran: list[str] = []
    queue = worker._queue(installation)
    job = Job("tell-somebody", 60, lambda _: "told", after_change=False)
    monkeypatch.setattr(jobs, "run", lambda found, one: ran.append(found.run(one)))
    worker._register(queue, job, installation)
    queue.flush()
    worker.run_soon(installation, "tell-somebody")
    asked = queue.dequeue()
    assert asked is not None
    queue.execute(asked)
    queue.storage.close()
    assert ran == ["told"]


class _Harm:
    """What runs when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._path),)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[1]",
        b"{}",
        b'{"id":"a","name":1}',
        b'{"id":"a","name":"b","args":["c"]}',
        b'{"id":"a","name":"b","eta":"soon"}',
        b"[" * 100_000,
    ],
)
def test_whoever_can_write_the_queue_runs_no_code_of_theirs(tmp_path: Path, content: bytes) -> None:
    installation = Installation(tmp_path / "ringwall.yaml", tmp_path, tuple)
    queue = worker._queue(installation)
    for one in (content, pickle.dumps(_Harm(tmp_path / "harm"))):
        queue.storage.enqueue(one)
        with pytest.raises(ValueError, match="what stands in the queue is no job"):
            queue.dequeue()
    queue.storage.close()
    assert not (tmp_path / "harm").exists()


def test_a_job_with_arguments_is_none(tmp_path: Path) -> None:
    queue = worker._queue(Installation(tmp_path / "ringwall.yaml", tmp_path, tuple))

    def body(_what: str) -> None:
        """Do nothing."""

    with pytest.raises(ValueError, match="no job without arguments"):
        queue.task(name="with")(body)("an argument")
    queue.storage.close()


def test_when_a_job_is_due_is_kept(tmp_path: Path) -> None:
    queue = worker._queue(Installation(tmp_path / "ringwall.yaml", tmp_path, tuple))
    task = queue.task(name="later")(lambda: None)
    made = task.s()
    made.eta = datetime(2030, 1, 2, 3, 4, 5, 6)  # noqa: DTZ001 - as huey has it
    queue.add_schedule(made)
    [found] = queue.read_schedule(datetime(2031, 1, 1))  # noqa: DTZ001
    queue.storage.close()
    assert (found.eta, found.id) == (made.eta, made.id)
