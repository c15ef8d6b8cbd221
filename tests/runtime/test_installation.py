"""Which configuration is meant, and that nobody else's is taken for it."""

import os
from pathlib import Path

import pytest

from ringwall.runtime.installation import find
from ringwall.runtime.refusals import Refused

NOBODY = 65534


@pytest.fixture
def below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder below one that has a configuration."""
    monkeypatch.delenv("RINGWALL_CONFIG", raising=False)
    monkeypatch.delenv("RINGWALL_STATE", raising=False)
    (tmp_path / "ringwall.yaml").write_text("version: 1\n")
    folder = tmp_path / "some" / "where"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def test_the_configuration_is_looked_for_in_the_folders_above(below: Path, tmp_path: Path) -> None:
    assert find(tuple).config == tmp_path / "ringwall.yaml"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files to other users")
@pytest.mark.parametrize("at", [".", "../.."])
def test_a_strangers_configuration_is_not_found_by_itself(
    below: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Whoever puts one into /tmp would have the next `ringwall up` there run his commands."""
    monkeypatch.chdir(below / at)
    os.chown(tmp_path / "ringwall.yaml", NOBODY, NOBODY)
    with pytest.raises(Refused, match=r"ringwall\.yaml belongs to user 65534") as refused:
        find(tuple)
    assert "--config" in str(refused.value.hint)
    assert find(tuple, config=tmp_path / "ringwall.yaml").config == tmp_path / "ringwall.yaml"


def test_roots_configuration_serves_everybody(
    below: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    os.chown(tmp_path / "ringwall.yaml", 0, 0)
    assert find(tuple).config == tmp_path / "ringwall.yaml"
