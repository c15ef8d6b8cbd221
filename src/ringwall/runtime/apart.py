"""Questions that a process of its own answers, so that the memory they take goes with it.

For who runs for months and would need a library of tens of megabytes once in a while. A process
costs some tenths of a second of the processor, so who would ask every minute looks first whether
there is anything new.
"""

import contextlib
import importlib
import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final

_PROGRAM: Final = (sys.executable, "-m", "ringwall.runtime.apart")

_log = logging.getLogger(__name__)


class NoAnswerError(RuntimeError):
    """It raised something, which the text tells, took too long, or ended before it answered."""


def ask_apart(
    function: str,
    question: object,
    *,
    within: float,
    environment: Mapping[str, str] | None = None,
) -> Any:
    """What ``function``, written ``package.module:name``, answers to the question; both are JSON.

    ``environment`` is added to that of this process; ``within`` is in seconds. What the function
    prints or logs goes to our standard error. :class:`NoAnswerError`.
    """
    try:
        ended = subprocess.run(
            [*_PROGRAM, function],
            input=json.dumps(question).encode(),
            stdout=subprocess.PIPE,
            env={**os.environ, **(environment or {})},
            timeout=within,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NoAnswerError(f"{function} took more than {within:g} seconds") from error
    with contextlib.suppress(ValueError):
        told = json.loads(ended.stdout)
        if "failed" in told:
            raise NoAnswerError(told["failed"])
        return told["answer"]
    raise NoAnswerError(f"{function} ended with {ended.returncode} before it answered")


def main() -> None:
    """Be that process: answer what stands in the standard input, and end."""
    # Who asked waits for the answer when it is told to end, for as long as it may.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as told:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        told.write(json.dumps(_answer(sys.argv[1])).encode())


def _answer(function: str) -> dict[str, Any]:
    module, _, name = function.partition(":")
    try:
        answer = getattr(importlib.import_module(module), name)
        return {"answer": answer(json.load(sys.stdin))}
    except Exception as error:  # noqa: BLE001 - who asked is told
        _log.debug("%s raised", function, exc_info=True)
        return {"failed": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
