"""Where a run keeps its lock, socket, state and logs, and that nobody else can write there."""

import contextlib
import os
import stat
from hashlib import sha256
from pathlib import Path
from typing import Final

LONGEST_RUN_DIR: Final = 80
"""Bytes. ``sun_path`` holds 108 (unix(7)); the rest is for the names of sockets inside."""

SHORT_BASE: Final = Path("/tmp")  # noqa: S108 - every folder made below it is checked
"""Not ``TMPDIR``, which differs between the shells that must find the same run."""


class UnsafeFolderError(OSError):
    """A folder that must be private belongs to somebody else, or is no folder."""


def run_dir_for(state_dir: Path) -> Path:
    """Where the run of the installation in ``state_dir`` lives; nothing is created.

    ``state_dir/run`` if sockets fit below it, else a short folder under ``/tmp`` that is always
    the same for the same ``state_dir``.
    """
    whole = state_dir.resolve()
    run_dir = whole / "run"
    if len(os.fsencode(run_dir)) <= LONGEST_RUN_DIR:
        return run_dir
    return SHORT_BASE / f"ringwall-{os.getuid()}" / sha256(os.fsencode(whole)).hexdigest()[:12]


def make_private(folder: Path) -> None:
    """Make ``folder`` (mode 0700) if it is missing, and insist that it is ours alone.

    A folder of ours that others may enter is closed. Below ``/tmp`` the parent is held to the
    same, since others may write beside it.

    Raises:
        UnsafeFolderError: it is a symbolic link, no folder, or another user's.

    """
    if folder.parent.parent == SHORT_BASE:
        _make_one_private(folder.parent)
    else:
        folder.parent.mkdir(parents=True, exist_ok=True)
    _make_one_private(folder)


def _make_one_private(folder: Path) -> None:
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (NotADirectoryError, PermissionError) as error:
        # O_NOFOLLOW with O_DIRECTORY reports a symbolic link as ENOTDIR (open(2)).
        raise UnsafeFolderError(
            f"{folder} must be a folder of your own, not a link or a file: move it away"
        ) from error
    try:
        facts = os.fstat(handle)
        if facts.st_uid != os.getuid():
            raise UnsafeFolderError(
                f"{folder} belongs to user {facts.st_uid}, not to you ({os.getuid()}): "
                "remove it, or run as that user"
            )
        if stat.S_IMODE(facts.st_mode) != 0o700:
            os.fchmod(handle, 0o700)
    finally:
        os.close(handle)
