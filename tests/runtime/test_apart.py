"""A question is answered by a process of its own, and why it is not, who asks is told."""

import os
import re

import pytest

from ringwall.runtime.apart import NoAnswerError, ask_apart


def test_the_answer_comes_from_another_process() -> None:
    assert ask_apart("os:getenv", "GIVEN", within=20, environment={"GIVEN": "yes"}) == "yes"
    assert "GIVEN" not in os.environ


def test_what_it_prints_is_no_part_of_the_answer(capfd: pytest.CaptureFixture[str]) -> None:
    assert ask_apart("builtins:print", "a line", within=20) is None
    assert capfd.readouterr().err == "a line\n"


@pytest.mark.parametrize(
    ("function", "question", "why"),
    [
        ("math:sqrt", -1, "ValueError: math domain error"),
        (
            "ringwall.nowhere:answer",
            None,
            "ModuleNotFoundError: No module named 'ringwall.nowhere'",
        ),
        ("os:_exit", 3, "os:_exit ended with 3 before it answered"),
        ("time:sleep", 60, "time:sleep took more than 0.2 seconds"),
    ],
)
def test_who_asks_is_told_why_there_is_no_answer(function: str, question: object, why: str) -> None:
    with pytest.raises(NoAnswerError, match=f"^{re.escape(why)}$"):
        ask_apart(function, question, within=0.2 if function == "time:sleep" else 20)


def test_who_is_told_to_end_has_its_answer_first() -> None:
    assert ask_apart("signal:raise_signal", 15, within=20) is None
