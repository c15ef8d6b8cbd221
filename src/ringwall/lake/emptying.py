"""What has become of spools once it is in the log: nothing of them is kept for long.

The segments that are read go after a day, or at once where a person is erased. Who closes,
compresses or deletes segments of a folder holds its lock.
"""

import fcntl
import os
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from ringwall.lake.collecting import Collector
from ringwall.lake.spools import EDGE_SPOOLS, Spool
from ringwall.runtime.private_files import locked, remove_leftovers
from ringwall.runtime.spool.following import end_of, left_of, read_segments
from ringwall.runtime.spool.keeping import LOCK
from ringwall.runtime.spool.segments import Segment, closed_name, closed_segments

KEPT_READ: Final = timedelta(days=1)
"""So long segments stay that are read, for whoever has to look into them."""
_WRITER: Final = ".lock"
"""Held by those who write, where a file is opened anew for each line."""
_BUFFERED_S: Final = 1.5
"""After so long Envoy has written what it had in memory."""
_CLOSED_WITHIN_S: Final = 20.0
_IDLE_S: Final = 20.0


class StillWrittenError(OSError):
    """A file is still being written that ought to be closed; the text says what to do."""


def delete_read(spool: Spool, collector: Collector, *, now: datetime) -> list[str]:
    """Delete the segments of a spool that were read and are over for a day; their names."""
    if not spool.current.parent.exists():
        return []
    with locked(spool.current.with_name(LOCK)):
        segments = read_segments(spool.current, collector.marks.get(spool.name))
        old = [one for one in segments if one.over(now) < now - KEPT_READ]
        return list(_delete(old))


def empty(
    collector: Collector, *, reopen: Callable[[], None], turn: Callable[[], object]
) -> list[str]:
    """Have no file of the spools that was begun before; the names of those that were.

    All that was in them is in the log then. What comes meanwhile goes into new files. ``turn`` has
    the collector read on, ``reopen`` asks the edge to make new files, ``ConnectionError`` where it
    does not run. :class:`StillWrittenError` where somebody goes on writing into the old ones: then
    nothing was deleted.
    """
    until = time.monotonic() + _BUFFERED_S
    while time.monotonic() < until:  # what was asked before this must be in the files that go
        turn()
        time.sleep(0.1)
    there = [one for one in collector.spools if one.current.parent.exists()]
    closed = {one.name: _closed(one, reopen) for one in there}
    for spool in there:
        _read_all(closed[spool.name], spool, collector, turn)
    collector.finish(
        {
            spool.name: end_of(one, collector.marks[spool.name])
            for spool in there
            for one in closed[spool.name]
            if _is_in(one, spool, collector)
        }
    )
    gone: list[str] = []
    for spool in there:
        with locked(spool.current.with_name(LOCK)):
            remove_leftovers(spool.current.parent)
            gone += _delete(closed[spool.name])
    return gone


def _read_all(
    closed: Sequence[Segment], spool: Spool, collector: Collector, turn: Callable[[], object]
) -> None:
    until = time.monotonic() + _IDLE_S
    while any(left_of(one, spool.current, collector.marks.get(spool.name)) for one in closed):
        if turn():
            until = time.monotonic() + _IDLE_S
        elif time.monotonic() > until:
            msg = f"{closed[-1].path} cannot be read on: `ringwall log status` says why"
            raise StillWrittenError(msg)
        else:
            time.sleep(0.05)


def _is_in(segment: Segment, spool: Spool, collector: Collector) -> bool:
    """Whether a spool's mark is in this segment, which is read."""
    mark = collector.marks.get(spool.name)
    if mark is None:
        return False
    before = read_segments(spool.current, mark)
    return segment not in before and not left_of(segment, spool.current, mark)


def _closed(spool: Spool, reopen: Callable[[], None]) -> Sequence[Segment]:
    """All segments of a spool, once what was being written is one of them."""
    current = spool.current
    with locked(current.with_name(LOCK)):
        with locked(current.with_name(_WRITER)), suppress(FileNotFoundError):
            if current.stat().st_size:
                current.rename(closed_name(current, datetime.now(UTC)))
        until = time.monotonic() + _CLOSED_WITHIN_S
        segments = closed_segments(current)
        while segments and _is_written(segments[-1], current):
            if time.monotonic() > until:
                msg = (
                    f"{segments[-1].path} is still being written, so that it cannot go: "
                    "`ringwall status` says whether all processes are well; then try again"
                )
                raise StillWrittenError(msg)
            if spool.name in EDGE_SPOOLS:  # others see for themselves that theirs is gone
                with suppress(ConnectionError):
                    reopen()
            time.sleep(0.1)
        return closed_segments(current)


def _is_written(segment: Segment, current: Path) -> bool:
    """Whether any process has the file open to write into it.

    Linux gives no lease to read a file while anybody may write to it (fcntl(2), ``F_SETLEASE``).
    Where the file system has no leases, it is written until there is a new ``current``.
    """
    try:
        descriptor = os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return not current.exists()
    finally:
        os.close(descriptor)
    return False


def _delete(segments: Sequence[Segment]) -> Iterator[str]:
    """Oldest first, so that the segment of the mark is the last that goes."""
    for one in segments:
        plain = one.path.with_name(one.name)
        for path in (plain, plain.with_name(f"{plain.name}.gz")):  # compressing may be half done
            path.unlink(missing_ok=True)
        yield one.name


def ask_to_reopen(admin: Path) -> None:
    """Have the Envoy with this admin socket make new files; ``ConnectionError`` if it cannot."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
            asked.settimeout(5.0)
            asked.connect(str(admin))
            asked.sendall(
                b"POST /reopen_logs HTTP/1.1\r\nhost: admin\r\ncontent-length: 0\r\n"
                b"connection: close\r\n\r\n"
            )
            answer = asked.recv(1024)
    except OSError as error:
        msg = f"the edge does not answer at {admin}: {error}"
        raise ConnectionError(msg) from error
    if b" 200 " not in answer.split(b"\r\n", 1)[0]:
        msg = f"the edge does not make new files: {answer[:80]!r}"
        raise ConnectionError(msg)
