"""Stars and question marks."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.posture.permissions import patterns

LETTERS = st.text("ab:/*?", max_size=8)
PLAIN = st.text("ab:/", max_size=10)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*", "arn:aws:s3:::b/k", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/b", True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b", False),
        ("arn:aws:s3:::b?", "arn:aws:s3:::b1", True),
        ("arn:aws:s3:::B", "arn:aws:s3:::b", False),
        ("arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", True),
        ("arn:aws:*:role/x", "arn:aws:iam::1:role/x", False),
        ("arn:aws:sqs:*", "arn:aws:sqs:eu-west-1:1:q", True),
        ("arn:aws:sqs", "arn:aws:sqs:eu-west-1:1:q", True),
        ("arn:aws:logs:*:*:log-group:a:*", "arn:aws:logs:r:1:log-group:a:stream:x", True),
        ("arn:aws:s3:::b/[a]", "arn:aws:s3:::b/a", False),
    ],
)
def test_an_arn_matches_part_by_part(pattern: str, text: str, matches: bool) -> None:
    assert bool(patterns.arn(pattern)(text)) is matches


@given(LETTERS, PLAIN)
def test_a_text_matches_as_the_plainest_regular_expression_says(pattern: str, text: str) -> None:
    plainest = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    assert bool(patterns.text(pattern)(text)) is bool(re.fullmatch(plainest, text))


@given(LETTERS, LETTERS)
def test_a_witness_is_matched_by_both(one: str, other: str) -> None:
    found = patterns.witness(one, other)
    if found is not None:
        assert patterns.text(one)(found)
        assert patterns.text(other)(found)


@given(PLAIN, st.lists(st.integers(0, 10)), st.lists(st.integers(0, 10)))
def test_where_a_text_is_matched_by_both_there_is_a_witness(
    text: str, stars: list[int], others: list[int]
) -> None:
    def starred(places: list[int]) -> str:
        written = text
        for place in places:
            written = f"{written[:place]}*{written[place:]}"
        return written

    assert patterns.witness(starred(stars), starred(others)) is not None


def test_arns_meet_part_by_part() -> None:
    wanted = "arn:aws:lambda:*:1:function:*"
    assert patterns.witness("arn:aws:lambda:eu-*:1:function:dev-*", wanted, "z") == (
        "arn:aws:lambda:eu-z:1:function:dev-z"
    )
    assert patterns.witness("arn:aws:s3:::*", wanted) is None
    assert patterns.witness("*", wanted, "z") == "arn:aws:lambda:z:1:function:z"


def test_what_a_variable_stood_for_matches_its_own_stars_alone() -> None:
    home = "home/" + patterns.literal("a*") + "/*"
    assert patterns.text(home)("home/a*/x")
    assert not patterns.text(home)("home/ab/x")


def test_many_stars_take_no_time() -> None:
    began = time.process_time()
    assert not patterns.text("*a" * 500 + "b")("a" * 5_000)
    assert time.process_time() - began < 2
