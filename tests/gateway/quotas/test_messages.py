"""What is asked and answered."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.quotas.asking import part, question

from ringwall.gateway.quotas.buckets import Bucket, Pour
from ringwall.gateway.quotas.messages import UnreadableError, over, pours
from ringwall.gateway.quotas.naming import limit_entry, read_limit

LIMIT = "partners 1000/3600 100"
TOLD = "partners%201000%2F3600%20100"


def test_the_limit_comes_with_the_question() -> None:
    asked = question(LIMIT, {"program": "rwc_one"}, hits=3)
    assert pours(asked, "rw") == (
        Pour.of(f"rw:{TOLD}:program=rwc_one", Bucket(1000, 3600, 100), 3),
    )


def test_a_request_that_says_no_cost_takes_one_and_else_what_it_says() -> None:
    bucket = Bucket(1000, 3600, 100)
    assert pours(question(LIMIT), "rw") == (Pour.of(f"rw:{TOLD}:", bucket, 1),)
    assert pours(question(LIMIT) + b"\x18\x05", "rw") == (Pour.of(f"rw:{TOLD}:", bucket, 5),)


def test_the_same_bucket_twice_is_poured_from_once_for_both() -> None:
    twice = question(LIMIT, hits=2) + question(LIMIT, hits=3)
    assert pours(twice, "rw") == (Pour.of(f"rw:{TOLD}:", Bucket(1000, 3600, 100), 5),)


names = st.text(st.characters(codec="utf-8"), max_size=300)


@given(st.dictionaries(names, names, max_size=3), st.dictionaries(names, names, max_size=3))
def test_two_are_counted_together_only_if_all_about_them_is_the_same(
    one: dict[str, str], other: dict[str, str]
) -> None:
    keys = [pours(question(LIMIT, entries), "rw")[0].key for entries in (one, other)]
    assert (keys[0] == keys[1]) == (list(one.items()) == list(other.items()))
    assert all(len(key) <= 300 and key.isascii() and " " not in key for key in keys)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"tenant": "acme:user=ann"}, {"tenant": "acme", "user": "ann"}),
        ({"tenant": "acme&user=ann"}, {"tenant": "acme", "user": "ann"}),
        ({"tenant": "acme%26user%3Dann"}, {"tenant": "acme&user=ann"}),
        ({"tenant": "a" * 400}, {"tenant": "a" * 399 + "b"}),
    ],
)
def test_no_tenant_can_be_named_so_that_it_has_the_bucket_of_another(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert pours(question(LIMIT, one), "rw")[0].key != pours(question(LIMIT, other), "rw")[0].key


@pytest.mark.parametrize(
    "message",
    [
        b"\x12",
        b"\x12\x05ab",
        b"\x13",
        b"\x12\x02\x08\x01",
        question("partners 0/1 5"),
        question("partners 5/1 0"),
        question("Partners 5/1 5"),
        question("partners 5/1 5 "),
        part(2, part(1, part(1, b"user") + part(2, b"ann"))),
        part(2, part(1, part(1, b"limit") + part(2, b"\xff"))),
        b"\x18" + b"\xff" * 11,
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(message: bytes) -> None:
    with pytest.raises(UnreadableError):
        pours(message, "rw")


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(message: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        pours(message, "rw")


@given(st.integers(1, 10_000_000), st.sampled_from([1, 60, 3600, 86400]), st.integers(1, 10**7))
def test_a_limit_is_read_as_it_is_told(tokens: int, seconds: int, burst: int) -> None:
    bucket = Bucket(tokens, seconds, burst)
    assert read_limit(limit_entry("partners", bucket)) == ("partners", bucket)


def test_a_refusal_says_when_to_come_back_in_whole_seconds() -> None:
    assert over(1) == b"\x08\x02\x1a\x10\x0a\x0bretry-after\x12\x011"
    assert over(2_000_001).endswith(b"\x013")
