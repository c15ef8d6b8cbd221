"""What others have written is printed, and steers no terminal."""

import json
from datetime import UTC
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.runtime.output import json_text, print_table, say, show
from ringwall.runtime.refusals import ExitCode
from ringwall.runtime.tables import Cell, Column

ODD = "Ada\x1b]0;owned\x07\x1b[2J\x9b1m\r\u202eevil\u2028\udc80!"
STEERING = "\x1b\x07\x9b\r\u202e\u2028\udc80"


def test_no_cell_steers_a_terminal_or_breaks_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    columns = (Column("name"), Column("roles"), Column("state"))
    listing = Cell.listing([f"buyer{ODD}", "clerk"])
    print_table(columns, [(f"{ODD}\nEve\tx", listing, Cell(ODD, "green"))], empty="none")
    heading, row, *more = capsys.readouterr().out.splitlines()
    assert more == []
    assert not set(STEERING) & set(row)
    assert row.startswith("Ada ")
    assert "Eve x" in row
    assert heading.index("state") == row.rindex("Ada"), "what is replaced has its room"


def test_no_sentence_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say("Key of ", (ODD, "bold"), " is there")
    say(ODD, stderr=True)
    show(f"name: {ODD}\nnext: Zo\u00eb\u00a0„x“ 🎉")
    out, error = capsys.readouterr()
    assert not set(STEERING) & set(out + error)
    first, second, third = out.split("\n", 2)
    assert first.startswith("Key of Ada ")
    assert first.endswith("! is there")
    assert second.startswith("name: Ada ")
    assert third == "next: Zo\u00eb\u00a0„x“ 🎉\n"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.datetimes(timezones=st.just(UTC))
    | st.sampled_from([*ExitCode, Path("a/b"), UUID(int=7)]),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(), inner)
        | st.dictionaries(st.integers(), inner, max_size=2)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_json_says_what_pythons_own_would_and_steers_no_terminal(value: Any) -> None:
    told = json_text(value)
    own = json.dumps(value, indent=2, sort_keys=True, default=str)
    assert json.loads(told) == json.loads(own)
    assert len(told.splitlines()) == len(own.splitlines())
    assert told.isascii()
    assert all(one >= " " for one in told.replace("\n", ""))
