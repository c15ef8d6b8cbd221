"""Who is denied: what people and the sentry say, without those who are spared."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.sources.test_judging import networks

from ringwall.gateway.envoy.denied import AT_MOST, denied_at_the_door, denied_of
from ringwall.gateway.sources import denials
from ringwall.gateway.sources.denials import Denial

NOW = datetime(2026, 11, 26, 17, tzinfo=UTC)

Network = IPv4Network | IPv6Network


def _some(*names: str, until: datetime | None = None) -> dict[Network, Denial]:
    return {ip_network(name): Denial(until, "x") for name in names}


def _contains(found: tuple[Network, ...], address: str) -> bool:
    return any(ip_address(address) in one for one in found)


@given(st.lists(networks, max_size=6), st.lists(networks, max_size=4), st.data())
def test_exactly_those_are_denied_who_are_and_are_not_spared(
    blocked: list[Network], spared: list[Network], data: st.DataObject
) -> None:
    found = denials.in_force(
        {one: Denial(None, "x") for one in blocked}, {}, spared=spared, now=NOW
    ).networks
    some = [*blocked, *spared] or [ip_network("0.0.0.0/0")]
    chosen = data.draw(st.sampled_from(some))
    address = chosen[data.draw(st.integers(0, min(chosen.num_addresses, 2**64) - 1))]
    expected = any(address in one for one in blocked) and not any(address in one for one in spared)
    assert any(address in one for one in found) == expected


def test_a_denial_is_over_at_its_end_and_the_next_end_is_told() -> None:
    soon, later = NOW + timedelta(seconds=5), NOW + timedelta(hours=1)
    blocks = _some("203.0.113.0/24") | _some("198.51.100.1/32", until=later)
    quick = _some("192.0.2.1/32", until=soon) | _some("192.0.2.2/32", until=NOW)
    found = denials.in_force(blocks, quick, spared=(), now=NOW)
    assert found.next_end == soon
    assert not _contains(found.networks, "192.0.2.2")
    assert all(_contains(found.networks, one) for one in ("203.0.113.9", "192.0.2.1"))
    assert denials.in_force(blocks, quick, spared=(), now=later).next_end is None
    assert not _contains(
        denials.in_force(blocks, quick, spared=(), now=later).networks, "198.51.100.1"
    )


def test_what_people_block_comes_before_what_the_sentry_denies() -> None:
    names = (f"10.{n >> 8}.{n & 255}.0/30" for n in range(AT_MOST))
    quick = _some(*names, until=NOW + timedelta(seconds=5))
    blocks = _some(*(f"203.0.113.{2 * n}/32" for n in range(100)))
    found = denials.in_force(blocks, quick, spared=(), now=NOW).networks
    assert len(found) == AT_MOST
    assert {*blocks} <= {*found}


def test_a_wide_block_in_pieces_puts_no_other_out() -> None:
    single = _some(*(f"203.0.{n >> 7}.{2 * (n & 127)}/32" for n in range(AT_MOST - 10)))
    wide = _some("11.0.0.0/8")
    spared = [ip_network(f"11.{n}.0.1/32") for n in (1, 64, 128)]
    found = denials.in_force({**wide, **single}, {}, spared=spared, now=NOW)
    assert {*single} <= {*found.networks}
    assert found.left_out == (*wide,)


def test_nobody_can_be_told_from_another_at_the_door_behind_proxies() -> None:
    found = denials.in_force(_some("203.0.113.0/24"), {}, spared=(), now=NOW, by_header=True)
    assert found.networks
    assert found.at_the_door == ()


def test_files_are_read_as_they_were_written_and_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sources" / "blocks.json"
    assert denials.read(path) == {}
    some = _some("203.0.113.0/24") | _some("2001:db8::/48", until=NOW)
    denials.write(path, some)
    assert denials.read(path) == some
    path.write_text('{"203.0.113.0/24": 3}')
    with pytest.raises(ValueError, match="has not the form"):
        denials.read(path)


LISTENER: dict[str, Any] = {
    "name": "edge",
    "filter_chains": [
        {"name": "hosts a", "filter_chain_match": {"server_names": ["b.example", "a.example"]}},
        {"name": "hosts c", "filter_chain_match": {"server_names": ["c.example"]}},
        {
            "name": "acme a.example",
            "filter_chain_match": {
                "server_names": ["a.example"],
                "application_protocols": ["acme-tls/1"],
            },
        },
    ],
}


def test_whatever_name_and_protocol_a_client_says_it_is_denied() -> None:
    some = [ip_network("203.0.113.0/24")]
    found = denied_at_the_door(LISTENER, some)
    matches = [one["filter_chain_match"] for one in found["filter_chains"][:3]]
    assert [(one.get("server_names"), one.get("application_protocols")) for one in matches] == [
        (["a.example", "b.example", "c.example"], None),
        (["a.example"], ["acme-tls/1"]),
        (None, None),
    ]
    expected = [{"address_prefix": "203.0.113.0", "prefix_len": 24}]
    assert all(one["source_prefix_ranges"] == expected for one in matches)
    assert found["filter_chains"][3:] == LISTENER["filter_chains"]
    assert denied_at_the_door(found, some) == found
    assert denied_at_the_door(found, []) == LISTENER


@given(st.lists(networks, max_size=30))
def test_no_network_is_denied_twice(some: list[Network]) -> None:
    found = denied_of(some)
    assert len({*found}) == len(found)
    for one in found:
        assert not any(
            one != other and one.version == other.version and one.overlaps(other) for other in found
        )
