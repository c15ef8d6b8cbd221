"""Read on where the last reading ended, across segments that were closed and compressed since.

A segment is known by its first line, which stays the same under every name: an inode may be given
to another file once it is free.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from ringwall.runtime.spool.segments import (
    COMPRESSED,
    DAMAGED,
    LONGEST_LINE,
    Segment,
    closed_segments,
    open_plain,
)

_AT_A_TIME: Final = 1024 * 1024

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a reading ended: ``offset`` bytes of the segment whose first line has this hash.

    ``is_done`` says that nothing of that segment is left to read, or will be: it may be deleted.
    """

    first: str
    offset: int
    is_done: bool = False


def read_on(
    current: Path,
    mark: Mark | None,
    *,
    at_most: int,
    lost: Callable[[Mark], None] | None = None,
) -> tuple[list[bytes], Mark | None]:
    """Whole lines that are new since ``mark``, about ``at_most`` bytes of them, and the next mark.

    Without a mark, or where its segment was deleted, from the oldest that is kept: what was read
    before may come again, nothing is passed over but the rest of a compressed segment that is
    damaged. A line without an end waits for it, until a later file has a line: who wrote it was
    killed then, and it comes as it is. ``lost`` is called with a mark whose segment is gone before
    all of it was read; that it is gone the next mark says, so that it is called once.
    """
    if mark is not None and not mark.is_done and _is_lost(current, mark):
        if lost is not None:
            lost(mark)
        mark = Mark(mark.first, mark.offset, is_done=True)
    found: list[bytes] = []
    room = at_most
    broken: list[bytes] = []
    for file, begin in _files(current, mark):
        try:
            first = _identity(file)
            if first is None:  # nothing whole in it yet
                broken += _end_of(file, 0)
                continue
        except DAMAGED as error:
            _tell_damaged(file, error)
            continue
        found += broken
        broken, start = [], begin
        try:
            file.seek(start)
            while room > 0:
                content = file.read(_AT_A_TIME)
                whole = content[: content.rfind(b"\n") + 1]
                if not whole and len(content) >= LONGEST_LINE:
                    whole = content  # a line that has no end is none of the edge's
                if not whole:
                    broken = [content] if content else []
                    break
                found += _lines(whole)
                start += len(whole)
                room -= len(whole)
                file.seek(start)
        except DAMAGED as error:
            _tell_damaged(file, error)
            for line in _up_to_the_damage(file, start):
                found.append(line.rstrip(b"\r\n"))
                start += len(line)
        mark = Mark(first, start)
        if room <= 0:
            break
    return found, mark


def end_of(segment: Segment, mark: Mark) -> list[bytes]:
    """What broke off at the end of a closed segment, whose whole lines are read up to ``mark``."""
    file = segment.open_anyway()
    if file is None:
        return []
    with file:
        try:
            return _end_of(file, mark.offset) if _identity(file) == mark.first else []
        except DAMAGED:
            return []


def _end_of(file: BinaryIO, start: int) -> list[bytes]:
    file.seek(start)
    left = file.read(LONGEST_LINE)
    return [left] if left else []


def _lines(whole: bytes) -> list[bytes]:
    """The same as ``splitlines``, which takes several times as long."""
    if b"\r" in whole or not whole.endswith(b"\n"):
        return whole.splitlines()
    lines = whole.split(b"\n")
    lines.pop()  # after the last end there is nothing
    return lines


def lines_on(current: Path, mark: Mark | None) -> Iterator[tuple[str, int, bytes]]:
    """The whole lines that are new since ``mark``: each with the file's name and where it begins.

    Where the rest of a file cannot be uncompressed there is one empty line.
    """
    for file, begin in _files(current, mark):
        name, at = Path(file.name).name.removesuffix(COMPRESSED), begin
        try:
            file.seek(begin)
            while line := file.readline(LONGEST_LINE):
                if not line.endswith(b"\n") and len(line) < LONGEST_LINE:
                    break
                yield name, at, line.rstrip(b"\r\n")
                at += len(line)
        except DAMAGED as error:
            _tell_damaged(file, error)
            yield name, at, b""


def unread(current: Path, mark: Mark | None) -> int:
    """About how many bytes are new since ``mark``; compressed segments count as they are."""
    return sum(
        max(0, os.fstat(file.fileno()).st_size - begin) for file, begin in _files(current, mark)
    )


def read_segments(current: Path, mark: Mark | None) -> list[Segment]:
    """The closed segments all of which was read by ``mark``, oldest first; none where it is lost.

    That of the mark itself is among them only where the mark says that it is done.
    """
    if mark is None:
        return []
    segments = closed_segments(current)
    for position in range(len(segments) - 1, -1, -1):
        if _identity_of(segments[position]) == mark.first:
            return segments[: position + mark.is_done]
    return segments if is_of(current, mark) else []


def left_of(segment: Segment, current: Path, mark: Mark | None) -> bool:
    """Whether a closed segment, to which nothing is written any more, has lines beyond ``mark``."""
    if segment in read_segments(current, mark):
        return False
    file = segment.open_anyway()
    if file is None:
        return False
    with file:
        try:
            if mark is not None and _identity(file) == mark.first:
                file.seek(mark.offset)
            else:
                file.seek(0)
            while content := file.read(_AT_A_TIME):
                if b"\n" in content:
                    return True
        except DAMAGED:
            return False  # what can be read of it was read
    return False


def _is_lost(current: Path, mark: Mark) -> bool:
    """Whether no file is that of ``mark``, however it is called now."""
    for _ in range(2):  # it may be renamed between the two looks
        if is_of(current, mark):
            return False
        if any(_identity_of(one) == mark.first for one in reversed(closed_segments(current))):
            return False
    return True


def is_of(path: Path, mark: Mark) -> bool:
    """Whether ``mark`` is in the file at ``path``, which may be compressed."""
    try:
        return _identity_of(Segment(path, datetime.min.replace(tzinfo=UTC))) == mark.first
    except FileNotFoundError:
        return False


def _up_to_the_damage(file: BinaryIO, start: int) -> Iterator[bytes]:
    """The last whole lines before what cannot be uncompressed: with them the file has ended."""
    with suppress(*DAMAGED):
        file.seek(start)
        while (line := file.readline(LONGEST_LINE)).endswith(b"\n"):
            yield line


_told: set[str] = set()


def _tell_damaged(file: BinaryIO, error: BaseException) -> None:
    """Say so, once."""
    name = Path(file.name).name
    if name not in _told:
        _told.add(name)
        _log.warning("%s is damaged, its rest is passed over: %s", name, error)


def _files(current: Path, mark: Mark | None) -> Iterator[tuple[BinaryIO, int]]:
    """The files from that of the mark on, oldest first, each with where to begin."""
    with ExitStack() as held:
        try:
            last = held.enter_context(open_plain(current))
        except FileNotFoundError:
            last = None
        name = None if last is None else _identity(last)
        if last is not None and mark is not None and name == mark.first:
            size = last.seek(0, os.SEEK_END)
            yield last, mark.offset if mark.offset <= size else 0
            return
        segments = closed_segments(current)
        begin, offset = _place(segments, mark)
        for position, segment in enumerate(segments[begin:]):
            if name is not None and segment is segments[-1] and _identity_of(segment) == name:
                continue  # it was closed after it had been opened: it is read below
            file = segment.open_anyway()
            if file is None:
                continue
            with file:
                yield file, offset if position == 0 else 0
        if last is not None:
            yield last, 0


def _place(segments: list[Segment], mark: Mark | None) -> tuple[int, int]:
    """Which segment a mark is in, and how far; the first where it is in none."""
    if mark is not None:
        for position in range(len(segments) - 1, -1, -1):
            if _identity_of(segments[position]) == mark.first:
                return (position + 1, 0) if mark.is_done else (position, mark.offset)
    return 0, 0


def _identity_of(segment: Segment) -> str | None:
    file = segment.open_anyway()
    if file is None:
        return None
    with file:
        try:
            return _identity(file)
        except DAMAGED:
            return None


def _identity(file: BinaryIO) -> str | None:
    """The hash of the first line; ``None`` where it has no end yet."""
    file.seek(0)
    line = file.readline(LONGEST_LINE)
    if not line.endswith(b"\n") and len(line) < LONGEST_LINE:
        return None
    return sha256(line).hexdigest()
