"""Queries that cannot be read say why."""

import re

import pytest

from ringwall.inventory.query import QueryError, Term, parse


def test_a_query_is_words_and_fields() -> None:
    assert parse('kind:a,b* -tag:team="x y" arn:aws:s3:::z "two words"').terms == (
        Term("kind", ("a", "b*")),
        Term("tag", ("team=x y",), is_not=True),
        Term("", ("arn:aws:s3:::z",)),
        Term("", ("two words",)),
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("knd:x", "there is no field knd: did you mean kind?"),
        ("environment:prod", "environment cannot be prod: it is one of production, staging"),
        ("tag:", "tag: says no value"),
        ('"a', "a quotation mark is not closed"),
        ("x" * 3000, "a query has at most 2000 characters"),
        ("a " * 31, "a query has at most 30 words"),
    ],
)
def test_a_query_that_cannot_be_read_says_why(text: str, says: str) -> None:
    with pytest.raises(QueryError, match=re.escape(says)):
        parse(text)
