"""A process of its own for stories in which one dies, or several write at once.

``commit`` changes a row and is killed before what tells of it reaches the spool; ``append`` writes
many lines; ``torn`` is killed in the middle of a line; ``early`` moves what waits before there are
tables.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from ringwall.core.events import Life, lifecycle
from ringwall.runtime.recording import record_at_once
from ringwall.runtime.recording import spool as spool_module


def main(what: str, state: Path, *more: str) -> None:
    """Do it."""
    does: dict[str, Any] = {
        "commit": commit,
        "append": append,
        "torn": torn,
        "grow": grow,
        "early": early,
    }
    does[what](state, *more)


def commit(state: Path, email: str) -> None:
    """Disable somebody; die as the change is committed and not written to the spool yet."""
    import django

    django.setup()
    from ringwall.identity.models import User
    from ringwall.runtime.recording import outbox

    def killed(state: Path) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    outbox._committed = killed
    user = User.objects.get(email=email)
    user.is_active = False
    user.save(update_fields=["is_active"])


def early(state: Path) -> None:
    """Begin as the web process does while the worker still makes the tables."""
    import django

    django.setup()
    from ringwall.runtime.recording import outbox

    outbox.move_in_background(state)
    outbox.end_moving()


def append(state: Path, name: str, count: str) -> None:
    """Append lines of quite different lengths."""
    for number in range(int(count)):
        made = lifecycle(
            Life.OTHER, name=name, message=f"{name} {number}", padding="x" * (number * 37 % 1900)
        )
        record_at_once(made, state=state)
    sys.stdout.write("done\n")


def torn(state: Path) -> None:
    """Die with half a line written."""
    write = os.write

    def half(descriptor: int, content: memoryview) -> int:
        write(descriptor, content[: len(content) // 2])
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    spool_module.os.write = half  # type: ignore[attr-defined]
    record_at_once(lifecycle(Life.OTHER, name="torn", message="torn"), state=state)


def grow(state: Path, most: str) -> None:
    """Append until the file may not grow any more, and say how many lines were acknowledged."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
    count = 0
    try:
        for count in range(1000):
            made = lifecycle(Life.OTHER, name="grow", message=f"line {count}", padding="x" * 900)
            record_at_once(made, state=state)
    except spool_module.RecordingError as error:
        sys.stdout.write(f"{count}\n{error}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
