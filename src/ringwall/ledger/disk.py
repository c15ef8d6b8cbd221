"""How files of the log are written, and when they are durable. Tests put their own in its place."""

import os
from pathlib import Path

from ringwall.runtime.private_files import write_private

_MODE = 0o644  # hashes and signatures are for everybody; who reaches the folder is not said here


class Disk:
    """Writes that are durable once :meth:`sync` returned, and not before."""

    def __init__(self) -> None:
        self._files: set[Path] = set()
        self._folders: set[Path] = set()
        self._is_lost = False

    def write(self, path: Path, content: bytes) -> None:
        """Put ``content`` at ``path``, with the folders it needs. Not durable, not atomic."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            descriptor = os.open(path, flags, _MODE)
        except FileNotFoundError:
            self._make(path.parent)
            descriptor = os.open(path, flags, _MODE)
        self._files.add(path)
        self._folders.add(path.parent)
        try:
            written = os.write(descriptor, content)
            while written < len(content):
                written += os.write(descriptor, content[written:])
        finally:
            os.close(descriptor)

    def replace(self, path: Path, content: bytes) -> None:
        """Put ``content`` in place of what is at ``path``: atomic, and durable on return."""
        if not path.parent.exists():
            self._make(path.parent)
            self.sync()
        write_private(path, content, mode=_MODE)

    def remove(self, path: Path) -> None:
        """Take a file away, where there is one. Durable at some time."""
        path.unlink(missing_ok=True)
        self._files.discard(path)

    def sync(self) -> None:
        """Return once all that was written is durable: first what is in files, then their names.

        ``OSError`` where it is not, and from then on ``RuntimeError``: after a sync that failed the
        kernel may have let go of what was written and call the next one good. Only to write all of
        it anew helps, and that is what a process does that starts.
        """
        if self._is_lost:
            msg = "an earlier sync failed: what was written may be lost, so it is written anew"
            raise RuntimeError(msg)
        try:
            for path in sorted(self._files):
                _fsync(path, os.O_RDONLY)
            for path in sorted(self._folders, reverse=True):
                _fsync(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            self._is_lost = True
            raise
        self._files.clear()
        self._folders.clear()

    def _make(self, folder: Path) -> None:
        if not folder.parent.exists():
            self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        self._folders.add(folder.parent)


def _fsync(path: Path, flags: int) -> None:
    try:
        descriptor = os.open(path, flags | os.O_CLOEXEC)
    except FileNotFoundError:
        return  # taken away since
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
