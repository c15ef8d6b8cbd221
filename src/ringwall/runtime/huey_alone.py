"""huey, which runs the jobs, without what its other storages would load: ours is SQLite.

Where PostgreSQL's driver is installed huey imports it: nine megabytes that only some workers need.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["SqliteHuey", "TaskWrapper", "crontab"]

_OF_OTHERS: Final = ("psycopg", "redis", "cysqlite")


@contextmanager
def _without(names: tuple[str, ...]) -> Iterator[None]:
    """Have modules that nobody has imported yet look as if they were not installed."""
    left_out = [name for name in names if name not in sys.modules]
    absent = dict.fromkeys(left_out)
    sys.modules.update(absent)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]


with _without(_OF_OTHERS):
    from huey import SqliteHuey, crontab
    from huey.api import TaskWrapper
