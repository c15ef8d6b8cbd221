"""The worker process: huey runs every module's periodic jobs."""

import logging
import os
import sys
from datetime import datetime
from typing import Final

import django
from huey import SqliteHuey, crontab
from huey.api import TaskWrapper

from ringwall.runtime import jobs
from ringwall.runtime.installation import Installation

_log = logging.getLogger(__name__)

_CHANGED: Final = "configuration_changed"
_LOOKS_EVERY: Final = 1.0
"""Seconds until an idle worker sees that something is to be done."""


def serve(installation: Installation) -> None:
    """Run jobs until told to stop by SIGTERM; unfinished ones are let finish."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringwall.runtime.settings")
    django.setup()
    _migrate()
    queue = _queue(installation)
    tasks = {found: _register(queue, found, installation) for found in jobs.discover()}

    def changed() -> None:
        for found, task in tasks.items():
            if found.after_change:
                task()

    queue.task(name=_CHANGED)(changed)
    _log.info("worker is ready")
    queue.create_consumer(
        workers=4, periodic=True, worker_type="thread", max_delay=_LOOKS_EVERY
    ).run()
    sys.exit(0)


def configuration_changed(installation: Installation) -> None:
    """Have the worker run what is to run after a change; called by whoever made the change.

    ``sqlite3.Error`` when the queue cannot be written: the jobs run at their next time then.
    """
    queue = _queue(installation)

    def changed() -> None:
        """Stand for the worker's own function of this name."""

    try:
        queue.task(name=_CHANGED)(changed)()
    finally:
        queue.storage.close()


def _queue(installation: Installation) -> SqliteHuey:
    return SqliteHuey(
        "ringwall", filename=str(installation.state / "jobs.sqlite3"), utc=True, results=False
    )


def _register(queue: SqliteHuey, found: jobs.Job, installation: Installation) -> TaskWrapper:
    # The last run may still be waiting for somebody else's server.
    alone = jobs.OneAtATime(lambda: jobs.run(found, installation))

    def body() -> None:
        alone()

    body.__name__ = f"job_{found.name.replace('-', '_')}"
    every = crontab(minute="*" if found.minutes == 1 else f"*/{found.minutes}")

    def due(at: datetime) -> bool:
        return bool(every(at))

    task = queue.periodic_task(due)(body)
    task.schedule(delay=0)
    return task


def _migrate() -> None:
    from django.core.management import call_command  # noqa: PLC0415 - needs django.setup()

    call_command("migrate", interactive=False, verbosity=0)
