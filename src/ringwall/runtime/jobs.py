"""Periodic jobs: functions in a module's ``jobs.py``, marked with ``job``, run by the worker.

A job takes the installation and returns a sentence about what it did. Its last run is kept in
:class:`~ringwall.runtime.models.JobRun`; a job that raises is tried again at its next time.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ringwall.core.events import Outcome
from ringwall.core.events import job as event_of
from ringwall.runtime.discovery import modules
from ringwall.runtime.installation import Installation
from ringwall.runtime.recording import RecordingError, acting_as, record_at_once
from ringwall.runtime.recording.acting import by_job, host

JobFunction = Callable[[Installation], str]

_MARK: Final = "__ringwall_job__"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """One job: ``name``, every how many minutes, what to call, whether also after a change."""

    name: str
    minutes: int
    run: JobFunction
    after_change: bool


def job(
    *, name: str, minutes: int, after_change: bool = False
) -> Callable[[JobFunction], JobFunction]:
    """Mark a function as a job that runs every ``minutes`` (1 to 60) and at the worker's start.

    With ``after_change`` also as soon as another configuration is in force.
    """
    if not 1 <= minutes <= 60:
        msg = f"job {name}: minutes is 1 to 60, not {minutes}"
        raise ValueError(msg)

    def mark(function: JobFunction) -> JobFunction:
        setattr(function, _MARK, Job(name, minutes, function, after_change))
        return function

    return mark


def discover() -> Iterator[Job]:
    """Every module's jobs, by module and then as they stand in the file."""
    for module in modules("jobs"):
        for value in vars(module).values():
            found = getattr(value, _MARK, None)
            if isinstance(found, Job):
                yield found


class OneAtATime:
    """Calls ``function`` in one thread at a time; called meanwhile, it is called once more after.

    Nothing that was asked for is forgotten, and nothing piles up behind a call that takes long.
    """

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self._busy, self._asked = threading.Lock(), threading.Event()

    def __call__(self) -> None:
        """Call it, or leave that to the thread that is calling it now."""
        self._asked.set()
        while self._asked.is_set() and self._busy.acquire(blocking=False):
            try:
                self._asked.clear()
                self._function()
            finally:
                self._busy.release()


def run(job_: Job, installation: Installation) -> None:
    """Run a job once and keep what became of it; a database that is gone does not stop the job.

    Between runs the thread of a job has no connection: there are as many threads as jobs, and a
    server of PostgreSQL has not many connections to give.
    """
    from django.db import connections  # noqa: PLC0415 - jobs are also listed without Django

    try:
        _run(job_, installation)
    finally:
        connections.close_all()


def _run(job_: Job, installation: Installation) -> None:
    # Jobs are also listed without Django.
    from django.db import Error, close_old_connections  # noqa: PLC0415

    from ringwall.runtime import job_runs  # noqa: PLC0415

    def keep(record: Callable[[], None]) -> None:
        # A connection that broke since the last run is made anew, one that breaks now is not kept.
        close_old_connections()
        try:
            record()
        except Error as error:
            _log.error("the run of job %s is not recorded: %s", job_.name, error)
        close_old_connections()

    began, cut_off = datetime.now(UTC), list[datetime]()
    keep(lambda: cut_off.extend(job_runs.began(job_.name)))
    _tell_begun(installation, job_.name, cut_off[0] if cut_off else None)
    try:
        with acting_as(by_job(job_.name)):
            outcome = job_.run(installation)
    except Exception as error:
        _log.exception("job %s failed", job_.name)
        text = f"{type(error).__name__}: {error}"
        keep(lambda: job_runs.failed(job_.name, text))
        _tell(installation, job_.name, Outcome.FAILURE, type(error).__name__, began)
        raise
    _log.debug("job %s: %s", job_.name, outcome)
    keep(lambda: job_runs.succeeded(job_.name, outcome))
    _tell(installation, job_.name, Outcome.SUCCESS, outcome, began)


_TOLD_EVERY_S: Final = 3600.0
_outcomes: dict[str, tuple[Outcome, str]] = {}
"""What each job last came to in this process: that it came to the same again is not recorded, but
once an hour, so that a job that runs no more is missed."""
_told_at: dict[str, float] = {}
_untold: dict[str, int] = {}


def _is_due(name: str) -> bool:
    """Whether a run is recorded whatever it comes to, its begin too."""
    return time.monotonic() - _told_at.get(name, -_TOLD_EVERY_S) >= _TOLD_EVERY_S


def _tell_begun(installation: Installation, name: str, cut_off: datetime | None) -> None:
    """Record that a run begins; and of the one before, if so, that it never came to its end."""
    if cut_off is not None:
        said = f"what began at {cut_off:%Y-%m-%d %H:%M:%S} UTC had not ended as the next began"
        _record(installation, name, "did not end", outcome=Outcome.FAILURE, detail=said)
    if _is_due(name):
        _record(installation, name, "begins", outcome=Outcome.SUCCESS, is_running=True)


def _tell(
    installation: Installation, name: str, outcome: Outcome, text: str, began: datetime
) -> None:
    """Record what a job came to, if that is news or was not told for an hour."""
    if _outcomes.get(name) == (outcome, text) and not _is_due(name):
        _untold[name] = _untold.get(name, 0) + 1
        return
    said = "failed" if outcome is Outcome.FAILURE else "ran"
    times = {"start_time": _ms(began), "end_time": _ms(datetime.now(UTC))}
    more = {"runs_untold": _untold[name]} if _untold.get(name) else {}
    if _record(installation, name, said, outcome=outcome, detail=text, times=times, **more):
        _outcomes[name], _told_at[name] = (outcome, text), time.monotonic()
        _untold.pop(name, None)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _record(installation: Installation, name: str, said: str, **more: Any) -> bool:
    made = event_of(host(), name=name, message=f"job {name} {said}", **more)
    try:
        record_at_once(made, state=installation.state)
    except RecordingError as error:
        _log.error("the run of job %s is not recorded: %s", name, error)
        return False
    return True


@job(name="activity", minutes=1)
def move_activity(installation: Installation) -> str:
    """Put what was committed into the spool of activity, and close segments that are full."""
    # Jobs are also listed without Django.
    from ringwall.runtime.recording import keeping, outbox  # noqa: PLC0415

    moved = outbox.move(installation.state)
    closed = keeping.keep_activity(installation.state)
    return ", ".join([*([f"{moved} moved"] if moved else []), *closed]) or "nothing was due"
