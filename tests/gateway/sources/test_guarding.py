"""Whom a block of a country, a system or a program would hit."""

from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from tests.gateway.sources.databases import countries, systems

from ringwall.gateway.availability.config import Availability
from ringwall.gateway.sources.bringing import bring
from ringwall.gateway.sources.guarding import hit, is_much, part_of_everybody, why_not_place
from ringwall.gateway.sources.kinds import meant
from ringwall.gateway.sources.people import SignedIn
from ringwall.gateway.sources.shelf import Shelf

NOW = datetime(2026, 11, 26, 17, tzinfo=UTC)
XA, SYSTEM = meant("XA"), meant("AS64500")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    countries(
        tmp_path / "c.mmdb",
        {"203.0.113.0/24": "XA", "64.0.0.0/3": "XB", "96.0.0.0/6": "XC", "2000::/6": "XD"},
    )
    systems(tmp_path / "s.mmdb", {"192.0.2.0/24": 64500})
    brought = {"countries": {"database": "c.mmdb"}, "systems": {"database": "s.mmdb"}}
    availability = Availability.model_validate({"sources": brought})
    done = bring(availability.sources, root=tmp_path, state=tmp_path / "state", now=NOW)
    assert all(one.changed for one in done)
    return Shelf(tmp_path / "state")


def test_nobody_blocks_where_they_come_from_themselves(shelf: Shelf) -> None:
    here = ip_address("203.0.113.9")
    assert "you come from 203.0.113.9" in str(why_not_place(XA, shelf, exempt=(), caller=here))
    assert why_not_place(XA, shelf, exempt=(), caller=ip_address("192.0.2.9")) is None
    assert why_not_place(XA, shelf, exempt=(), caller=None) is None
    assert "you come from" in str(
        why_not_place(SYSTEM, shelf, exempt=(), caller=ip_address("192.0.2.9"))
    )


def test_nobody_blocks_where_exempt_networks_are(shelf: Shelf) -> None:
    exempt = [ip_network("198.51.100.0/24"), ip_network("203.0.113.128/25")]
    why = why_not_place(XA, shelf, exempt=exempt, caller=None)
    assert why == "203.0.113.128/25 is of it, which availability.exempt names"
    assert why_not_place(SYSTEM, shelf, exempt=exempt, caller=None) is None


def test_it_is_known_whom_of_the_people_a_block_would_hit(shelf: Shelf) -> None:
    people = [
        SignedIn("ada@example.com", ip_address("203.0.113.7"), "Mozilla/5.0 (X11) Firefox/140"),
        SignedIn("bea@example.com", ip_address("192.0.2.7"), "curl/8"),
    ]
    for text, expected in {
        "XA": ("ada@example.com",),
        "AS64500": ("bea@example.com",),
        "203.0.113.0/24": ("ada@example.com",),
        "agent:mozilla": ("ada@example.com",),
        "agent:masscan": (),
        "0" * 32: (),
    }.items():
        assert hit(meant(text), shelf, people) == expected, text


def test_a_good_part_of_everybody_has_to_be_meant(shelf: Shelf) -> None:
    parts = {one: part_of_everybody(meant(one), shelf) for one in ("XA", "XB", "XC", "XD")}
    assert parts["XB"] == pytest.approx(32 / 223, abs=0.03)
    assert parts["XC"] == pytest.approx(4 / 223, abs=0.015)
    assert parts["XD"] == pytest.approx(1 / 8, abs=0.03)
    assert [one for one, part in parts.items() if is_much(part)] == ["XB", "XD"]
