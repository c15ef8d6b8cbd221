"""Databases of places: only good ones are copied to where the edge reads them."""

from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.envoy.rendered import SECTIONS
from tests.gateway.sources.databases import countries, systems

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.sources.bringing import bring
from ringwall.gateway.sources.looking import refused_for
from ringwall.gateway.sources.places import Place, objection_to
from ringwall.gateway.sources.shelf import Shelf
from ringwall.runtime.configuration import ConfigurationError, load_sources

NOW = datetime(2026, 11, 26, 17, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    countries(tmp_path / "c.mmdb", {"203.0.113.0/24": "XA", "198.51.100.0/24": "XB"})
    systems(tmp_path / "s.mmdb", {"192.0.2.0/24": 64500})
    return tmp_path


def _availability(**sources: Any) -> Availability:
    return Availability.model_validate({"sources": sources})


def test_a_database_is_good_for_what_it_tells(folder: Path) -> None:
    assert objection_to(folder / "c.mmdb", Place.COUNTRY) is None
    assert objection_to(folder / "s.mmdb", Place.SYSTEM) is None
    assert "does not tell the system" in str(objection_to(folder / "c.mmdb", Place.SYSTEM))
    assert "does not tell the country" in str(objection_to(folder / "s.mmdb", Place.COUNTRY))
    assert "there is no file" in str(objection_to(folder / "x.mmdb", Place.SYSTEM))
    assert "is no file" in str(objection_to(folder, Place.SYSTEM))


def test_junk_in_its_place_leaves_the_copy_of_before_and_is_told(folder: Path) -> None:
    availability = _availability(countries={"database": "c.mmdb", "block": ["XA"]})
    state, sources = folder / "state", availability.sources

    def brought() -> tuple[bool, str]:
        (found,) = bring(sources, root=folder, state=state, now=NOW)
        return found.changed, found.refused

    assert brought() == (True, "")
    assert brought() == (False, "")
    shelf = Shelf(state)
    before = shelf.place(Place.COUNTRY).read_bytes()
    for junk in (b"", b"not a database", before[: len(before) // 2]):
        (folder / "c.mmdb").write_bytes(junk)
        changed, why = brought()
        assert not changed
        assert "c.mmdb is no whole database" in why
        assert brought() == (False, why)
        assert shelf.place(Place.COUNTRY).read_bytes() == before
        assert shelf.kept("_country").refused == why
    countries(folder / "c.mmdb", {"203.0.113.0/24": "XC"})
    assert brought() == (True, "")
    assert shelf.place(Place.COUNTRY).read_bytes() != before
    assert not [*shelf.place(Place.COUNTRY).parent.glob(".new*")]


@pytest.mark.parametrize(
    ("sources", "refused"),
    [
        ({"countries": {"database": "c.mmdb", "block": ["XA"]}}, {"203.0.113.1"}),
        (
            {"countries": {"database": "c.mmdb", "allow": ["XA"]}},
            {"198.51.100.1", "192.0.2.1"},
        ),
        ({"systems": {"database": "s.mmdb", "block": ["AS64500"]}}, {"192.0.2.1"}),
        (
            {
                "countries": {"database": "c.mmdb", "block": ["XA", "XB"]},
                "allow": ["198.51.100.0/25"],
            },
            {"203.0.113.1"},
        ),
    ],
)
def test_an_address_is_refused_for_where_it_is(
    folder: Path, sources: dict[str, Any], refused: set[str]
) -> None:
    availability = _availability(**sources)
    bring(availability.sources, root=folder, state=folder / "state", now=NOW)
    shelf = Shelf(folder / "state")
    shelf.rebuild(availability, now=NOW)
    addresses = {"203.0.113.1", "198.51.100.1", "192.0.2.1"}
    found = {
        one
        for one in addresses
        if refused_for(availability.sources, shelf, ip_address(one), now=NOW) is not None
    }
    assert found == refused


def test_a_configuration_that_names_junk_is_refused_with_the_field(folder: Path) -> None:
    (folder / "c.mmdb").write_bytes(b"not a database")
    text = b"""version: 1
edge: {hosts: {app.example: {}}}
availability: {sources: {countries: {database: c.mmdb, block: [XA]}}}
services: {app: {addresses: ["127.0.0.1:9000"], owner: ada}}
routes: [{name: all, hosts: [app.example], path: /**, service: app}]
"""
    with pytest.raises(ConfigurationError) as told:
        load_sources([(Path("ringwall.yaml"), text)], SECTIONS, root=folder)
    assert "ringwall.yaml:3:48: error: " in str(told.value)
    assert "c.mmdb is no whole database in MaxMind's format" in str(told.value)


@pytest.mark.parametrize(
    "sources",
    [
        {"countries": {"database": "x", "block": ["at"]}},
        {"countries": {"database": "x", "allow": []}},
        {"systems": {"database": "x", "block": ["64500"]}},
        {"fingerprints": {"block": ["t13d"]}},
        {"user_agents": {"block": ["a"]}},
    ],
)
def test_what_cannot_be_meant_is_refused(sources: Any) -> None:
    with pytest.raises(ValueError, match="sources"):
        _availability(**sources)


def test_what_refuses_nobody_is_told() -> None:
    text = b"""version: 1
edge: {hosts: {app.example: {}}, trusted_hops: 1}
availability:
  sources:
    block: [203.0.113.0/24, 198.51.100.0/25]
    allow: [203.0.113.64/26, 198.51.100.0/24]
    fingerprints: {block: [t13d1516h2_8daaf6152771_02713d6af862]}
services: {app: {addresses: ["127.0.0.1:9000"], owner: ada}}
routes: [{name: all, hosts: [app.example], path: /**, service: app}]
"""
    loaded = load_sources([(Path("ringwall.yaml"), text)], SECTIONS, root=Path("/nowhere"))
    told = [one.message for one in loaded.warnings]
    assert sum("this refuses nobody: 198.51.100.0/24 is let in" in one for one in told) == 1
    assert sum("203.0.113" in one for one in told) == 0
    assert sum("no fingerprint is theirs" in one for one in told) == 1
