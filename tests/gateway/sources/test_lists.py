"""Lists put together, against :mod:`ipaddress`, and read back by MaxMind's own reader."""

import io
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, cast

import maxminddb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringwall.gateway.envoy.networks_db import FIELD, networks_db
from ringwall.gateway.sources.formats import Format, read
from ringwall.gateway.sources.lists import (
    ALLOWED,
    ListError,
    collapsed,
    merged,
    on_list,
    pair_of,
    pair_of_network,
    text_of,
)

Network = IPv4Network | IPv6Network


def _networks(first: int, last: int, sixth: str) -> st.SearchStrategy[Network]:
    """Networks that lie close together, so that they are within each other often."""
    fourth = st.tuples(st.integers(first, last), st.integers(8, 32)).map(
        lambda one: ip_network((one[0], one[1]), strict=False)
    )
    base = int(ip_address(sixth))
    wide = st.tuples(st.integers(0, 2**20), st.integers(16, 128)).map(
        lambda one: ip_network((base + (one[0] << 60), one[1]), strict=False)
    )
    return st.one_of(fourth, wide)


networks = _networks(0xCB007100, 0xCB0071FF, "2001:db8::")


def _database(entries: Any) -> maxminddb.Reader:
    content = networks_db(entries, made=1_795_000_000)
    return maxminddb.open_database(io.BytesIO(content), maxminddb.MODE_FD)


def _found(database: maxminddb.Reader, address: Any) -> str | None:
    found = database.get(address)
    return None if found is None else cast("dict[str, str]", found)[FIELD]


def _near(some: list[Network], data: st.DataObject) -> Any:
    """An address at one of the ends of a network, within or without."""
    chosen = data.draw(st.sampled_from(some))
    number = data.draw(
        st.sampled_from([int(chosen.network_address), int(chosen.broadcast_address)])
    ) + data.draw(st.integers(-1, 1))
    most = 2**chosen.max_prefixlen - 1
    number = min(max(number, 0), most)
    return type(chosen.network_address)(number)


@given(st.lists(st.tuples(networks, st.sampled_from("abc")), min_size=1, max_size=12), st.data())
def test_an_address_is_on_the_list_of_the_longest_network_that_it_is_in(
    some: list[tuple[Network, str]], data: st.DataObject
) -> None:
    entries = sorted(
        {pair_of_network(one): (*pair_of_network(one), name) for one, name in some}.values()
    )
    names = {entry[:2]: entry[2] for entry in entries}
    address = _near([one for one, _ in some], data)
    around = [one for one, _ in some if address in one]
    longest = max(around, key=lambda one: one.prefixlen, default=None)
    expected = None if longest is None else names[pair_of_network(longest)]
    with _database(entries) as database:
        assert _found(database, address) == expected


@given(
    st.lists(networks, max_size=8),
    st.lists(networks, max_size=8),
    st.lists(networks, max_size=5),
    st.data(),
)
def test_lists_are_their_union_without_those_who_are_spared(
    one: list[Network], other: list[Network], spared: list[Network], data: st.DataObject
) -> None:
    pairs = {name: [*map(pair_of_network, some)] for name, some in (("a", one), ("b", other))}
    found = merged(pairs, spared=map(pair_of_network, spared))
    everything = [*one, *other, *spared] or [ip_network("192.0.2.0/24")]
    address = _near(everything, data)
    name = on_list(found.entries, address)
    with _database(found.entries) as database:
        assert _found(database, address) == name
    if any(address in network for network in spared):
        assert name == ALLOWED
    else:
        listed = any(address in network for network in (*one, *other))
        assert (name in {"a", "b"}) == listed
    assert list(found.entries) == sorted(found.entries)
    ends = [start + (1 << (128 - length)) for start, length, _ in found.entries]
    assert all(end <= entry[0] for end, entry in zip(ends, found.entries[1:], strict=False))


@pytest.mark.parametrize("entries", [[], [(0, 0, "all")], [(0, 0, "all"), (0, 1, "half")]])
def test_a_database_may_be_for_nobody_or_everybody(entries: Any) -> None:
    with _database(entries) as database:
        found = _found(database, "2001:db8::1"), _found(database, "203.0.113.1")
    expected = {0: (None, None), 1: ("all", "all"), 2: ("half", "half")}
    assert found == expected[len(entries)]


def test_equal_branches_are_written_once() -> None:
    some = [(n << 8, 128, "x") for n in range(20_000)]
    assert len(networks_db(some, made=1)) < 4_000


def test_entries_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="not in order"):
        networks_db([(5, 128, "x"), (4, 128, "x")], made=1)


@given(networks)
def test_networks_are_read_as_they_are_written(network: Network) -> None:
    assert pair_of(str(network)) == pair_of_network(network)
    assert text_of(pair_of_network(network)) == str(network)


@given(st.lists(networks, max_size=20))
def test_none_is_within_another(some: list[Network]) -> None:
    found = [ip_network(text_of(one)) for one in collapsed(map(pair_of_network, some))]
    for one in some:
        inside = [other for other in found if other.version == one.version and other.overlaps(one)]
        assert len(inside) == 1
        assert inside[0].prefixlen <= one.prefixlen


@pytest.mark.parametrize(
    ("content", "form", "field", "expected"),
    [
        (b"# drop\n203.0.113.0/24 ; SBL1\n\n2001:db8::/32\n", Format.LINES, None, 2),
        (b"\xef\xbb\xbf203.0.113.0/24\r\n203.0.113.7\r\n", Format.LINES, None, 1),
        (b"why,network\nx,203.0.113.0/24\n", Format.CSV, "network", 1),
        (b"203.0.113.0/24,x\n198.51.100.1,y\n", Format.CSV, "1", 2),
        (b'{"cidr": "203.0.113.0/24"}\n{"type": "metadata"}\n', Format.JSON_LINES, "cidr", 1),
    ],
)
def test_the_usual_forms_are_read(
    content: bytes, form: Format, field: str | None, expected: int
) -> None:
    assert len(read(content, name="x", form=form, field=field)[0]) == expected


@pytest.mark.parametrize(
    ("content", "form", "why"),
    [
        (
            b"203.0.113.0/24\nexample.com\n",
            Format.LINES,
            "feed, line 2: 'example.com' is no network",
        ),
        (
            b"\n203.0.113.1/24\n",
            Format.LINES,
            "line 2: '203.0.113.1/24' is no network: it has bits",
        ),
        (b"203.0.113.0/33\n", Format.LINES, "its prefix is no number of bits"),
        (b"0.0.0.0/0\n", Format.LINES, "line 1: '0.0.0.0/0' is too much of everybody"),
        (b"2000::/3\n", Format.LINES, "too much of everybody"),
        (b"::1\n", Format.LINES, "no network of the internet"),
        (b"", Format.LINES, "feed names no network at all"),
        (b"203.0.113.0/24\n\xff\n", Format.LINES, "line 2: is no text in UTF-8"),
        (b"a,b\n", Format.CSV, "line 1: 'a' is no network"),
        (b"{\n", Format.JSON_LINES, "line 1: is no JSON"),
        (b'\n{"network": ' + b"[" * 100_000, Format.JSON_LINES, "line 2: is JSON within JSON"),
        (b'{"a": 1}\n', Format.JSON_LINES, "line 1: has no text for 'network'"),
        (
            b"".join(b"%d.%d.0.0/10\n" % (n >> 2, (n & 3) << 6) for n in range(4, 60)),
            Format.LINES,
            "5.5 % of IPv4",
        ),
        (b"11.0.0.0/9\n", Format.LINES, "at the least a network of a list is a /10"),
        (b"2a00::/16\n", Format.LINES, "at the least a network of a list is a /19"),
        (b"2003::/19\n", Format.LINES, "50.0 % of 2003::/18"),
        (b"2610::/19\n", Format.LINES, "100.0 % of 2610::/23"),
        (
            b"".join(b"2a00:%x::/19\n" % (n << 13) for n in range(7))
            + b"".join(b"2a01:%x::/19\n" % (n << 13) for n in range(7)),
            Format.LINES,
            "10.9 % of 2a00::/12",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(
    content: bytes, form: Format, why: str
) -> None:
    with pytest.raises(ListError) as told:
        read(content, name="feed", form=form)
    assert why in str(told.value)


def test_a_database_on_the_disk_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "networks.mmdb"
    path.write_bytes(networks_db([(0xCB007100, 120, "own")], made=1))
    with maxminddb.open_database(path) as database:
        assert _found(database, "203.0.113.200") == "own"
        assert _found(database, "203.0.114.0") is None
