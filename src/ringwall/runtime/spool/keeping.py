"""Close, compress and delete segments of a spool that another process writes.

Nothing is lost and nothing is there twice, whenever this is killed: a file is renamed while the
writer has it open, and the writer goes on in it until it has made a new one; compressed is only
what it has left for long, into a file of another name, which takes the place of the plain one when
it is whole.
"""

import errno
import gzip
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from ringwall.runtime.private_files import remove_leftovers, write_private
from ringwall.runtime.spool.segments import (
    COMPRESSED,
    Segment,
    closed_name,
    closed_segments,
    open_plain,
)

_log = logging.getLogger(__name__)

LOCK: Final = ".keeping"
"""In a spool's folder: held by whoever renames, compresses or deletes segments where others do."""
_LEFT: Final = timedelta(minutes=10)
"""So long after it was closed nobody writes to a segment, and whoever follows has read it."""
_TEMPORARY: Final = ".new-"
_MUCH: Final = timedelta(days=2)
_AGES_AT_ONCE: Final = timedelta(hours=1)
"""What is kept grows older by no more from one run to the next: a clock that is set years ahead for
a minute takes nothing away. After a long stop it catches up, a day in 24 runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How much is kept: closed segments of so many ``days`` and bytes (``size``), oldest go first.

    A segment is closed once it has ``segment`` bytes, or at the end of its day (UTC). With less
    than ``least_free`` bytes on the disk the oldest go too, since the writer must have room; but
    none where that would not be enough, and never the last ``least_kept`` bytes: whoever fills the
    disk does not empty the spool.
    """

    days: int
    size: int
    segment: int = 64 * 1024**2
    least_free: int = 256 * 1024**2

    @property
    def least_kept(self) -> int:
        """Bytes of closed segments that stay however full the disk is: a tenth of ``size``."""
        return self.size // 10


def keep(
    current: Path,
    *,
    now: datetime,
    keeping: Keeping,
    began: Callable[[Path], datetime | None],
    reopen: Callable[[], None],
    is_read: Callable[[Segment], bool] | None = None,
) -> Iterator[str]:
    """Do what is due to the spool written at ``current``, and tell each thing that was done.

    ``began`` says when the first line of a file is of; ``reopen`` has the writer make a new file,
    ``ConnectionError`` where there is none. ``is_read`` says of a spool that somebody reads on
    whether they have read a segment: if one goes that they have not, that is told as an error.
    """
    remove_leftovers(current.parent)
    if _is_full(current, now, keeping, began):
        closed = closed_name(current, now)
        current.rename(closed)
        yield f"closed {closed.name}"
    segments = closed_segments(current)
    if segments and not current.exists():
        try:
            reopen()
        except ConnectionError:
            yield "the writer does not answer: it makes its own when it starts"
    aged = _aged(current, now)
    if now - aged > _MUCH:
        ahead = (now - aged).days
        yield f"the clock is {ahead} days ahead of the last time: nothing goes by age at once"
    yield from _delete(segments, aged, keeping, is_read or (lambda _: True))
    if current.exists():
        yield from _compress(closed_segments(current), now)


def _is_full(
    current: Path, now: datetime, keeping: Keeping, began: Callable[[Path], datetime | None]
) -> bool:
    try:
        size = current.stat().st_size
    except FileNotFoundError:
        return False
    if size >= keeping.segment:
        return True
    first = began(current) if size else None
    return first is not None and first.date() < now.date()


def _aged(current: Path, now: datetime) -> datetime:
    """The time by which ages count: the clock's, or an hour after that of an earlier run."""
    mark = current.with_name(f".{current.stem}-aged")
    try:
        before = datetime.fromisoformat(mark.read_text("ascii"))
        found = min(now, before + _AGES_AT_ONCE)
        is_noted = abs(found - before) < _AGES_AT_ONCE / 2
    except (OSError, ValueError, TypeError):
        found, is_noted = now, False  # the first run, or nobody knows of another
    if not is_noted:
        with suppress(OSError):  # a full disk: it is tried again
            write_private(mark, found.isoformat().encode())
    return found


def _delete(
    segments: list[Segment], aged: datetime, keeping: Keeping, is_read: Callable[[Segment], bool]
) -> Iterator[str]:
    """Delete what is too old and too much; an error leaves the rest for the next time."""
    sizes = {one.path: size for one in segments if (size := _size(one)) is not None}
    left = [one for one in segments if one.path in sizes]
    oldest = aged - timedelta(days=keeping.days)
    over = {one.path: one.over(aged) for one in left}
    total = sum(sizes.values())
    while left and (over[left[0].path] < oldest or total > keeping.size):
        one = left.pop(0)
        why = "there is more than is kept" if total > keeping.size else "it was kept long enough"
        total -= sizes[one.path]
        yield _gone(one, is_read, why)
    missing = keeping.least_free - shutil.disk_usage(segments[0].path.parent).free if left else 0
    if missing <= 0:
        return
    spare = _spare([sizes[one.path] for one in left], missing, keeping.least_kept)
    if not spare:
        said = f"the disk is nearly full, and no segment of {left[-1].path.parent} can mend that"
        _log.error("%s: make room, or nothing is recorded soon", said)
        yield said
    for one in left[:spare]:
        unread = "" if is_read(one) else "which nobody had read, "
        one.path.unlink(missing_ok=True)
        said = f"deleted {one.path.name}, {unread}since the disk is nearly full"
        _log.error("%s: make room", said)
        yield said


def _size(one: Segment) -> int | None:
    """Its bytes; ``None`` where whoever has read it deleted it meanwhile."""
    try:
        return one.path.stat().st_size
    except FileNotFoundError:
        return None


def _gone(one: Segment, is_read: Callable[[Segment], bool], why: str) -> str:
    unread = not is_read(one)
    one.path.unlink(missing_ok=True)
    if not unread:
        return f"deleted {one.path.name}"
    said = f"deleted {one.path.name}, which nobody had read, since {why}"
    _log.error("%s: its lines are lost", said)
    return said


def _spare(sizes: Sequence[int], missing: int, least_kept: int) -> int:
    """How many of the oldest segments, which have these ``sizes``, go to make ``missing`` bytes.

    0 where that many bytes could only be had of the last ``least_kept``.
    """
    gone, total = 0, sum(sizes)
    for number, size in enumerate(sizes, 1):
        gone += size
        if total - gone < least_kept:
            return 0
        if gone >= missing:
            return number
    return 0


def _compress(segments: list[Segment], now: datetime) -> Iterator[str]:
    for one in segments:
        if one.is_compressed or not one.path.exists() or now - one.over(now) < _LEFT:
            continue
        target = one.path.with_name(one.path.name + COMPRESSED)
        try:
            if not target.exists():  # else it was killed before the plain one was deleted
                _compressed(one.path, target)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            yield f"{one.path.name} stays as it is: there is no room to compress it"
            return
        one.path.unlink(missing_ok=True)
        yield f"compressed {one.path.name}"


def _compressed(source: Path, target: Path) -> None:
    temporary = target.with_name(f"{_TEMPORARY}{target.name}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, 0o600)
    try:
        with (
            os.fdopen(descriptor, "wb") as file,
            open_plain(source) as plain,
        ):
            with gzip.GzipFile(target.name, "wb", compresslevel=6, fileobj=file, mtime=0) as packed:
                shutil.copyfileobj(plain, packed, 1024 * 1024)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
