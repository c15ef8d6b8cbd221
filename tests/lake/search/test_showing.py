"""What an event says is shown, and steers nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lake.search import made

from ringwall.lake.search.showing import as_json, details, line, text

HOSTILE = (
    "\x1b[2J",
    "\x1b]0;owned\x07",
    "\u202egnp.exe",
    "a\nb",
    "a\r\x1b[1A",
    "\x00",
    "\x9b31m",
    "\u2028",
    "\udc80",
    "\u200b",
    "\ufeff",
    "\u2066x\u2069",
    "\x7f",
    "\t",
)
COLUMNS = [name for name, kind in made.COLUMNS.items() if kind == "VARCHAR"]


@given(
    values=st.dictionaries(
        st.sampled_from(COLUMNS),
        st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20)),
        max_size=8,
    )
)
def test_nothing_steers_a_terminal(values: dict[str, Any]) -> None:
    row = made.row(**values)
    assert made.steers_nothing(text(line(row)))
    assert all(made.steers_nothing(text(one)) for one in details(row))
    assert made.steers_nothing(json.dumps(as_json(row)))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_was_written_is_still_told(hostile: str) -> None:
    shown = text(line(made.row(path=f"/x{hostile}y", method="GET")))
    assert "/x" in shown
    assert "y" in shown


def test_a_line_tells_who_did_what_and_how_it_ended() -> None:
    row = made.row(
        41,
        severity_id=4,
        actor_user_name="Ada",
        method="GET",
        host="shop.example",
        path="/orders",
        status_code=403,
        action_id=2,
        policy_uid="only-clerks",
    )
    assert text(line(row)) == (
        "2026-11-20T14:00:41.000Z high     HTTP Activity Ada GET shop.example/orders "
        "403 denied by only-clerks #41"
    )
    styles = dict(line(row))
    assert styles["403 denied by only-clerks"] == "red"
    assert styles["high    "] == "red"
    odd = made.row(source="quarantine", flags="oversized", time=made.NOW)
    assert text(line(odd)).endswith("quarantine quarantined: oversized #0")
    long = made.row(path="/" + "x" * 5000)
    assert len(text(line(long))) < 400


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (
            {"actor_user_name": "root", "message": "Client created", "resource_name": "Reports"},
            "root Client created Reports ok",
        ),
        ({"message": "job mail ran", "source": "ringwall"}, "ringwall job mail ran ok"),
        (
            {"operation": "log:see", "message": "log:see: done", "status_detail": "searched: x"},
            "log:see searched: x ok",
        ),
        (
            {"operation": "keys:make", "status_id": 2, "status_detail": "TimeoutError"},
            "keys:make failed: TimeoutError",
        ),
    ],
)
def test_what_is_no_request_is_told_in_its_own_words(told: dict[str, Any], shown: str) -> None:
    assert text(line(made.row(status_code=None, method=None, path=None, **told))).endswith(
        f"{shown} #0"
    )


def test_all_there_is_is_told_by_the_names_of_queries() -> None:
    row = made.row(
        7, class_uid=3002, duration_ms=1500, raw='{"a":{"b":"\u202e"}}', personal="no JSON"
    )
    lines = [text(one) for one in details(row)]
    told = {one.split("  ")[0]: one.rpartition("  ")[2] for one in lines if "  " in one}
    assert told["class"] == "Authentication (3002)"
    assert told["duration"] == "1.5s" or told["duration"] == "1500ms"
    assert told["id"] == "7"
    assert '    "b": "\\u202e"' in "\n".join(lines)
    assert lines[-1] == "  no JSON"
