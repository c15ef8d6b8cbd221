"""Answers one SQL statement in a process of its own, see :mod:`ringwall.lake.asking_sql`.

DuckDB leaves single values out of its own bound on memory, so the process is confined as a whole.
It reads one question as JSON, answers it in JSON, and ends; it can write no file.
"""

import os
import resource
import sys
from pathlib import Path
from typing import Any, Final

import orjson

from ringwall.lake.bucket import Bucket, BucketError, reached_by
from ringwall.lake.locked import ask_sql
from ringwall.lake.places import Places
from ringwall.lake.reaching import again
from ringwall.lake.search.connecting import TookTooLongError
from ringwall.lake.search.sql import confine
from ringwall.lake.search.statements import StatementError

_BESIDE_MB: Final = 1536
"""Addresses that Python, DuckDB and the stacks of its threads take beside what DuckDB counts."""


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What is asked, or why it is ``refused``, took ``too_long`` or is ``away``."""
    places = Places(Path(asked["state"]), Path(asked["run"]))
    if asked["bucket"]:
        bucket = Bucket.read(asked["bucket"])
        reached_by(places.log, lambda: bucket)
    memory_mb = int(asked["memory_mb"])
    confine(memory_mb=memory_mb + _BESIDE_MB)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        found = again(
            lambda: ask_sql(
                places,
                str(asked["statement"]),
                limit=int(asked["limit"]),
                seconds=float(asked["seconds"]),
                memory_mb=memory_mb,
            )
        )
    except StatementError as error:
        return {"refused": str(error)}
    except BucketError as error:
        return {"away": str(error)}
    except TookTooLongError as error:
        return {"too_long": str(error)}
    return {"columns": found.columns, "rows": found.rows, "is_cut": found.is_cut}


def main() -> None:
    """Answer what stands in the standard input; whatever a library prints is no part of it."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as told:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        told.write(orjson.dumps(answer(orjson.loads(sys.stdin.buffer.read()))))
