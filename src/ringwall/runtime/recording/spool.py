"""The spool of activity: one JSON object a line, appended by any process, several at once.

A line is ``{"event":{...},"personal":{...}}`` with sorted keys, the event without what is personal
in it. Lines are whole: who writes holds a lock, and takes back what another left unfinished as it
was killed, which was acknowledged to nobody.
"""

import os
import resource
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson

from ringwall.core.events import Recorded
from ringwall.runtime.private_files import locked, private_folder
from ringwall.runtime.recording.sharing import shared

SPOOL: Final = "spool/activity"
FILE: Final = "activity.jsonl"
LOCK: Final = ".lock"
"""Held by whoever writes a line, or closes the file."""
LONGEST: Final = 60_000
"""Bytes of an event: the log's entry around it has 65,535 at most."""
_ROOM: Final = 1024 * 1024
"""Bytes that have to be free on the disk before something is begun that will be recorded."""


class RecordingError(OSError):
    """It cannot be recorded, so it is not done."""


def spool_of(state: Path) -> Path:
    """The file that is being written."""
    return state / SPOOL / FILE


def line_of(recorded: Recorded) -> bytes:
    """An event as a line. One that is too long loses what is in ``unmapped`` and ``data``."""
    for told in (recorded.event, _shortened(recorded.event)):
        made = orjson.dumps(
            {"event": told, "personal": recorded.personal}, option=orjson.OPT_SORT_KEYS
        )
        if len(made) <= LONGEST or len(orjson.dumps(told)) <= LONGEST:
            return made + b"\n"
    msg = f"an event of {len(made)} bytes is too long to be recorded"
    raise RecordingError(msg)


def append(state: Path, lines: Sequence[bytes]) -> None:
    """Put lines at the end, on the disk for good. All of them or, with an error, none.

    Threads that do so at a time share one write and one sync.
    :class:`RecordingError` says why they cannot be written.
    """
    if lines:
        path = spool_of(state)
        shared(path).commit(b"".join(lines), lambda content: _write(path, content))


def _write(path: Path, content: bytes) -> None:
    try:
        private_folder(path.parent)
        with locked(path.with_name(LOCK)):
            _append(path, content)
    except OSError as error:
        raise _cannot(path, error) from error


def require_room(state: Path) -> None:
    """:class:`RecordingError` if a line could not be written now: nothing is begun then."""
    path = spool_of(state)
    try:
        private_folder(path.parent)
        found = os.statvfs(path.parent)
        size = path.stat().st_size if path.exists() else 0
    except OSError as error:
        raise _cannot(path, error) from error
    most, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    if found.f_bavail * found.f_frsize < _ROOM:
        raise RecordingError(f"what is done cannot be recorded: {path.parent} is full; make room")
    if most not in (resource.RLIM_INFINITY, -1) and size + LONGEST > most:
        raise RecordingError(f"what is done cannot be recorded: {path} may not grow (ulimit -f)")
    if path.exists() and not os.access(path, os.W_OK):
        raise RecordingError(f"what is done cannot be recorded: {path} cannot be written")


def _append(path: Path, content: bytes) -> None:
    is_new = not path.exists()
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        size = _whole(descriptor)
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        except BaseException:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)
    if is_new:
        sync_folder(path.parent)


def _whole(descriptor: int) -> int:
    """The file's size, once what a killed writer left of a line is gone."""
    size = os.fstat(descriptor).st_size
    if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
        return size
    position = size
    while position > 0:
        begin = max(0, position - 65536)
        end = os.pread(descriptor, position - begin, begin).rfind(b"\n")
        if end >= 0:
            begin += end + 1
            os.ftruncate(descriptor, begin)
            return begin
        position = begin
    os.ftruncate(descriptor, 0)
    return 0


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk for good."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot(path: Path, error: OSError) -> RecordingError:
    reason = error.strerror or str(error)
    return RecordingError(f"what is done cannot be recorded in {path}: {reason.lower()}")


def _shortened(event: object) -> object:
    if not isinstance(event, dict):
        return event
    made = dict(event)
    for name in ("entity", "entity_result"):
        if isinstance(made.get(name), dict):
            made[name] = {n: v for n, v in made[name].items() if n != "data"}
    made["unmapped"] = {"ringwall": {"shortened": True}}
    return made
