"""What is to be put at an anchor, kept until it was: a folder with a file for each checkpoint."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ringwall.ledger.anchors.anchor import Sealed
from ringwall.ledger.notes import Note, NoteError
from ringwall.runtime.private_files import private_folder, remove_leftovers, write_private

_ENDING: Final = ".note"
_DAMAGED: Final = ".damaged"
MOST: Final = 1000
"""Checkpoints that wait. Then every second of the older half goes: each vouches for all before."""

_log = logging.getLogger(__name__)


class Queue:
    """The checkpoints that wait for one anchor. One process at a time."""

    def __init__(self, folder: Path, *, most: int = MOST) -> None:
        self._folder, self._most = private_folder(folder), most
        remove_leftovers(folder)

    def __len__(self) -> int:
        return len(self._paths())

    def add(self, sealed: Sealed) -> None:
        """Keep it, durably. A second one of the same size and root takes the place of the first."""
        write_private(self._folder / (sealed.name + _ENDING), sealed.note.to_bytes())
        self._thin()

    def waiting(self) -> Iterator[Sealed]:
        """What waits, smallest first. What cannot be read is put aside, and told."""
        for path in self._paths():
            try:
                sealed = Sealed(Note.parse(path.read_bytes()))
                sealed.checkpoint  # noqa: B018 - that it is one
            except FileNotFoundError:
                continue
            except NoteError as error:
                _log.error("%s is damaged, it is not put anywhere: %s", path, error)
                path.rename(path.with_suffix(_DAMAGED))
                continue
            yield sealed

    def remove(self, sealed: Sealed) -> None:
        """It is where it should be."""
        (self._folder / (sealed.name + _ENDING)).unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_ENDING}"))

    def _thin(self) -> None:
        paths = self._paths()
        if len(paths) <= self._most:
            return
        gone = paths[: len(paths) // 2 : 2]
        for path in gone:
            path.unlink(missing_ok=True)
        _log.warning(
            "%d checkpoints wait in %s: %d of the older were dropped, later ones vouch for them",
            len(paths),
            self._folder,
            len(gone),
        )
