"""Have a statement of SQL answered by a process of its own, for whoever answers others too."""

import logging
import os
import subprocess
import sys
from typing import Final

import orjson

import ringwall
from ringwall.lake.places import Places
from ringwall.lake.search.connecting import TookTooLongError
from ringwall.lake.search.sql import Answer
from ringwall.lake.search.statements import StatementError
from ringwall.lake.service import FOR_WEB, Bounds

MOST_BYTES: Final = 8 * 1024 * 1024
"""Octets of an answer as JSON."""
_STARTS_S: Final = 5.0
_KEPT: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "HOME")
"""Of the environment: secrets that stand there are none of its."""
# A confined process may read the package, and not the folder that it lies in, where Python looks.
_BEGIN: Final = """
import importlib.util, sys
at = sys.argv[1]
spec = importlib.util.spec_from_file_location(
    "ringwall", at + "/__init__.py", submodule_search_locations=[at]
)
sys.modules["ringwall"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["ringwall"])
from ringwall.lake.sql_process import main
main()
"""
_PROCESS: Final = (sys.executable, "-c", _BEGIN, ringwall.__path__[0])

_log = logging.getLogger(__name__)


def ask(places: Places, statement: str, *, limit: int, bounds: Bounds = FOR_WEB) -> Answer:
    """What the statement gets.

    :class:`StatementError` says why it is refused, or that it needs more than there is for it;
    :class:`TookTooLongError` that its time is over.
    """
    asked = {
        "state": str(places.state.absolute()),
        "run": str(places.run.absolute()),
        "statement": statement,
        "limit": limit,
        "seconds": bounds.seconds,
        "memory_mb": bounds.memory_mb,
    }
    try:
        ended = subprocess.run(
            _PROCESS,
            input=orjson.dumps(asked),
            capture_output=True,
            timeout=bounds.seconds + _STARTS_S,
            env={name: value for name in _KEPT if (value := os.environ.get(name))},
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        said = f"it took more than {bounds.seconds:g} seconds: ask for less time, or more exactly"
        raise TookTooLongError(said) from error
    if ended.returncode != 0:
        told = ended.stderr.decode(errors="replace")[-2000:]
        _log.error("the process of a statement ended with %d: %s", ended.returncode, told)
        raise StatementError("it ended before there was an answer: ask for less")
    if len(ended.stdout) > MOST_BYTES:
        raise StatementError(
            f"the answer has more than {MOST_BYTES // 1024**2} MiB: ask for less of it"
        )
    found = orjson.loads(ended.stdout)
    if "refused" in found:
        raise StatementError(found["refused"])
    if "too_long" in found:
        raise TookTooLongError(found["too_long"])
    rows = tuple(tuple(row) for row in found["rows"])
    return Answer(tuple(found["columns"]), rows, bool(found["is_cut"]))
