"""Problems look like a good compiler's, and steer no terminal."""

import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from tests.runtime.configuration.sample import GOOD, problems_of

from ringwall.runtime.configuration import Place, Problem, Severity
from ringwall.runtime.configuration.rendering import neutral, plain, print_problems, to_json

FILE = Path("ringwall.yaml")


def test_a_problem_is_printed_with_its_line_and_a_caret() -> None:
    (problem,) = problems_of(GOOD.replace("    service: billing", "    service: biling"))
    assert plain(problem) == (
        'ringwall.yaml:25:14: error: there is no service "biling"\n'
        "  25 |     service: biling\n"
        "     |              ^^^^^^\n"
        '  did you mean "billing"?'
    )
    assert to_json(problem) == {
        "severity": "error",
        "message": 'there is no service "biling"',
        "file": "ringwall.yaml",
        "line": 25,
        "column": 14,
        "path": ["routes", 0, "service"],
        "value": "biling",
        "allowed": None,
        "nearest": "billing",
    }


def test_a_quoted_value_is_underlined_with_its_quotes() -> None:
    (problem,) = problems_of("version: 1\nedge: {banner: x, workers: 'many'}\n")
    assert plain(problem).splitlines()[1:] == [
        "  2 | edge: {banner: x, workers: 'many'}",
        "    |                            ^^^^^^",
        "  allowed: a whole number from 1 to 256, or null",
    ]


def test_wide_characters_and_tabs_keep_the_caret_in_place() -> None:
    problem = Problem(
        path=(), message="wrong", place=Place(FILE, 1, 5), value="x", excerpt=("漢\tä: ", "x y")
    )
    source, caret = plain(problem).splitlines()[1:]
    assert cell_len(source[: source.index("x y")]) == caret.index("^")


def test_long_lines_are_cut_on_both_sides() -> None:
    problem = Problem(
        path=(), message="wrong", place=Place(FILE, 1, 900), excerpt=("a" * 900, "b" * 900)
    )
    source, caret = plain(problem).splitlines()[1:]
    assert len(source) < 140
    assert source.index("ab") + 1 == caret.index("^")
    assert source.count("…") == 2


def test_a_problem_without_a_place_is_one_line() -> None:
    problem = Problem(path=(), message="there are 7 more problems", severity=Severity.WARNING)
    assert plain(problem) == "warning: there are 7 more problems"
    assert to_json(problem)["file"] is None


@given(st.text(max_size=50))
def test_nothing_shown_can_steer_a_terminal(text: str) -> None:
    problem = Problem(
        path=(),
        message=text,
        place=Place(Path("a" + text), 1, 1),
        value=text,
        allowed=text,
        nearest=text or None,
        excerpt=(text, text),
    )
    shown = plain(problem).replace("\n", "")
    assert all(character.isprintable() for character in shown)
    assert neutral(text) == neutral(neutral(text))
    out = io.StringIO()
    print_problems([problem], Console(file=out, no_color=True, width=200))
    assert all(character.isprintable() for character in out.getvalue().replace("\n", ""))


def test_escapes_and_reversed_text_are_written_out() -> None:
    assert neutral("a\x1b[31mb\u202ec\x9b") == "a\\x1b[31mb\\u202ec\\x9b"


def test_nothing_is_cut_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    (problem,) = problems_of("version: 1\nedge: {acme: {directory: x, spare_keys: [literal]}}\n")
    print_problems([problem], Console(file=out, width=40))
    assert out.getvalue() == plain(problem) + "\n1 error\n"


def test_markup_of_the_terminal_library_is_text() -> None:
    out = io.StringIO()
    problem = Problem(path=(), message="[red]x[/red] [link=file:///]y")
    warning = Problem(path=(), message="z", severity=Severity.WARNING)
    print_problems([problem, problem, warning], Console(file=out, width=80))
    assert out.getvalue().splitlines() == [
        "error: [red]x[/red] [link=file:///]y",
        "error: [red]x[/red] [link=file:///]y",
        "warning: z",
        "2 errors and 1 warning",
    ]
