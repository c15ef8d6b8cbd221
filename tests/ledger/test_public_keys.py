"""Who the log's keys are is there for everybody to read."""

from pathlib import Path

import pytest
from tests.ledger.bundled import CHANGES, KEYS

from ringwall.ledger.notes import NoteError
from ringwall.ledger.public_keys import show_keys, shown_changes, shown_keys


def test_keys_and_changes_are_read_as_they_are_shown(tmp_path: Path) -> None:
    keys = [one.verifier for one in KEYS[1:]]
    assert shown_changes(tmp_path) == []
    show_keys(tmp_path / "tree", keys, CHANGES)
    assert shown_keys(tmp_path / "tree") == tuple(keys)
    assert shown_changes(tmp_path / "tree") == list(CHANGES)
    show_keys(tmp_path / "tree", keys[1:], CHANGES)
    assert shown_keys(tmp_path / "tree") == tuple(keys[1:])
    assert (tmp_path / "tree/keys").stat().st_mode & 0o777 == 0o644


def test_a_damaged_file_of_changes_names_the_statement(tmp_path: Path) -> None:
    show_keys(tmp_path, [KEYS[2].verifier], CHANGES)
    path = tmp_path / "key-changes"
    path.write_text(path.read_text().replace("size 9", "size 8"))
    with pytest.raises(NoteError, match=r"statement 2: .* forged"):
        shown_changes(tmp_path)
    path.write_text("x")
    with pytest.raises(NoteError, match="statement 1: a note has a blank line"):
        shown_changes(tmp_path)
