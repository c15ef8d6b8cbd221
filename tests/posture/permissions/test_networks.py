"""Addresses and ports as unions of intervals."""

from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.posture.permissions.networks import (
    Addresses,
    Intervals,
    is_world,
    let_through,
    open_to,
    ports,
)

PARTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6)
SMALL = st.tuples(st.integers(0, 255), st.integers(24, 32)).map(
    lambda one: str(ip_network((f"198.51.100.{one[0]}", one[1]), strict=False))
)


def numbers(parts: list[tuple[int, int]]) -> set[int]:
    return {number for first, last in parts for number in range(first, last + 1)}


@given(PARTS, PARTS)
def test_unions_differences_and_what_is_common_are_those_of_sets(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    a, b = Intervals.of(one), Intervals.of(other)
    for found, wanted in (
        (a | b, numbers(one) | numbers(other)),
        (a - b, numbers(one) - numbers(other)),
        (a & b, numbers(one) & numbers(other)),
    ):
        assert numbers(list(found.parts)) == wanted
        assert found.size == len(wanted)
        assert found == Intervals.of(found.parts)
        assert all(number in found for number in wanted)
    assert a.covers(b) is (numbers(one) >= numbers(other))


@given(st.lists(SMALL, max_size=5), st.lists(SMALL, max_size=5))
def test_networks_are_the_addresses_in_them(one: list[str], other: list[str]) -> None:
    def each(networks: list[str]) -> set[str]:
        return {str(address) for network in networks for address in ip_network(network)}

    found = Addresses.of(one) - Addresses.of(other)
    assert {str(address) for network in found.networks() for address in network} == (
        each(one) - each(other)
    )
    assert all(address in found for address in each(one) - each(other))


@pytest.mark.parametrize(
    ("networks", "world"),
    [
        (["0.0.0.0/0"], True),
        (["0.0.0.0/1", "128.0.0.0/1"], True),
        (["128.0.0.0/1", "64.0.0.0/2", "0.0.0.0/2"], True),
        (["0.0.0.0/1"], False),
        (["::/0"], True),
        (["::/1", "8000::/1"], True),
        (["2000::/3"], True),
        (["1.0.0.0/8", "2.0.0.0/7", "4.0.0.0/6", "8.0.0.0/5", "16.0.0.0/4", "32.0.0.0/3"], False),
        (["10.0.0.0/8"], False),
        ([], False),
    ],
)
def test_the_world_is_the_world_however_it_is_cut(networks: list[str], world: bool) -> None:
    assert is_world(networks) is world


def test_all_but_what_nobody_comes_from_is_the_world_too() -> None:
    assert (Addresses.of(["0.0.0.0/0"]) - Addresses.of(["10.0.0.0/8"])).is_world
    assert not (Addresses.of(["0.0.0.0/0"]) - Addresses.of(["9.9.9.9"])).is_world


def test_a_mapped_address_is_that_of_version_4() -> None:
    assert "::ffff:203.0.113.9" in Addresses.of(["203.0.113.0/24"])
    assert str(ip_address("203.0.113.9")) in Addresses.of(["::ffff:203.0.113.0/120"])


def test_what_is_no_network_is_named() -> None:
    with pytest.raises(ValueError, match="the office"):
        Addresses.of(["the office"])


def test_minus_one_is_all_ports() -> None:
    assert ports([(-1, -1)]).size == 65536
    assert 443 in ports([(80, 80), (443, 443)])
    assert 81 not in ports([(80, 80), (443, 443)])


def test_a_security_group_is_open_to_the_union_of_its_rules() -> None:
    halves: list[dict[str, Any]] = [
        {"IpProtocol": "tcp", "FromPort": 20, "ToPort": 30, "IpRanges": [{"CidrIp": "0.0.0.0/1"}]},
        {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "128.0.0.0/1"}]},
        {"IpProtocol": "udp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
    ]
    assert open_to(halves, port=22).is_world
    assert not open_to(halves, port=443).is_world
    assert open_to(halves, port=22, protocol="udp").is_world
    six = [{"IpProtocol": "tcp", "FromPort": -1, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]
    assert open_to(six, port=22).is_world


def test_the_first_entry_of_a_network_acl_decides() -> None:
    entries = [
        entry(200, "allow", "0.0.0.0/0", 22),
        entry(100, "deny", "0.0.0.0/1", 22),
        entry(50, "allow", "9.9.9.0/24", 22),
        {**entry(10, "allow", "0.0.0.0/0", 22), "Egress": True},
        entry(300, "allow", "0.0.0.0/0", 443),
    ]
    found = let_through(entries, port=22)
    assert not found.is_world
    assert "9.9.9.1" in found
    assert "9.9.8.1" not in found
    assert "200.0.0.1" in found
    assert let_through(entries, port=443).is_world
    assert not let_through(entries, port=80)


def entry(number: int, action: str, network: str, port: int) -> dict[str, object]:
    return {
        "RuleNumber": number,
        "Protocol": "6",
        "RuleAction": action,
        "Egress": False,
        "CidrBlock": network,
        "PortRange": {"From": port, "To": port},
    }
