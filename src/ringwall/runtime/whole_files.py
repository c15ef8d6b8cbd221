"""Files that somebody names to have something written to."""

from pathlib import Path
from typing import Final

from ringwall.runtime.private_files import write_private

_NEW: Final = 0o666
"""As any program makes them: the umask takes from it."""


def write_whole(path: Path, content: bytes) -> None:
    """Have this at ``path``, whole or not at all: what was there stays until then.

    What is no file, such as a pipe, is written to. ``OSError`` where it cannot be.
    """
    at = path.resolve()
    if at.exists() and not at.is_file():
        at.write_bytes(content)
        return
    mode = at.stat().st_mode & 0o777 if at.exists() else _NEW
    try:
        write_private(at, content, mode=mode)
    except PermissionError:
        if not at.exists():
            raise
        at.write_bytes(content)  # in a folder where nothing new may be made
