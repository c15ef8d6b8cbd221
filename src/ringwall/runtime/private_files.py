"""Files that hold secrets: never wider than their owner, never half written, one writer at a time.

The promises hold across ``kill -9`` and loss of power: a name either leads to the whole new content
or to what was there before (write, fsync, rename, fsync of the folder).
"""

import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_TEMPORARY: Final = ".new-"


def private_folder(path: Path) -> Path:
    """Make ``path`` and its missing parents with mode 0700, and narrow it when it was wider.

    ``PermissionError`` when it belongs to another user, since keys put there would not be ours
    alone; or when others could write to it and did, since we would take theirs for our own.
    """
    if not path.parent.exists():
        private_folder(path.parent)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
        _sync(path.parent)
    found = path.stat()
    if found.st_uid != os.geteuid():
        msg = f"{path} belongs to user {found.st_uid}, so keys in it are not safe: chown or move it"
        raise PermissionError(msg)
    if found.st_mode & 0o022:
        _refuse_strangers(path)
    if stat.S_IMODE(found.st_mode) & 0o077:
        path.chmod(0o700)
    return path


def _refuse_strangers(folder: Path) -> None:
    for entry in folder.iterdir():
        owner = entry.lstat().st_uid
        if owner not in {0, os.geteuid()}:
            msg = f"{entry} belongs to user {owner}: every user could write there; move it away"
            raise PermissionError(msg)


def write_private(path: Path, *content: bytes, mode: int = 0o600) -> None:
    """Put ``content`` at ``path`` atomically and durably; never open to more than ``mode``.

    ``OSError`` names it, also where the disk is full, of which the system names no file.
    """
    temporary = path.parent / f"{_TEMPORARY}{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(temporary, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:
            error.filename = str(path)
        raise
    _sync(path.parent)


def remove_leftovers(folder: Path) -> None:
    """Delete what killed writers left in ``folder``. Only for the holder of its lock."""
    for path in folder.glob(f"{_TEMPORARY}*"):
        path.unlink(missing_ok=True)


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold ``path`` as a lock against other processes and threads; the kernel frees it on death.

    ``BlockingIOError`` when it is held by another and ``wait`` is false.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
