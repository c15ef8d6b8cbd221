"""The real worker with jobs made for tests: ``worker_child.py FOLDER``.

Each job tells what it does in ``FOLDER/told``, one line at a time.
"""

import logging
import os
import sys
import threading
import time
from pathlib import Path

from ringwall.runtime import jobs, worker
from ringwall.runtime.installation import Installation

FOLDER = Path(sys.argv[1])


def tell(line: str) -> None:
    """Append one line, whole."""
    with (FOLDER / "told").open("a") as file:
        file.write(f"{line}\n")


def hang(_: Installation) -> str:
    """Never end."""
    tell("hangs")
    threading.Event().wait()
    return "never"


def slow(_: Installation) -> str:
    """Take a moment."""
    tell("slow begins")
    time.sleep(1.5)
    tell("slow ends")
    return "took a moment"


def quick(_: Installation) -> str:
    """Be done at once."""
    tell("quick")
    return "was quick"


def fail(_: Installation) -> str:
    """Raise."""
    tell("fails")
    raise RuntimeError("could not")


def _be_late() -> None:
    """Begin with jobs a good while before the process has started wholly, as on a busy machine."""
    start = threading.Thread.start

    def late(self: threading.Thread) -> None:
        start(self)
        if self.name == "Worker-1":
            time.sleep(4)

    threading.Thread.start = late  # type: ignore[method-assign]


def main() -> None:
    """Run the jobs named in the environment."""
    if "TEST_LATE" in os.environ:
        _be_late()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s: %(message)s", stream=sys.stderr)
    known = {"hang": hang, "slow": slow, "quick": quick, "fail": fail}
    names = os.environ["TEST_JOBS"].split(",")
    chosen = [
        jobs.Job(f"{name}-{number}", 1, known[name], name == "quick")
        for number, name in enumerate(names)
    ]
    jobs.discover = lambda: iter(chosen)
    worker.serve(Installation(FOLDER / "ringwall.yaml", Path(os.environ["RINGWALL_STATE"]), tuple))


if __name__ == "__main__":
    main()
