"""Which configuration is meant, and that nobody else's is taken for it."""

import os
from pathlib import Path

import pytest

from ringwall.runtime.installation import account, author, find
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


def test_a_command_is_by_whose_process_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says, which is anybody's to set."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "ada")
    monkeypatch.setenv("SUDO_UID", "2")
    monkeypatch.setattr(os, "getuid", lambda: 1)
    monkeypatch.setattr(os, "geteuid", lambda: 1)
    assert author() == account() == "daemon"
    monkeypatch.setattr(os, "getuid", lambda: 123456)
    assert author() == account() == "uid 123456"


@pytest.mark.parametrize(
    ("called", "by"),
    [
        ("2", "root (bin through sudo)"),
        ("123456", "root (uid 123456 through sudo)"),
        ("99999999999999999999", "root (uid 99999999999999999999 through sudo)"),
        ("0", "root"),
        ("", "root"),
        ("-1", "root"),
        ("bin", "root"),
    ],
)
def test_root_is_told_with_who_called_sudo(
    monkeypatch: pytest.MonkeyPatch, called: str, by: str
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("SUDO_UID", called)
    assert author() == by
    assert account() == "root"
