"""How grave a line is."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.runtime.processes.logs.levels import parse
from ringwall.runtime.processes.logs.records import Level, Parsed


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        (
            "[2026-11-23 10:00:00.123][12345][warning][main] [source/server/server.cc:1] slow",
            Parsed(Level.WARNING, "[main] [source/server/server.cc:1] slow"),
        ),
        (
            "[2026-11-23 10:00:00.123][7][critical][backtrace] Caught Segmentation fault",
            Parsed(Level.CRITICAL, "[backtrace] Caught Segmentation fault"),
        ),
        (
            "[2026-11-23 10:00:00.123][7][info][dns_resolver] x",
            Parsed(Level.INFO, "[dns_resolver] x"),
        ),
        ("INFO:     Started server process [1]", Parsed(Level.INFO, "Started server process [1]")),
        ("WARNING:root:it is late", Parsed(Level.WARNING, "root:it is late")),
        ("ERROR: no", Parsed(Level.ERROR, "no")),
        ("CRITICAL:x", Parsed(Level.CRITICAL, "x")),
        ("NOTE: this is none", Parsed(Level.INFO, "NOTE: this is none")),
        (
            "error: in small letters",
            Parsed(Level.INFO, "error: in small letters"),
        ),
        (
            "Traceback (most recent):",
            Parsed(Level.INFO, "Traceback (most recent):"),
        ),
        ("", Parsed(Level.INFO, "")),
        (
            '{"level": "error", "message": "no stock", "order": 7, "tags": ["a"]}',
            Parsed(Level.ERROR, "no stock", (("order", "7"), ("tags", '["a"]'))),
        ),
        ('{"severity": "WARN", "msg": "m"}', Parsed(Level.WARNING, "m")),
        ('{"levelname": "DEBUG", "event": "m"}', Parsed(Level.DEBUG, "m")),
        ('{"level": 30, "msg": "m"}', Parsed(Level.INFO, '{"level": 30, "msg": "m"}')),
        ('{"level": "error"}', Parsed(Level.INFO, '{"level": "error"}')),
        ('{"level": "error", "message"', Parsed(Level.INFO, '{"level": "error", "message"')),
    ],
)
def test_each_form_is_read(line: str, parsed: Parsed) -> None:
    assert parse(line) == parsed


def test_escapes_hidden_in_json_are_neutralised() -> None:
    parsed = parse('{"level": "info", "message": "\\u001b[2J\\ud800", "k\\u0007": "\\u202e"}')
    assert parsed.message == "\\x1b[2J\\ud800"
    assert parsed.fields == (("k\\x07", "\\u202e"),)


def test_deep_json_does_no_harm() -> None:
    line = '{"level": "info", "message": "m", "deep": ' + "[" * 8000
    assert parse(line).level is Level.INFO


@settings(max_examples=50)
@given(st.text() | st.text().map(lambda text: json.dumps({"level": "error", "message": text})))
def test_no_line_breaks_the_reader(line: str) -> None:
    parse(line).message.encode()
