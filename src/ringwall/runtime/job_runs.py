"""What became of jobs, kept in the database."""

from datetime import datetime

from django.db.models import F
from django.utils import timezone

from ringwall.runtime.models import JobRun


def began(name: str) -> list[datetime]:
    """Note that a job has begun; when the run before did, if that has not ended."""
    cut_off = JobRun.objects.filter(name=name, ended=None).values_list("started", flat=True)
    found = [one for one in cut_off if one is not None]
    JobRun.objects.update_or_create(
        name=name, defaults={"started": timezone.now(), "ended": None, "outcome": "", "error": ""}
    )
    return found


def succeeded(name: str, outcome: str) -> None:
    """Note that a job ended well, and with what."""
    JobRun.objects.filter(name=name).update(
        ended=timezone.now(), outcome=outcome, error="", failures=0
    )


def failed(name: str, error: str) -> None:
    """Note that a job failed; failures in a row are counted."""
    JobRun.objects.filter(name=name).update(
        ended=timezone.now(), error=error, failures=F("failures") + 1
    )


def all_runs() -> tuple[JobRun, ...]:
    """The last run of every job, by name."""
    return tuple(JobRun.objects.order_by("name"))
