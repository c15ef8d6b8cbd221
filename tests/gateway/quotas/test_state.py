"""What the process tells of Redis, kept in a file that may be damaged."""

from datetime import datetime
from pathlib import Path

import pytest

from ringwall.gateway.quotas.state import keep_state, read_state, state_file


def test_what_was_told_last_is_read(tmp_path: Path) -> None:
    path = state_file(tmp_path / "quotas.sock")
    assert read_state(path) is None
    keep_state(path, "here:6379", "it does not answer")
    keep_state(path, "here:6379", "")
    found = read_state(path)
    assert found is not None
    assert (found.redis, found.trouble) == ("here:6379", "")
    assert datetime.fromisoformat(found.since).utcoffset() is not None
    assert [one.name for one in tmp_path.iterdir()] == ["quotas.json"]


@pytest.mark.parametrize(
    "damaged", ["", "[]", "{}", '{"redis": "r", "trouble": "", "since": "then"}', "\0"]
)
def test_what_cannot_be_read_is_as_nothing_told(tmp_path: Path, damaged: str) -> None:
    path = tmp_path / "quotas.json"
    path.write_text(damaged)
    assert read_state(path) is None
