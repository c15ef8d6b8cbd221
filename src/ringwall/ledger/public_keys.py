"""The public keys of the log, as everybody may read them beside its tree."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ringwall.ledger.keys import VerifierKey
from ringwall.ledger.statements import Statement, read_statements, written_statements
from ringwall.runtime.private_files import write_private

KEYS: Final = "keys"
"""The keys that sign at present, a vkey a line, the oldest first."""
CHANGES: Final = "key-changes"
"""The statements of all changes of keys, the oldest first, each followed by an empty line."""


def show_keys(folder: Path, keys: Sequence[VerifierKey], changes: Sequence[Statement]) -> None:
    """Write both files where they tell something else."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (
        (CHANGES, written_statements(changes)),
        (KEYS, "".join(f"{key}\n" for key in keys)),
    ):
        path = folder / name
        if not path.exists() or path.read_bytes() != text.encode():
            write_private(path, text.encode(), mode=0o644)


def shown_keys(folder: Path) -> tuple[VerifierKey, ...]:
    """The keys that sign at present. Who verifies takes them from elsewhere.

    ``ValueError`` where the file is damaged, ``FileNotFoundError`` where there is none yet.
    """
    path = folder / KEYS
    try:
        return tuple(VerifierKey.parse(line) for line in path.read_text("utf-8").splitlines())
    except ValueError as error:
        msg = f"{path} is damaged: {error}"
        raise ValueError(msg) from error


def shown_changes(folder: Path) -> list[Statement]:
    """The changes of keys so far; ``NoteError`` where the file is damaged."""
    try:
        return read_statements((folder / CHANGES).read_text("utf-8"))
    except FileNotFoundError:
        return []
