"""Odd places to print to, and users who may not: a sentence and an exit code, never a trace."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import ringwall
from ringwall.cli import main

CONFIG = """\
version: 1
edge:
  hosts: {shop.example: {}}
services:
  shop: {addresses: ["127.0.0.1:3000"], owner: Zoë „the owner“ 🎉, tls: none}
routes:
  - {name: all, hosts: [shop.example], path: /**, service: shop}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ringwall.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def bash(command: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace("ringwall", '"$PYTHON" -m ringwall')],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHON": sys.executable,
            "PYTHONPATH": str(Path(ringwall.__file__).parents[1]),
            **environment,
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", ["schema", "routes", "init --print systemd", "--version"])
def test_a_reader_who_goes_away_ends_it_quietly(folder: Path, command: str) -> None:
    done = bash(f"(ringwall {command}; echo $? >&2) | true", folder)
    assert done.stderr.split() in ([b"141"], [b"0"])  # 0 when all had gone out before
    # A reader that lives on but reads no more; it holds nothing that we wait for.
    slow = bash(f"(ringwall {command}; echo $? >&2) > >(exec 0<&- >&- 2>&-; exec sleep 3)", folder)
    assert slow.stderr.split() == [b"141"]


@pytest.mark.parametrize("command", ["schema", "routes", "--version"])
def test_a_full_disk_is_told(folder: Path, command: str) -> None:
    done = bash(f"ringwall {command} > /dev/full", folder)
    assert done.returncode == 1
    assert b"no space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("command", "code"),
    [("routes >&-", 0), ("routes 2>&-", 0), ("rutes 2>&-", 2), ("--help >&-", 0)],
)
def test_closed_streams_are_no_reason_to_fail(folder: Path, command: str, code: int) -> None:
    done = bash(f"ringwall {command}", folder)
    assert done.returncode == code
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}, {"LANG": "C", "LC_ALL": "C"}],
)
def test_what_a_locale_cannot_write_is_written_out(
    folder: Path, environment: dict[str, str]
) -> None:
    done = bash("ringwall routes", folder, **environment)
    assert done.returncode == 0, done.stderr
    assert b"shop.example" in done.stdout
    assert b"Zo" in done.stdout
    assert bash("ringwall --help", folder, **environment).returncode == 0


def test_a_broken_state_folder_is_told_with_what_is_broken(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("RINGWALL_CONFIG", "RINGWALL_STATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(folder)
    version = folder / ".ringwall" / "versions" / "1"
    version.mkdir(parents=True)
    for content in ("", "{}", "[1]", '{"number": 1, "surprise": true}', '{"time": "yesterday"}'):
        (version / "version.json").write_text(content)
        for command in ("history", "diff", "cert issue service/shop", "rollback 1"):
            with pytest.raises(SystemExit) as done:
                main.run(command.split())
            assert done.value.code == 1, (command, content)
            told = capsys.readouterr().err
            assert "is damaged" in told, (command, content)
            assert "Traceback" not in told
    whole = bash("ringwall history", folder)
    assert whole.returncode == 1
    assert b"is damaged" in whole.stderr
    assert b"Traceback" not in whole.stderr


def test_an_error_in_json_is_one_object_on_standard_error(folder: Path) -> None:
    for command, code, kind in (
        ("status --json", 4, "not-running"),
        ("routes --jason --json", 2, "usage"),
        ("diff --json", 1, "failed"),
        ("-c nowhere.yaml routes --json", 3, "configuration"),
    ):
        done = bash(f"ringwall {command}", folder)
        assert (done.returncode, done.stdout) == (code, b"")
        error = json.loads(done.stderr)["error"]
        assert (error["code"], error["kind"]) == (code, kind)
        assert error["message"]
        assert set(error) == {"code", "kind", "message", "hint"}


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="ringwall-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_what_may_not_be_read_is_told_by_name(open_folder: Path) -> None:
    (open_folder / "ringwall.yaml").write_text(CONFIG, encoding="utf-8")
    (open_folder / ".ringwall").mkdir()
    runner = "ringwall"
    if os.getuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("setpriv is not here")
        runner = "setpriv --reuid=65534 --regid=65534 --clear-groups ringwall"
        if bash(f"{runner} --version", open_folder).returncode != 0:
            pytest.skip("another user cannot run this Python")
    (open_folder / "ringwall.yaml").chmod(0)
    (open_folder / ".ringwall").chmod(0)
    done = bash(f"{runner} check", open_folder)
    assert b"ringwall.yaml cannot be read by" in done.stderr, done.stderr
    assert done.returncode == 3
    done = bash(f"{runner} history", open_folder)
    assert b"permission denied" in done.stderr.lower(), done.stderr
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    (open_folder / ".ringwall").chmod(0o700)
