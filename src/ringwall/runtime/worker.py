"""The worker process: huey runs every module's periodic jobs."""

import logging
import os
import sqlite3
import sys
import threading
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Final, NoReturn

import django

from ringwall.runtime import jobs
from ringwall.runtime.announcing import announce
from ringwall.runtime.discovery import modules
from ringwall.runtime.huey_alone import SqliteHuey, TaskWrapper, crontab
from ringwall.runtime.installation import Installation
from ringwall.runtime.job_messages import JsonMessages
from ringwall.runtime.private_files import private_folder
from ringwall.runtime.processes.paths import make_private
from ringwall.runtime.table_files import QUEUE, table_file

_log = logging.getLogger(__name__)

_CHANGED: Final = "configuration_changed"
_TRY_TABLES_EVERY: Final = 5.0
_LOOKS_EVERY: Final = 1.0
"""Seconds until an idle worker sees that something is to be done."""


def serve(installation: Installation) -> NoReturn:
    """Run jobs until told to stop by SIGTERM; unfinished ones are let finish."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ringwall.runtime.settings")
    django.setup()
    if not _migrated():
        threading.Thread(target=_migrate_in_time, name="tables", daemon=True).start()
    _put_damaged_aside(_file(installation))
    queue = _queue(installation)
    tasks = {found: _register(queue, found, installation) for found in jobs.discover()}

    def changed() -> None:
        for found, task in tasks.items():
            if found.after_change:
                task()

    queue.task(name=_CHANGED)(changed)
    # One more than there are jobs: each may hang without keeping another from its turn.
    consumer = queue.create_consumer(
        workers=len(tasks) + 1,
        periodic=True,
        worker_type="thread",
        max_delay=_LOOKS_EVERY,
        graceful_signal="TERM",
    )
    # It would listen only once the first jobs have begun, which a signal then would cut off.
    consumer._set_signal_handlers()  # noqa: SLF001 - there is no other way to do it before
    following = _follow(installation)
    make_private(installation.run)
    announce(installation.worker)
    _log.info("worker is ready")
    consumer.run()
    following.set()
    _end()


def _end() -> NoReturn:
    """End now: a follower that writes while the interpreter takes itself down makes it abort."""
    logging.shutdown()
    with suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)


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


def _follow(installation: Installation) -> threading.Event:
    """Start what every module's ``followers`` bring; the event ends them."""
    stop = threading.Event()
    for module in modules("followers"):
        for follow in module.FOLLOWERS:
            thread = threading.Thread(
                target=follow, args=(installation, stop), name=follow.__name__, daemon=True
            )
            thread.start()
    return stop


def run_soon(installation: Installation, name: str) -> None:
    """Have the worker run a job once more as soon as it can, besides its own times.

    ``sqlite3.Error`` when the queue cannot be written: the job runs at its next time then.
    """
    queue = _queue(installation)

    def body() -> None:
        """Stand for the worker's own function of this name."""

    try:
        queue.task(name=_task_name(name))(body)()
    finally:
        queue.storage.close()


def _task_name(name: str) -> str:
    return f"job_{name.replace('-', '_')}"


def _queue(installation: Installation) -> SqliteHuey:
    private_folder(_file(installation).parent)
    return SqliteHuey(
        "ringwall",
        filename=str(_file(installation)),
        utc=True,
        results=False,
        serializer=JsonMessages(),
    )


def _file(installation: Installation) -> Path:
    return table_file(installation.state, QUEUE)


def _put_damaged_aside(file: Path) -> None:
    """Begin with an empty queue if this one cannot be read: every job comes again by itself."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError:
        return  # busy or not ours to open: huey says so
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found == "ok":
        return
    _log.error("%s cannot be read (%s): it is put aside as .damaged", file, found)
    file.replace(file.with_name(f"{file.name}.damaged"))
    for more in ("-wal", "-shm"):
        file.with_name(f"{file.name}{more}").unlink(missing_ok=True)


def _register(queue: SqliteHuey, found: jobs.Job, installation: Installation) -> TaskWrapper:
    # The last run may still be waiting for somebody else's server.
    alone = jobs.OneAtATime(lambda: jobs.run(found, installation))

    def body() -> None:
        alone()

    body.__name__ = _task_name(found.name)
    every = crontab(minute="*" if found.minutes == 1 else f"*/{found.minutes}")

    def due(at: datetime) -> bool:
        return bool(every(at))

    task = queue.periodic_task(due)(body)
    task.schedule(delay=0)
    return task


def _migrated() -> bool:
    """Bring the tables up to date; a database that is gone must not keep jobs from running."""
    from django.core.management import call_command  # noqa: PLC0415 - needs django.setup()
    from django.db import Error  # noqa: PLC0415

    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Error as error:
        _log.error("the database cannot be used, what jobs do is not recorded: %s", error)
        return False
    return True


def _migrate_in_time() -> None:
    waiting = threading.Event()
    while not waiting.wait(_TRY_TABLES_EVERY):
        if _migrated():
            _log.info("the database can be used")
            return
