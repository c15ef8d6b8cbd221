"""Bytes become lines however they are cut, and nothing in them commands a terminal."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from ringwall.runtime.processes.logs.lines import CUT, LONGEST, LineSplitter, neutral


@given(st.lists(st.binary(max_size=30), max_size=30))
def test_the_cuts_between_chunks_do_not_matter(chunks: list[bytes]) -> None:
    whole = LineSplitter()
    expected = whole.feed(b"".join(chunks)) + whole.finish()
    pieces = LineSplitter()
    lines = [line for chunk in chunks for line in pieces.feed(chunk)] + pieces.finish()
    assert lines == expected
    assert pieces.held == 0


@given(st.lists(st.integers(min_value=0, max_value=3 * LONGEST), max_size=4), st.integers(1, 9999))
def test_long_lines_are_cut_once_and_say_so(lengths: list[int], step: int) -> None:
    data = b"".join(b"x" * length + b"\n" for length in lengths)
    splitter = LineSplitter()
    lines = []
    for start in range(0, len(data), step):
        lines += splitter.feed(data[start : start + step])
        assert splitter.held <= LONGEST
    assert lines == [
        "x" * length if length <= LONGEST else "x" * LONGEST + CUT for length in lengths
    ]


def test_a_last_line_without_an_end_is_kept_for_the_end() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b"one\r\ntw") == ["one"]
    assert splitter.held == 2
    assert splitter.finish() == ["tw"]
    assert splitter.finish() == []


def test_bytes_that_are_no_text_are_shown() -> None:
    assert LineSplitter().feed(b"a\xff\xc3\n") == ["a\\xff\\xc3"]


@settings(max_examples=50)
@given(st.text() | st.text(alphabet=st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_nothing_is_obeyed(text: str) -> None:
    shown = neutral(text)
    assert all(
        char == "\t" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        for char in shown
    )
    shown.encode()
    assert neutral(shown) == shown


def test_colours_go_and_escapes_are_shown() -> None:
    assert neutral("\x1b[1;31mred\x1b[0m") == "red"
    assert neutral("a\x1b]0;title\x07b") == "a\\x1b]0;title\\x07b"
    assert neutral("\x1b[2Jgone\r\x00\x9b") == "\\x1b[2Jgone\\x0d\\x00\\x9b"
    assert neutral("evil\u202etxt\u2028") == "evil\\u202etxt\\u2028"
    assert neutral("Grüße, 世界 🙂\tend") == "Grüße, 世界 🙂\tend"
