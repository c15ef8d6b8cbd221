"""What every line of the log is written as."""

import json
import re
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.lake import canonical as words
from ringwall.lake.canonical import RefusedError, canonical, neutralised, parse, parse_at

texts = st.text(st.characters(), max_size=20) | st.text(
    "\x00\n\x1b\x7f\x80\x9f\ud800a\\u", max_size=8
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)

_ESCAPE = re.compile(rb'(?<!\\)(?:\\\\)*\\[^"\\]')


def cleaned(value: Any) -> Any:
    """What stays of a value, written with nothing of the code that is tested."""
    if isinstance(value, str):
        return "".join(map(_picture, value))
    if isinstance(value, list):
        return [cleaned(one) for one in value]
    if isinstance(value, dict):
        return {cleaned(key): cleaned(one) for key, one in value.items()}
    return value


def _line(value: Any) -> tuple[bytes, bool] | None:
    """Its line; ``None`` where two keys look the same now, and for no other reason."""
    try:
        return canonical(value)
    except RefusedError as error:
        if error.reason != words.DUPLICATE_KEY:
            raise
        return None


def _picture(letter: str) -> str:
    code = ord(letter)
    if code < 32:
        return chr(0x2400 + code)
    if code == 127:
        return "\u2421"
    return "\ufffd" if 128 <= code < 160 or 0xD800 <= code < 0xE000 else letter


@given(values)
def test_a_line_has_no_escape_but_of_quotes_and_backslashes_and_says_what_was_there(
    value: Any,
) -> None:
    expected = cleaned(value)
    if (written := _line(value)) is None:
        return
    line, changed = written
    assert _ESCAPE.search(line) is None
    assert not words.has_escape(line)
    assert not re.search("[\x00-\x1f\x7f-\x9f]", line.decode())
    assert json.loads(line) == expected
    assert changed == (expected != value)


@given(values)
def test_what_is_canonical_stays_as_it_is(value: Any) -> None:
    if (written := _line(value)) is not None:
        assert canonical(parse(written[0])) == (written[0], False)


@given(values, st.sampled_from([None, 1]), st.booleans())
def test_a_text_means_the_same_however_it_is_written(
    value: Any, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert parse(text.encode("utf-8", "surrogatepass" if ascii_only else "replace")) == (
        value if ascii_only else json.loads(text.encode("utf-8", "replace"))
    )


@given(st.binary(max_size=60) | st.text('{}[]":,0e-nulNaI\\ud', max_size=40).map(str.encode))
def test_whatever_comes_is_a_value_or_a_reason(raw: bytes) -> None:
    reasons = {words.MALFORMED, words.NOT_UTF8, words.DUPLICATE_KEY, words.NUMBER}
    try:
        value = parse(raw)
    except RefusedError as error:
        reasons.remove(error.reason)
    else:
        assert json.loads(raw) == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a":1,"a":2}', words.DUPLICATE_KEY),
        ('{"a":1,"\\u0061":1}', words.DUPLICATE_KEY),
        ('[{"b":{"a":1,"a":1}}]', words.DUPLICATE_KEY),
        ("18446744073709551616", words.NUMBER),
        ("-9223372036854775809", words.NUMBER),
        ("9" * 5000, words.NUMBER),
        ("1e999", words.NUMBER),
        ("NaN", words.NUMBER),
        ('{"a":-Infinity}', words.NUMBER),
        ("[" * 100_000, words.TOO_DEEP),
        ('{"a":1} {"b":1}', words.MALFORMED),
        ('{"a":"line\nbreak"}', words.MALFORMED),
        ("\ufeff{}", words.MALFORMED),
        ("", words.MALFORMED),
        ("{'a':1}", words.MALFORMED),
    ],
)
def test_what_readers_do_not_agree_on_is_refused(text: str, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parse(text.encode())
    assert refused.value.reason == reason


def test_the_numbers_at_the_bounds_are_kept() -> None:
    text = b"[18446744073709551615,-9223372036854775808,1.7976931348623157e+308]"
    assert canonical(parse(text))[0] == text


def test_a_fault_within_a_list_does_not_hide_where_the_value_ends() -> None:
    text = '{"a":1,"a":2},{"b":1}'
    assert parse_at(text, 0) == ({"a": 2}, 13, words.DUPLICATE_KEY)
    assert parse_at(text, 14) == ({"b": 1}, 21, None)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": float("nan")}, words.NUMBER),
        ([float("inf")], words.NUMBER),
        ({"a": 2**64}, words.NUMBER),
        ({1: "a"}, words.NOT_JSON),
        ({"a": {1, 2}}, words.NOT_JSON),
        ("é" * 16_385, words.LONG_STRING),
        ({"é" * 16_385: 1}, words.LONG_STRING),
        ({"\n": 1, "\u240a": 2}, words.DUPLICATE_KEY),
    ],
)
def test_a_value_that_cannot_be_kept_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(RefusedError) as refused:
        canonical(value)
    assert refused.value.reason == reason


def test_the_longest_string_and_the_deepest_nesting_are_kept() -> None:
    assert len(canonical("é" * 16_384)[0]) == 32_770
    deep = orjson.loads(b"[" * 32 + b"]" * 32)
    assert canonical(deep)[0] == b"[" * 32 + b"]" * 32
    with pytest.raises(RefusedError, match="deeper"):
        canonical([deep])


def test_a_backslash_before_a_u_is_no_escape() -> None:
    for text, found in (
        (r'"\u0041"', True),
        (r'"\\u0041"', False),
        (r'"\\\u0041"', True),
        (r'"C:\\users"', False),
        (r'"u"', False),
    ):
        assert words.has_escape(text.encode()) is found


def test_keys_are_sorted_by_their_code_points() -> None:
    assert canonical({"b": 1, "a": {"z": 1, "A": 2}, "é": 3, "𝄞": 4, "\uff5e": 5})[0] == (
        '{"a":{"A":2,"z":1},"b":1,"é":3,"\uff5e":5,"𝄞":4}'.encode()
    )


def test_a_terminal_is_told_nothing() -> None:
    assert neutralised("\x1b]0;owned\x07\r\n\x9b31m") == "␛]0;owned␇␍␊\ufffd31m"
