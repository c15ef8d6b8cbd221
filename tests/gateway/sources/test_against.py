"""What is refused for other than its network: own words, lists with reasons and ends, blocks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.envoy.rendered import SECTIONS
from tests.gateway.sources.databases import countries, systems

from ringwall.gateway import xds
from ringwall.gateway.availability.config import Availability
from ringwall.gateway.envoy import lists
from ringwall.gateway.sources.against import against, next_end
from ringwall.gateway.sources.judging import NoNetworkError
from ringwall.gateway.sources.kinds import Kind, Meant, meant
from ringwall.gateway.sources.said import SAID, read, said
from ringwall.runtime.configuration import ConfigurationError, load_sources

NOW = datetime(2026, 11, 26, 17, tzinfo=UTC)
JA4 = "t13d1516h2_8daaf6152771_02713d6af862"
JA3 = "0123456789abcdef0123456789abcdef"
READY: dict[str, Any] = {
    "countries": {"database": "c.mmdb"},
    "systems": {"database": "s.mmdb"},
    "fingerprints": {},
    "user_agents": {},
}


def _availability(**sources: Any) -> Availability:
    return Availability.model_validate({"sources": sources})


@pytest.mark.parametrize(
    ("text", "kind", "written"),
    [
        ("203.0.113.7", Kind.NETWORK, "203.0.113.7/32"),
        ("2001:db8::/48", Kind.NETWORK, "2001:db8::/48"),
        ("as64500", Kind.SYSTEM, "AS64500"),
        ("xa", Kind.COUNTRY, "XA"),
        (JA4, Kind.FINGERPRINT, JA4),
        (JA3, Kind.FINGERPRINT, JA3),
        ("agent:MassCan", Kind.AGENT, "agent:masscan"),
    ],
)
def test_what_can_be_blocked_is_known_by_how_it_is_written(
    text: str, kind: Kind, written: str
) -> None:
    found = meant(text)
    assert (found.kind, found.text) == (kind, written)
    assert meant(found.text) == found


@pytest.mark.parametrize(
    "text", ["", "AS0", "XAB", "masscan", "agent:", "agent:x", "1.2.3", JA4[1:]]
)
def test_anything_else_is_refused_with_what_it_might_be(text: str) -> None:
    with pytest.raises(NoNetworkError) as told:
        meant(text)
    assert "such as" in told.value.hint


_ENDS = st.none() | st.integers(-5, 5).map(lambda hours: NOW + timedelta(hours=hours))
_LISTS = st.lists(
    st.fixed_dictionaries(
        {
            "until": _ENDS,
            "countries": st.lists(st.sampled_from(["XA", "XB"]), max_size=2),
            "systems": st.lists(st.sampled_from(["AS1", "AS2"]), max_size=2),
            "fingerprints": st.lists(st.sampled_from([JA3, JA4]), max_size=2),
            "user_agents": st.lists(st.sampled_from(["scan", "probe"]), max_size=2),
        }
    ),
    max_size=4,
)


@given(_LISTS, st.integers(-6, 6))
def test_a_list_is_in_force_until_its_end_and_no_longer(
    some: list[dict[str, Any]], hours: int
) -> None:
    named = [
        {"name": f"l{n}", "reason": "x", **one, "networks": ["192.0.2.1/32"]}
        for n, one in enumerate(some)
    ]
    sources, now = _availability(**READY, lists=named).sources, NOW + timedelta(hours=hours)
    found = against(sources, now=now)
    for key, told in (
        ("countries", found.countries),
        ("systems", found.systems),
        ("fingerprints", found.fingerprints),
        ("user_agents", found.agents),
    ):
        alive = [one for one in some if one["until"] is None or one["until"] > now]
        assert {*told} == {what for one in alive for what in one[key]}
        assert list(told) == sorted({*told})
    end = next_end(sources, now)
    assert end == min((o["until"] for o in some if o["until"] and o["until"] > now), default=None)
    if end is not None:
        before = end - timedelta(microseconds=1)
        assert against(sources, now=before) == found


@given(st.sets(st.sampled_from(["XA", "AS64500", JA4, JA3, "agent:masscan"])))
def test_only_what_is_looked_at_is_refused_for_a_block(some: set[str]) -> None:
    blocked = [meant(one) for one in sorted(some)]
    found = against(_availability(**READY).sources, blocked=blocked, now=NOW)
    assert {*found.countries, *found.systems, *found.fingerprints} == {
        one for one in some if ":" not in one
    }
    assert found.agents == (("masscan",) if "agent:masscan" in some else ())
    assert against(_availability().sources, blocked=blocked, now=NOW) == against(
        _availability().sources, now=NOW
    )


def test_which_filters_there_are_does_not_change_with_what_they_refuse() -> None:
    ready = _availability(**READY).sources
    blocked = [meant("XA"), Meant(Kind.AGENT, "agent:masscan")]
    empty = lists.filters(ready, against(ready), by_header=False)
    full = lists.filters(ready, against(ready, blocked=blocked), by_header=False)
    assert empty.keys() == full.keys() == {lists.AT_CONNECTIONS, lists.AGENTS}
    assert all(empty[name] != full[name] for name in empty)
    assert lists.filters(_availability().sources, against(ready), by_header=False) == {}


def test_what_is_said_is_read_as_it_was(tmp_path: Path) -> None:
    whole = _availability(
        **READY,
        block=["203.0.113.0/24"],
        feeds=[{"name": "own", "file": "own.txt"}],
        lists=[{"name": "x", "reason": "y", "countries": ["XA"], "until": "2026-12-31T00:00:00Z"}],
    )
    xds.write_json(tmp_path / SAID, said(whole, by_header=True))
    found = read(tmp_path / SAID)
    assert found is not None
    assert (found.availability, found.by_header) == (whole, True)
    (tmp_path / SAID).write_text("{")
    assert read(tmp_path / SAID) is None


def _loaded(folder: Path, sources: str) -> Any:
    text = f"""version: 1
edge: {{hosts: {{app.example: {{}}}}}}
availability: {{sources: {sources}}}
services: {{app: {{addresses: ["127.0.0.1:9000"], owner: ada}}}}
routes: [{{name: all, hosts: [app.example], path: /**, service: app}}]
"""
    return load_sources([(Path("ringwall.yaml"), text.encode())], SECTIONS, root=folder)


def test_a_list_that_asks_what_nothing_tells_is_refused_with_its_field(tmp_path: Path) -> None:
    countries(tmp_path / "c.mmdb", {"203.0.113.0/24": "XA"})
    systems(tmp_path / "s.mmdb", {"203.0.113.0/24": 64500})
    listed = "{name: x, reason: y, countries: [XA], systems: [AS1]}"
    with pytest.raises(ConfigurationError) as told:
        _loaded(tmp_path, f"{{lists: [{listed}]}}")
    assert "nothing tells the country of addresses, which the list x asks" in str(told.value)
    assert "name a file under availability.sources.systems.database" in str(told.value)
    bare = f"countries: {{database: c.mmdb}}, systems: {{database: s.mmdb}}, lists: [{listed}]"
    assert not _loaded(tmp_path, f"{{{bare}}}").warnings


def test_a_list_that_is_over_is_told(tmp_path: Path) -> None:
    over = '{name: x, reason: y, until: "2020-01-01T00:00:00Z", networks: [203.0.113.0/24]}'
    (found,) = _loaded(tmp_path, f"{{lists: [{over}]}}").warnings
    assert "the list x is over: it refuses nobody" in found.message


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        ({"reason": "y", "networks": ["203.0.113.0/24"]}, "name"),
        ({"name": "x", "networks": ["203.0.113.0/24"]}, "reason"),
        ({"name": "x", "reason": " ", "networks": ["203.0.113.0/24"]}, "reason"),
        ({"name": "x", "reason": "y"}, "a list names networks, countries"),
        ({"name": "allow", "reason": "y", "countries": ["XA"]}, "may not be called allow"),
        ({"name": "x", "reason": "y", "networks": ["10.0.0.0/7"]}, "too much of everybody"),
        (
            {"name": "x", "reason": "y", "countries": ["XA"], "until": "2026-12-31T00:00:00"},
            "until",
        ),
        ({"name": "own", "reason": "y", "countries": ["XA"]}, "two lists are called own"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(listed: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        _availability(lists=[listed], feeds=[{"name": "own", "file": "x"}])
