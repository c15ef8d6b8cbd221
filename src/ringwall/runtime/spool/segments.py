"""The segments of a spool: which there are, since when, and their lines in the order written."""

import errno
import gzip
import os
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import BinaryIO, Final, cast

COMPRESSED: Final = ".gz"
LONGEST_LINE: Final = 256 * 1024
"""Bytes; what is longer is none of the edge's lines, and is cut into pieces that say nothing."""
DAMAGED: Final = (EOFError, gzip.BadGzipFile, zlib.error)
"""What reading a compressed file raises that ends too early, or is none."""
_STAMP: Final = re.compile(r"\d{8}(T\d{6,12})?")


@dataclass(frozen=True, slots=True)
class Segment:
    """One closed file. ``closed`` is when, in UTC: every line in it was begun before."""

    path: Path
    closed: datetime

    def over(self, now: datetime) -> datetime:
        """Since when nothing new is in it: what its file tells where the clock was set back."""
        if self.closed <= now:
            return self.closed
        return min(now, datetime.fromtimestamp(self.path.stat().st_mtime, UTC))

    @property
    def is_compressed(self) -> bool:
        """Whether it is read through gzip."""
        return self.path.suffix == COMPRESSED

    @property
    def name(self) -> str:
        """The file's name as it was before it was compressed."""
        return self.path.name.removesuffix(COMPRESSED)

    def open(self) -> BinaryIO:
        """Its bytes; ``FileNotFoundError`` where it was compressed, or deleted, meanwhile."""
        file = open_plain(self.path)
        if not self.is_compressed:
            return file
        packed = gzip.GzipFile(fileobj=file, mode="rb")
        packed.myfileobj = cast("FileIO", file)  # closed with it
        return cast("BinaryIO", packed)

    def open_anyway(self) -> BinaryIO | None:
        """Its bytes, also where it was compressed since it was listed; ``None``: it was deleted."""
        for path in (self.path, self.path.with_name(self.name + COMPRESSED)):
            try:
                return Segment(path, self.closed).open()
            except FileNotFoundError:
                continue
        return None


def open_plain(path: Path) -> BinaryIO:
    """The file at ``path``, to be read; ``FileNotFoundError`` where it is none.

    Who writes a spool may have fewer rights than who reads it: a link would show what lies
    elsewhere, and a pipe would have it wait for ever.
    """
    try:
        file = open(path, "rb", opener=_without_links)  # noqa: SIM115 - returned
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EISDIR, errno.ENXIO}:
            raise FileNotFoundError(errno.ENOENT, "it is no plain file", str(path)) from error
        raise
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise FileNotFoundError(errno.ENOENT, "it is no plain file", str(path))


def _without_links(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)


def closed_name(current: Path, now: datetime) -> Path:
    """What ``current`` is to be called once it is closed: behind all others, whatever the clock."""
    others = closed_segments(current)
    if others:
        now = max(now, others[-1].closed + timedelta(microseconds=1))
    return current.with_name(f"{current.stem}-{now:%Y%m%dT%H%M%S%f}{current.suffix}")


def closed_segments(current: Path) -> list[Segment]:
    """The closed segments of the spool that is written at ``current``, oldest first.

    Where compressing was interrupted both forms are there: the whole one, which is plain, counts.
    """
    found: dict[str, Segment] = {}
    for path in sorted(current.parent.glob(f"{current.stem}-*")):
        name = path.name.removesuffix(COMPRESSED)
        stamp = name.removeprefix(f"{current.stem}-").removesuffix(current.suffix)
        if not name.endswith(current.suffix) or not _STAMP.fullmatch(stamp):
            continue
        if name not in found or path.suffix != COMPRESSED:
            found[name] = Segment(path, _moment(stamp))
    return [found[name] for name in sorted(found)]


def _moment(stamp: str) -> datetime:
    day, _, time = stamp.partition("T")
    return datetime.strptime(f"{day}{time.ljust(12, '0')}", "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Opened:
    """One file of a spool that is read now. ``is_written`` says that more may come.

    Its bytes are those of the plain file, whether it was compressed or not.
    """

    name: str
    file: BinaryIO
    is_written: bool


def opened(current: Path, *, since: datetime | None = None) -> Iterator[Opened]:
    """Every file with lines that may be of ``since`` or later, in the order they were written.

    What is being written is opened before the closed ones are listed: whatever is closed meanwhile
    is read once, and what is deleted meanwhile is left out. Asking for the next closes the last.
    """
    with ExitStack() as held:
        try:
            last = held.enter_context(open_plain(current))
        except FileNotFoundError:
            last = None  # between a rename and the writer's new file, or nothing was written yet
        known = None if last is None else os.fstat(last.fileno())
        for segment in closed_segments(current):
            if since is not None and segment.closed < since:
                continue
            file = segment.open_anyway()
            if file is None:
                continue
            with file:
                found = os.fstat(file.fileno())
                if known is not None and (found.st_dev, found.st_ino) == (
                    known.st_dev,
                    known.st_ino,
                ):
                    continue  # closed since: it is read below
                yield Opened(segment.name, file, is_written=False)
        if last is not None and known is not None:
            yield Opened(current.name, last, is_written=True)


def lines(one: Opened) -> Iterator[bytes]:
    """The lines of a file without their ends.

    A last line that has no end yet is left out where more may come. ``DamagedError`` where the rest
    cannot be uncompressed.
    """
    try:
        while line := one.file.readline(LONGEST_LINE):
            if not line.endswith(b"\n") and len(line) < LONGEST_LINE and one.is_written:
                return
            yield line.rstrip(b"\r\n")
    except DAMAGED as error:
        raise DamagedError(f"{one.name} is damaged, its rest cannot be read: {error}") from error


class DamagedError(ValueError):
    """A compressed segment that ends too early, or is none."""
