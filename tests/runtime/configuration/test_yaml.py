"""YAML is read as version 1.2 says, with nothing that surprises; mistakes are told in words."""

from pathlib import Path
from typing import Any

import pytest

from ringwall.runtime.configuration.documents import Document, PureParser, parse
from ringwall.runtime.configuration.nodes import content

FILE = Path("ringwall.yaml")
PARSERS = [pytest.param(None, id="libyaml"), pytest.param(PureParser, id="pure")]

COLON = "a colon stands where no key can be: check the indentation, or put the text in quotes"
FITS = "this fits neither the key above it nor its value: check the indentation and the quotes"
LINE = "this is not in line with the list above it"
DASH = "a list cannot begin here: start it on its own line, each item with a dash"
END = "nothing may follow the end of the document: remove the line with ... or ---"
SECOND = "a second document begins here: put it into a file of its own"
TAGS = "tags (words that begin with !) are not used here: remove it, or use quotes"
BLOCK = "after | or > the line ends: the text begins on the next line, indented"
VERSION = "remove the %YAML line: the file is read as YAML 1.2"
MERGE = "merge keys (<<) are not part of YAML 1.2: write the keys out"
ALIAS = "this alias repeats nothing written above; text that begins with * needs quotes"
DIGITS = "a number has at most 100 digits; text of digits needs quotes"
COMMA = "a list that begins with [ wants a comma or a closing ]"
FLOW = "a mapping that begins with { wants a comma or a closing }"


def read(text: str | bytes, parser: type[Any] | None = None) -> Document:
    data = text.encode() if isinstance(text, str) else text
    return parse(data, FILE, parser=parser)


def value(text: str, parser: type[Any] | None = None) -> Any:
    document = read(text, parser)
    assert document.problems == ()
    assert document.root is not None
    return content(document.root)


def told(text: str | bytes, parser: type[Any] | None = None) -> list[str]:
    return [str(problem) for problem in read(text, parser).problems]


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("12:30:45", "12:30:45"),
        ("2026-11-23", "2026-11-23"),
        ("1_000", "1_000"),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b11", "0b11"),
        ("-7", -7),
        ("+7", 7),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("1.2.3", "1.2.3"),
        ("1.3", 1.3),
        ("=", "="),
        ("'7'", "7"),
        ('"true"', "true"),
        ("|-\n  text", "text"),
        ("[1, two, {three: 3}]", [1, "two", {"three": 3}]),
    ],
)
def test_plain_scalars_follow_the_core_schema(
    written: str, meant: object, parser: type[Any] | None
) -> None:
    found = value(f"key: {written}\n", parser)["key"]
    assert found == meant
    assert type(found) is type(meant)


def test_keys_are_text() -> None:
    assert value("on: a\n1: b\ntrue: c\nnull: d\n'<<': e\n") == {
        "on": "a",
        "1": "b",
        "true": "c",
        "null": "d",
        "<<": "e",
    }


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a:\n\tb: 1\n", "2:1: error: a tab cannot indent YAML: use spaces"),
        ("a: *.x.com\n", "1:4: error: text that begins with * needs quotes"),
        ("a: 'x\nb: 1\n", "1:4: error: a quotation mark is opened and never closed"),
        ("a: [1,2\n", "1:4: error: a bracket is opened and never closed"),
        ("a: {b: [1,\n", "2:1: error: a bracket is opened and never closed"),
        (
            "a: [1 2, [3\nb: 4\n",
            "2:2: error: a list that begins with [ wants a comma or a closing ]",
        ),
        ("a: {x: 1\nb: 2\n", f"2:2: error: {FLOW}"),
        ("a: b: c\n", f"1:5: error: {COLON}"),
        ("a: 1\n  b: 2\n", f"2:4: error: {COLON}"),
        ("a: @x\n", "1:4: error: text that begins with @ needs quotes"),
        ("a: %x\n", "1:4: error: text that begins with % needs quotes"),
        ("- a\nb: 1\n", f"2:1: error: {LINE}"),
        ("a:\n - b\n c: 1\n", f"3:2: error: {LINE}"),
        ("a:\n  b: 1\n c: 2\n", f"3:2: error: {FITS}"),
        ("a: 'x'y\n", f"1:7: error: {FITS}"),
        ("a: - b\n", f"1:4: error: {DASH}"),
        ("a: 1\nb\n", "3:1: error: a key is followed by a colon and a space, as in key: value"),
        ("a: ]\n", "1:4: error: a value is missing here"),
        ("a: 1\n...\nb: 2\n", f"3:1: error: {END}"),
        ("a: 1\n---\nb: 2\n", f"2:1: error: {SECOND}"),
        ("a: !foo x\n", f"1:4: error: {TAGS}"),
        ("a: !!python/object:os.system x\n", f"1:4: error: {TAGS}"),
        ("a: !h!foo x\n", f"1:4: error: {TAGS}"),
        ("a: |3x\n", f"1:6: error: {BLOCK}"),
        ("%YAML 3.0\n---\na: 1\n", f"1:1: error: {VERSION}"),
        ("<<: {a: 1}\n", f"1:1: error: {MERGE}"),
        ("a: 1\nb: 2\na: 3\n", '3:1: error: the key "a" is already written at ringwall.yaml:1:1'),
        ("'a': 1\na: 3\n", '2:1: error: the key "a" is already written at ringwall.yaml:1:1'),
        ("? [a]\n: 1\n", "1:3: error: a key is one word or text, not a list or mapping"),
        ("'': 1\n", "1:1: error: a key is missing before this colon"),
        ("a: *b\n", f"1:4: error: {ALIAS}"),
        ("a: &a [*a]\n", "1:8: error: this alias stands inside the value it repeats"),
        ("a: " + "1" * 101, f"1:4: error: {DIGITS}"),
        ('a: "\\ud800"\n', None),
        ('a: "\\U00110000"\n', None),
        ('a: "\\q"\n', None),
    ],
)
def test_mistakes_are_told_in_words(
    text: str, expected: str | None, parser: type[Any] | None
) -> None:
    found = told(text, parser)
    assert len(found) == 1
    if expected is not None:
        assert found == [f"ringwall.yaml:{expected}"]
    assert "0x" not in found[0]


def test_an_escape_yaml_does_not_know() -> None:
    assert told('a: "\\q"\n') == [
        (
            "ringwall.yaml:1:5: error: this is not an escape YAML knows: "
            'in double quotes write a backslash as "\\\\"'
        )
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a: 1\nb: \xff\n", "2:4: error: byte 0xff is not UTF-8: save as UTF-8"),
        ("ä: ö\n".encode("latin-1"), "1:1: error: byte 0xe4 is not UTF-8: save as UTF-8"),
        ("a: 1".encode("utf-16"), "1:1: error: the file is UTF-16: save it as UTF-8"),
        (b"ab: \0", "1:5: error: the control character NUL cannot be in a YAML file: remove it"),
        (
            b"a: \x1b[31m",
            "1:4: error: the control character U+001B cannot be in a YAML file: remove it",
        ),
        (
            "a: \u007f".encode(),
            "1:4: error: the control character U+007F cannot be in a YAML file: remove it",
        ),
    ],
)
def test_bytes_that_are_no_text(data: bytes, expected: str) -> None:
    assert told(data) == [f"ringwall.yaml:{expected}"]


def test_places_count_characters_and_skip_a_byte_order_mark() -> None:
    document = read("\ufeffä🦊: {b: 1, b: 2}\r\nc: 1\rc: 2\n")
    assert [str(problem.place) for problem in document.problems] == [
        "ringwall.yaml:1:12",
        "ringwall.yaml:3:1",
    ]
    assert document.lines == ("ä🦊: {b: 1, b: 2}", "c: 1", "c: 2", "")


@pytest.mark.parametrize("parser", PARSERS)
def test_aliases_repeat_a_value_within_bounds(parser: type[Any] | None) -> None:
    assert value("a: &x [1, {b: 2}]\nc: *x\nd: {e: *x}\n", parser) == {
        "a": [1, {"b": 2}],
        "c": [1, {"b": 2}],
        "d": {"e": [1, {"b": 2}]},
    }
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    (problem,) = told("\n".join(lines), parser)
    assert problem.endswith("aliases repeat so much here that the file grows too large")
    long = f"a: &a {'x' * 500_000}\nb: [{', '.join(['*a'] * 20)}]\n"
    assert told(long, parser)[0].endswith("the file grows too large")


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("deep", ["[" * 100_000, "- " * 5_000, "{a: " * 5_000, "? " * 5_000])
def test_nesting_has_an_end(deep: str, parser: type[Any] | None) -> None:
    (problem,) = told(deep, parser)
    assert problem.endswith("this is nested more than 40 levels deep")


def test_nesting_through_aliases_has_an_end() -> None:
    lines = ["a0: &a0 [" + "[" * 30 + "]" * 30 + "]"]
    lines += [f"a1: [{'[' * 20}*a0{']' * 20}]"]
    assert told("\n".join(lines))[0].endswith("this is nested more than 40 levels deep")


def test_an_empty_file_is_an_empty_document() -> None:
    for text in ("", "\n", "# only a comment\n", "---\n", "--- {}\n...\n"):
        assert value(text) in (None, {})
