"""Run folders: short enough for sockets, and nobody else's."""

import os
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ringwall.runtime.processes import paths
from ringwall.runtime.processes.paths import UnsafeFolderError, make_private, run_dir_for


@pytest.fixture
def base() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="rw-") as made:
        yield Path(made)


def test_a_short_state_dir_holds_its_own_run(base: Path) -> None:
    assert run_dir_for(base) == base / "run"
    assert not (base / "run").exists()


@pytest.mark.parametrize("letter", ["d", "ü"])
def test_a_long_one_gets_a_short_folder_that_stays_the_same(base: Path, letter: str) -> None:
    long = base / (letter * 80)
    run_dir = run_dir_for(long)
    assert run_dir == run_dir_for(Path(f"{base}/./{letter * 80}"))
    assert run_dir != run_dir_for(base / (letter * 81))
    assert run_dir.parent == Path(f"/tmp/ringwall-{os.getuid()}")
    assert len(run_dir.name) == 12
    make_private(run_dir)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(run_dir / "control.sock"))
        (run_dir / "control.sock").unlink()
    finally:
        run_dir.rmdir()


def test_the_longest_that_stays_is_eighty_bytes(base: Path) -> None:
    room = 80 - len(os.fsencode(base)) - len("//run")
    assert run_dir_for(base / ("x" * room)).name == "run"
    assert run_dir_for(base / ("x" * (room + 1))).name != "run"


def test_it_is_made_for_us_alone_and_closed_if_it_was_open(base: Path) -> None:
    folder = base / "deep" / "run"
    make_private(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o777)
    make_private(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_links_and_files_are_refused(base: Path) -> None:
    (base / "elsewhere").mkdir()
    (base / "link").symlink_to(base / "elsewhere")
    (base / "file").touch()
    for name in ("link", "file"):
        with pytest.raises(UnsafeFolderError, match="must be a folder of your own"):
            make_private(base / name)


def test_a_folder_of_somebody_else_is_refused(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (base / "run").mkdir()
    if os.getuid() == 0:
        os.chown(base / "run", 12345, 12345)
    else:
        mine = os.getuid()
        monkeypatch.setattr(os, "getuid", lambda: mine + 1)
    with pytest.raises(UnsafeFolderError, match="belongs to user"):
        make_private(base / "run")


def test_below_tmp_the_parent_is_checked_too(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "SHORT_BASE", base)
    (base / "elsewhere").mkdir()
    (base / "ringwall-0").symlink_to(base / "elsewhere")
    with pytest.raises(UnsafeFolderError):
        make_private(base / "ringwall-0" / "123456789abc")
    assert not list((base / "elsewhere").iterdir())
