"""What a reader of the log stream sees, and that a reader who does not read is survived."""

import json
import os
import pty
import time
from datetime import UTC, datetime

import pytest

from ringwall.runtime.processes.logs.records import Level, LogRecord, Parsed
from ringwall.runtime.processes.logs.sinks import (
    StreamSink,
    as_json,
    for_terminal,
    open_sink,
)

NOON = datetime(2026, 11, 23, 12, 0, 0, 5000, tzinfo=UTC)


def record(message: str, level: Level = Level.WARNING) -> LogRecord:
    return LogRecord(NOON, "web", Parsed(level, message, (("order", "7"),)))


def test_json_has_one_object_for_each_line() -> None:
    assert json.loads(as_json(record("späť"))) == {
        "time": "2026-11-23T12:00:00.005Z",
        "process": "web",
        "level": "warning",
        "message": "späť",
        "fields": {"order": "7"},
    }


def test_people_get_columns() -> None:
    line = for_terminal(colour=False)(record("slow"))
    assert line.split(maxsplit=3)[1:] == ["web", "warning", "slow order=7"]
    assert "\x1b" not in line
    coloured = for_terminal(colour=True)(record("slow"))
    assert "\x1b[33mwarning" in coloured
    assert coloured.endswith("\x1b[0m")


def test_a_pipe_gets_json_and_a_terminal_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    sink = open_sink(writing)
    sink.emit(record("one"))
    sink.emit(record("two"))
    sink.close()
    os.close(writing)
    with os.fdopen(reading) as lines:
        assert [json.loads(line)["message"] for line in lines] == ["one", "two"]

    monkeypatch.setenv("TERM", "xterm")
    for no_colour, escapes in (("", True), ("1", False)):
        monkeypatch.setenv("NO_COLOR", no_colour)
        master, slave = pty.openpty()
        sink = open_sink(slave)
        sink.emit(record("one"))
        sink.close()
        shown = os.read(master, 4096)
        assert b"one" in shown
        assert (b"\x1b[" in shown) is escapes
        os.close(master)
        os.close(slave)


def test_a_reader_who_does_not_read_holds_nothing_up() -> None:
    reading, writing = os.pipe()
    sink = StreamSink(writing, as_json)
    began = time.monotonic()
    for number in range(5000):
        sink.emit(record(f"{number} " + "x" * 1000))
    assert time.monotonic() - began < 2
    assert len(sink._waiting) < 1500
    sink.close()  # gives up after a second
    assert time.monotonic() - began < 4
    # Now somebody reads.
    with os.fdopen(reading, "rb") as lines:
        first = json.loads(lines.readline())
        assert first["message"].startswith("0 ")
        dropped = 0
        shown = 1
        while dropped + shown < 5000:
            line = json.loads(lines.readline())
            if line["process"] == "ringwall":
                assert "lines were dropped" in line["message"]
                dropped += int(line["message"].split()[0])
            else:
                shown += 1
        assert dropped > 3000
        sink._thread.join()
    os.close(writing)


def test_a_reader_who_left_is_survived() -> None:
    reading, writing = os.pipe()
    sink = StreamSink(writing, as_json)
    os.close(reading)
    for _ in range(3):
        sink.emit(record("nobody hears this"))
        time.sleep(0.01)
    sink.close()
    os.close(writing)
