"""What may be blocked, and how a network is written."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.sources.here import of_this_machine
from ringwall.gateway.sources.judging import NoNetworkError, network_of, why_not

networks = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).flatmap(
    lambda one: st.integers(0, one.max_prefixlen).map(
        lambda length: ip_network((one, length), strict=False)
    )
)


@given(networks)
def test_a_network_is_read_as_it_is_written(network: object) -> None:
    text = str(network)
    if not text.startswith("::ffff:"):
        assert str(network_of(text)) == text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("203.0.113.7", "203.0.113.7/32"),
        (" 203.0.113.0/24 ", "203.0.113.0/24"),
        ("2001:DB8::/48", "2001:db8::/48"),
        ("::ffff:203.0.113.7", "203.0.113.7/32"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
    ],
)
def test_networks_are_understood(text: str, meant: str) -> None:
    assert str(network_of(text)) == meant


@pytest.mark.parametrize("text", ["", "example.com", "203.0.113", "203.0.113.7/24", "AS64500"])
def test_what_is_no_network_is_told_with_a_way_on(text: str) -> None:
    with pytest.raises(NoNetworkError) as told:
        network_of(text)
    assert told.value.hint


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0.0.0.0/0", "too much of everybody"),
        ("10.0.0.0/7", "too much of everybody"),
        ("2000::/3", "too much of everybody"),
        ("::/16", "speaks with itself"),
        ("198.51.100.0/25", "198.51.100.0/24 is never denied"),
        ("203.0.113.0/24", "you come from 203.0.113.9"),
        ("192.0.2.1", "192.0.2.1 is an address of this machine"),
    ],
)
def test_nobody_blocks_everybody_or_themselves(text: str, why: str) -> None:
    found = why_not(
        network_of(text),
        spared=[ip_network("198.51.100.0/24")],
        own=[ip_address("192.0.2.1"), ip_address("2001:db8::1")],
        caller=ip_address("203.0.113.9"),
    )
    assert found is not None
    assert why in found


def test_others_are_blocked() -> None:
    for text in ("203.0.113.0/28", "10.0.0.0/8", "2001:db8:1::/48", "2001::/16"):
        network = network_of(text)
        assert why_not(network, spared=[], own=[], caller=ip_address("203.0.113.99")) is None


def test_this_machine_knows_its_own_address() -> None:
    assert ip_address("127.0.0.1") in of_this_machine()
