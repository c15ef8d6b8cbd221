"""A job that is wanted before its time."""

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
