"""Of which countries and systems an attack came, where databases of them are brought."""

from pathlib import Path

import pytest
from tests.gateway.sources.databases import countries, systems

from ringwall.gateway.sentry.lines import read
from ringwall.gateway.sentry.networks import network_of
from ringwall.gateway.sentry.places import Places
from ringwall.gateway.sentry.recognising import Kind
from ringwall.gateway.sentry.sources import Source, Sources

ADDRESSES = (
    ("203.0.113.7", 30.0),
    ("203.0.113.9", 5.0),
    ("198.51.100.1", 20.0),
    ("2001:db8:0:1::/64", 50.0),
    ("192.0.2.1", 900.0),
)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    brought = {"203.0.113.0/24": "XA", "198.51.100.0/24": "XB", "2001:db8::/32": "XB"}
    countries(tmp_path / "country.mmdb", brought)
    systems(tmp_path / "system.mmdb", {"203.0.113.0/24": 64500, "2001:db8::/32": 64501})
    return Places(str(tmp_path / "country.mmdb"), str(tmp_path / "system.mmdb"))


def test_all_addresses_of_a_place_weigh_together(places: Places) -> None:
    assert places.of(ADDRESSES) == (
        Source("country", "XB", 70.0),
        Source("country", "XA", 35.0),
        Source("system", "AS64501 somebody", 50.0),
        Source("system", "AS64500 somebody", 35.0),
    )
    assert places.of(()) == ()


def test_a_database_that_is_damaged_or_not_there_is_told_once(
    places: Places, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "country.mmdb").write_bytes(b"nothing")
    (tmp_path / "system.mmdb").unlink()
    assert places.of(ADDRESSES) == places.of(ADDRESSES) == ()
    assert len(caplog.messages) == 1
    assert Places("", "").of(ADDRESSES) == ()


def test_all_that_is_remembered_is_looked_up_and_not_the_first_five_alone() -> None:
    sources, line = Sources(), read(b'{"client": "203.0.113.7", "details": "local_rate_limited"}')
    assert line is not None
    for _ in range(7):
        sources.saw(line, (Kind.REQUESTS,), weight=2.0)
    assert sources.addresses(Kind.REQUESTS) == (("203.0.113.7", 14.0),)
    networks = {network_of(f"192.0.2.{n}"): n for n in range(1, 21)}
    sources.is_connected({one: n for one, n in networks.items() if one is not None}, {})
    assert len(sources.addresses(Kind.CONNECTIONS)) == 20
    assert sources.addresses(Kind.SLOW) == ()
