"""Log files are followed without loss or repetition, and stay short."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from ringwall.core.clock import SystemClock
from ringwall.runtime.processes.logs import tail
from ringwall.runtime.processes.logs.tail import LogFile, LogTails


@pytest.fixture
def file(tmp_path: Path, book: Any) -> LogFile:
    return LogFile(tmp_path, "web", book, SystemClock())


def again(tmp_path: Path, book: Any) -> LogFile:
    return LogFile(tmp_path, "web", book, SystemClock())


def test_lines_come_once_and_half_lines_wait(file: LogFile, book: Any) -> None:
    child = file.open_for_child()
    os.write(child, b"one\ntw")
    assert not file.read_some()
    assert book.of("web") == ["one"]
    os.write(child, b"o\n")
    file.read_some()
    assert book.of("web") == ["one", "two"]
    os.write(child, b"last words")
    file.read_all()
    assert book.of("web") == ["one", "two", "last words"]
    os.close(child)
    file.close()


def test_the_next_supervisor_reads_on_from_the_same_place(
    file: LogFile, book: Any, tmp_path: Path
) -> None:
    child = file.open_for_child()
    os.write(child, b"one\nhal")
    file.read_some()
    file.close()  # as if killed
    os.write(child, b"f\nmeanwhile\n")
    successor = again(tmp_path, book)
    successor.read_some()
    assert book.of("web") == ["one", "half", "meanwhile"]
    os.close(child)
    successor.close()


@pytest.mark.parametrize("place", [b"", b"garbage", b"999999999", b"-5", "٣".encode()])
def test_a_damaged_place_is_survived(tmp_path: Path, book: Any, place: bytes) -> None:
    (tmp_path / "web.read").write_bytes(place)
    (tmp_path / "web.log").write_bytes(b"line\n")
    file = again(tmp_path, book)
    file.read_all()
    assert book.of("web") == ["line"]
    file.close()


def test_a_long_log_becomes_an_old_one_without_losing_a_line(
    file: LogFile, book: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "ROTATE_AT", 10_000)
    child = file.open_for_child()
    for number in range(3000):
        os.write(child, b"line %d\n" % number)
        file.read_some()
    file.read_all()
    assert book.of("web") == [f"line {number}" for number in range(3000)]
    assert (tmp_path / "web.log").stat().st_size < 10_100
    assert (tmp_path / "web.log.1").stat().st_size < 10_100
    assert (tmp_path / "web.log.1").read_bytes().startswith(b"line ")
    assert (tmp_path / "web.log.1").stat().st_mode & 0o777 == 0o600
    os.close(child)
    file.close()


def test_what_comes_too_fast_is_skipped_and_counted(
    file: LogFile, book: Any, tmp_path: Path
) -> None:
    child = file.open_for_child()
    line = b"x" * 999 + b"\n"
    os.write(child, line * 5000)
    while file.read_some():
        pass
    said = book.of("web")
    assert "bytes of output were skipped" in said[0]
    assert len(said) < 100
    assert (tmp_path / "web.log").stat().st_size == 0
    os.write(child, b"and on\n")
    file.read_some()
    assert book.of("web")[-1] == "and on"
    os.close(child)
    file.close()


def test_a_file_somebody_emptied_or_removed_is_followed_on(
    file: LogFile, book: Any, tmp_path: Path
) -> None:
    child = file.open_for_child()
    os.write(child, b"a rather long first line\n")
    file.read_some()
    os.truncate(tmp_path / "web.log", 0)
    os.write(child, b"short\n")
    file.read_some()
    (tmp_path / "web.log").unlink()
    os.write(child, b"unseen by others\n")
    os.close(child)
    child = file.open_for_child()
    os.write(child, b"new file\n")
    file.read_some()
    assert book.of("web")[1:] == ["short", "unseen by others", "new file"]
    os.close(child)
    file.close()


def test_a_link_in_the_place_of_a_log_is_refused(tmp_path: Path, book: Any) -> None:
    (tmp_path / "precious").write_text("keep")
    (tmp_path / "web.log").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic links"):
        again(tmp_path, book)
    assert (tmp_path / "precious").read_text() == "keep"


def test_forgetting_passes_on_what_is_left(tmp_path: Path, book: Any) -> None:
    tails = LogTails(tmp_path, book, SystemClock())
    child = tails["web"].open_for_child()
    os.write(child, b"end")
    tails.forget("web")
    tails.forget("web")
    assert book.of("web") == ["end"]
    os.close(child)
    tails.close()


def test_idle_files_cost_little(tmp_path: Path, book: Any) -> None:
    files = [LogFile(tmp_path, f"p{number}", book, SystemClock()) for number in range(10)]
    began = time.process_time()
    for _ in range(100):
        for each in files:
            each.read_some()
    # What a hundred rounds cost is ten seconds of following.
    assert time.process_time() - began < 0.5
    for each in files:
        each.close()
