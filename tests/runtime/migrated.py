"""SQLite with every table and no row, made once for all processes of a run, and then copied.

To apply every migration takes a core five seconds, and dozens of files want tables of their own.
Who tests a first start lets the installation make them.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ringwall.runtime.private_files import private_folder
from ringwall.runtime.table_files import FOLDER, RECORDS

base_of_run: Path | None = None
"""Where pytest lets this process write, once that is known (by ``tests/conftest.py``)."""


def put_tables_unless_there(state: Path) -> None:
    """Put the tables into the state folder of an installation that is about to start.

    Outside pytest nothing is put there: the installation makes its tables itself.
    """
    if base_of_run is not None and not (state / FOLDER / RECORDS).exists():
        put_tables(state, base_of_run)


def put_tables(state: Path, base: Path) -> None:
    """Put the tables into a state folder; ``base`` is where pytest lets this process write."""
    file = private_folder(state / FOLDER) / RECORDS
    file.touch(mode=0o600)
    shutil.copyfile(_migrated(base), file)


def _migrated(base: Path) -> Path:
    made = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "migrated"
    made.mkdir(exist_ok=True)
    with (made / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "done").exists():
            environment = {**os.environ, "RINGWALL_STATE": str(made)}
            environment["DJANGO_SETTINGS_MODULE"] = "ringwall.runtime.settings"
            environment.pop("RINGWALL_DATABASE_URL", None)
            command = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
            subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=True)
            # What still lay beside the file would not be copied.
            assert [one.name for one in (made / FOLDER).iterdir()] == [RECORDS]
            (made / "done").touch()
    return made / FOLDER / RECORDS
