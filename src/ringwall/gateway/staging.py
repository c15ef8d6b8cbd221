"""Where files lie that a change of configuration has laid out, and the lock of their renaming."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ringwall.runtime.private_files import locked, private_folder

STAGED: Final = ".staged"
WIDE: Final = ".wide"
KEPT: Final = ".kept"


def wherever(folder: Path, name: str) -> tuple[Path, ...]:
    """Where a file lies, and where a change under way has others that may take its place."""
    return (folder / name, *(folder / one / name for one in (STAGED, WIDE, KEPT)))


@contextmanager
def moment(state: Path, *, wait: bool = True) -> Iterator[None]:
    """A lock for as long as files are renamed, never held while anything is waited for.

    ``BlockingIOError`` where another holds it and ``wait`` is false.
    """
    private_folder(state)
    with locked(state / ".revoked.lock", wait=wait):
        yield
