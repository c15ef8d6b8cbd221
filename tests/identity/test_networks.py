"""Networks: what is one, and who is in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.identity.networks import MOST, is_within, parse_networks


def test_networks_are_kept_in_their_usual_form() -> None:
    said = [" 10.0.0.0/8", "192.0.2.7", "2001:DB8::/32", "10.0.0.0/8"]
    assert parse_networks(said) == ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("10.0.0.1/8", "10.0.0.0/8 is"),
        ("office", "write it as"),
        ("10.0.0.0/33", "write it as"),
        ("", "write it as"),
    ],
)
def test_what_is_none_is_said(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_networks([text])


def test_there_is_an_end_to_it() -> None:
    with pytest.raises(ValueError, match="too many"):
        parse_networks(f"10.0.{one}.0/24" for one in range(MOST + 1))


@pytest.mark.parametrize(
    ("address", "within"),
    [
        ("10.9.8.7", True),
        ("::ffff:10.9.8.7", True),
        ("11.0.0.1", False),
        ("2001:db8::1", True),
        ("2001:db9::1", False),
        (None, False),
        ("", False),
        ("not an address", False),
    ],
)
def test_who_is_within(address: str | None, within: bool) -> None:
    assert is_within(address, ["10.0.0.0/8", "2001:db8::/32"]) is within


@given(st.none() | st.text() | st.ip_addresses().map(str))
def test_without_networks_anybody_is(address: str | None) -> None:
    assert is_within(address, [])
