"""The worker process: huey runs every module's periodic jobs."""

import logging
import os
import sys
import threading
from datetime import datetime

import django
from huey import SqliteHuey, crontab

from ringwall.runtime import jobs
from ringwall.runtime.installation import Installation

_log = logging.getLogger(__name__)


def serve(installation: Installation) -> None:
    """Run jobs until told to stop by SIGTERM; unfinished ones are let finish."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringwall.runtime.settings")
    django.setup()
    _migrate()
    queue = SqliteHuey(
        "ringwall", filename=str(installation.state / "jobs.sqlite3"), utc=True, results=False
    )
    for found in jobs.discover():
        _register(queue, found, installation)
    _log.info("worker is ready")
    queue.create_consumer(workers=4, periodic=True, worker_type="thread").run()
    sys.exit(0)


def _register(queue: SqliteHuey, found: jobs.Job, installation: Installation) -> None:
    busy = threading.Lock()

    def body() -> None:
        # The last run may still be waiting for somebody else's server.
        if busy.acquire(blocking=False):
            try:
                jobs.run(found, installation)
            finally:
                busy.release()

    body.__name__ = f"job_{found.name.replace('-', '_')}"
    every = crontab(minute="*" if found.minutes == 1 else f"*/{found.minutes}")

    def due(at: datetime) -> bool:
        return bool(every(at))

    task = queue.periodic_task(due)(body)
    task.schedule(delay=0)


def _migrate() -> None:
    from django.core.management import call_command  # noqa: PLC0415 - needs django.setup()

    call_command("migrate", interactive=False, verbosity=0)
