"""The file that lines are appended to, and on the disk before anybody is told so.

One thread writes. All that wait for it share its next write and its next fsync (group commit), so
that many small requests cost the disk no more than a few large ones.
"""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Final

MOST_WAITING: Final = 32 * 1024 * 1024
"""Octets that may wait to be written."""

_Waiting = tuple[bytes, "asyncio.Future[None]"]


class Spool:
    """Appends to ``path``. Another process renames the file to close it: then there is a new one.

    Lines are whole or not there: what a crash or a full disk left of one is cut off, which nobody
    was told was kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._thread = ThreadPoolExecutor(1, "spool")
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None
        self.bytes_waiting = 0
        """Octets that are neither written nor refused yet."""

    async def append(self, lines: bytes) -> None:
        """Return once ``lines`` are on the disk, and all that was appended before.

        ``OSError`` where they are not for certain: then they may be sent again.
        """
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((lines, future))
        self.bytes_waiting += len(lines)
        if self._task is None:
            self._task = asyncio.create_task(self._commit())
        await future

    async def follow(self) -> None:
        """Make a new file now where the one that is written was renamed."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._open)

    async def close(self) -> None:
        """Wait for what is appended, and close the file."""
        while self._task is not None:
            await asyncio.wait([self._task])
        self._thread.shutdown()
        self._close()

    async def _commit(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            content = b"".join(lines for lines, _ in waiting)
            error: OSError | None = None
            try:
                await loop.run_in_executor(self._thread, self._write, content)
            except OSError as found:
                error = found
            self.bytes_waiting -= len(content)
            for _, future in waiting:
                if future.done():
                    continue  # whoever waited has gone
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(error)
        self._task = None

    def _write(self, content: bytes) -> None:
        descriptor = self._open()
        rest = memoryview(content)
        try:
            while rest:
                rest = rest[self._put(descriptor, rest) :]
            os.fdatasync(descriptor)
        except OSError:
            # Nobody knows what of it is on the disk (a failed fsync is not told twice).
            with suppress(OSError):
                _cut_off(descriptor)
            self._close()
            raise

    def _put(self, descriptor: int, content: memoryview) -> int:
        return os.write(descriptor, content)

    def _open(self) -> int:
        """The file that :attr:`path` names, made where there is none."""
        if self._descriptor is not None:
            mine = os.fstat(self._descriptor)
            with suppress(FileNotFoundError):
                found = self._path.lstat()
                if (found.st_dev, found.st_ino) == (mine.st_dev, mine.st_ino):
                    return self._descriptor
            self._close()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._path, flags, 0o600)
        try:
            _cut_off(descriptor)
            _sync(self._path.parent)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return descriptor

    def _close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _cut_off(descriptor: int) -> None:
    """Cut off a last line that has no end. Readers wait for its end, and have not read it."""
    size = end = os.fstat(descriptor).st_size
    while end > 0:
        begin = max(0, end - 64 * 1024)
        piece = os.pread(descriptor, end - begin, begin)
        found = piece.rfind(b"\n")
        if found >= 0:
            end = begin + found + 1
            break
        end = begin
    if end < size:
        os.ftruncate(descriptor, end)
        os.fsync(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
