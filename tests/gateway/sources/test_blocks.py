"""Blocks in the tables: made, replaced, taken back, over by themselves."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from tests.identity import tenants

from ringwall.gateway.layout import Layout
from ringwall.gateway.sources import denials, running
from ringwall.gateway.sources.kinds import Kind as KindOf
from ringwall.gateway.sources.kinds import Meant, meant
from ringwall.gateway.sources.running import Running
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation

NOW = datetime(2026, 11, 26, 17, tzinfo=UTC)
NETWORK = ip_network("203.0.113.0/24")
IT = Meant.by_network(NETWORK)
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("database")


def test_a_block_holds_until_its_end_or_until_it_is_removed() -> None:
    from ringwall.gateway.sources import blocks

    other = ip_network("2001:db8::/48")
    states = [blocks.state()]
    blocks.add(IT, reason="scans", author="ada", until=NOW + HOUR, now=NOW)
    states.append(blocks.state())
    blocks.add(Meant.by_network(other), reason="too", author="ada", until=None, now=NOW)
    states.append(blocks.state())
    assert set(blocks.denials(NOW)) == {NETWORK, other}
    assert blocks.denials(NOW)[NETWORK].until == NOW + HOUR
    assert set(blocks.denials(NOW + HOUR)) == {other}
    assert blocks.remove(Meant.by_network(other), author="bea", now=NOW) == 1
    states.append(blocks.state())
    assert blocks.remove(Meant.by_network(other), author="bea", now=NOW) == 0
    assert set(blocks.denials(NOW)) == {NETWORK}
    assert len({*states}) == len(states), "followers would not see every change"


def test_a_new_block_of_a_network_is_instead_of_the_one_before() -> None:
    from ringwall.gateway.sources import blocks

    blocks.add(IT, reason="scans", author="ada", until=None, now=NOW)
    blocks.add(IT, reason="shorter", author="bea", until=NOW + HOUR, now=NOW)
    (found,) = blocks.live(NOW)
    assert (found.reason, found.author) == ("shorter", "bea")
    assert not blocks.live(NOW + HOUR)


def test_there_is_room_for_as_many_as_the_door_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    from ringwall.gateway.sources import blocks

    monkeypatch.setattr(blocks, "AT_MOST", 2)
    for number in range(2):
        network = ip_network(f"203.0.113.{number}")
        blocks.add(Meant.by_network(network), reason="x", author="ada", until=NOW + HOUR, now=NOW)
    with pytest.raises(blocks.TooManyBlocksError, match="2 networks are blocked"):
        blocks.add(IT, reason="x", author="ada", until=None, now=NOW)
    with pytest.raises(blocks.TooManyBlocksError, match="would be 24 networks"):
        blocks.add(
            Meant.by_network(ip_network("11.0.0.0/8")),
            reason="x",
            author="ada",
            until=None,
            now=NOW + HOUR,
            spared=[ip_network("11.0.0.1")],
        )
    same = ip_network("203.0.113.0")
    blocks.add(Meant.by_network(same), reason="once more", author="ada", until=None, now=NOW)
    blocks.add(IT, reason="room again", author="ada", until=None, now=NOW + HOUR)


def test_what_was_over_long_ago_is_forgotten() -> None:
    from ringwall.gateway.models import Block
    from ringwall.gateway.sources import blocks

    day = timedelta(days=1)
    blocks.add(IT, reason="x", author="ada", until=NOW + HOUR, now=NOW)
    blocks.forget_outdated(NOW + 89 * day)
    assert Block.objects.count() == 1
    blocks.forget_outdated(NOW + 91 * day)
    assert Block.objects.count() == 0


def test_the_follower_writes_down_every_change_as_it_comes(tmp_path: Path) -> None:
    from ringwall.gateway.sources import blocking, blocks

    installation = Installation(tmp_path / "ringwall.yaml", tmp_path / "state", all_sections)
    layout = Layout(tmp_path, installation.state, installation.run)
    now = datetime.now(UTC)
    blocks.add(IT, reason="x", author="ada", until=None, now=now)
    blocking.write_down(layout, now)
    file = layout.state / denials.BLOCKS
    assert set(denials.read(file)) == {NETWORK}
    stop = threading.Event()
    blocks.remove(IT, author="ada", now=now)
    threading.Timer(0.3, stop.set).start()
    began = time.monotonic()
    blocking.follow_blocks(installation, stop)
    assert time.monotonic() - began < 10
    assert denials.read(file) == {}


def test_what_is_damaged_is_told_and_put_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from ringwall.gateway.sources import blocking
    from ringwall.gateway.sources.told import Told, told

    class Gateway:
        def in_force(self) -> str:
            return "what is in force"

    right = Told(spared=(NETWORK,))
    monkeypatch.setattr(blocking, "open_gateway", lambda _: Gateway())
    monkeypatch.setattr("ringwall.gateway.wanted.Wanted.of", lambda one: one)
    monkeypatch.setattr(blocking, "told_of", lambda _: right)
    installation = Installation(tmp_path / "ringwall.yaml", tmp_path / "state", all_sections)
    file = installation.state / "sources/told.json"
    assert not blocking.put_right(installation)
    file.parent.mkdir(parents=True)
    file.write_text("{")
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    blocking.follow_blocks(installation, stop)
    assert told(installation.state) == right
    assert "is written down anew" in caplog.text


def test_the_edge_is_told_no_more_than_it_has_room_for() -> None:
    from ringwall.gateway.sources.blocking import pause_after

    for count in (0, 1, 35, 36, 500, 2_000):
        kept = 600 / pause_after(count) * count * 3_200
        assert kept < 140e6
    assert pause_after(10) == 0.5


def test_people_who_are_signed_in_from_there_are_known() -> None:
    from django.utils import timezone

    from ringwall.gateway.sources.people import signed_in_from

    now = timezone.now()
    ada, bea, cleo = (tenants.person(f"{name}@example.com") for name in ("ada", "bea", "cleo"))
    tenants.session(ada, address="203.0.113.7", key="1")
    tenants.session(ada, address="203.0.113.8", key="2")
    tenants.session(bea, address="198.51.100.1", key="3")
    tenants.session(bea, address="203.0.113.9", key="4", ended=now)
    tenants.session(cleo, address="203.0.113.9", key="5", last_use=now - timedelta(days=2))
    assert signed_in_from(NETWORK, now) == ("ada@example.com",)
    assert signed_in_from(ip_network("2001:db8::/32"), now) == ()


def test_only_who_runs_it_and_is_signed_in_is_spared(tmp_path: Path) -> None:
    from django.utils import timezone

    from ringwall.gateway.sources.people import running_it
    from ringwall.identity.models import Kind

    now = timezone.now()
    tenants.organisation("shop", kind=Kind.PROVIDER)
    tenants.organisation("north")
    ada = tenants.person("ada@example.com", shop=["owner"])
    bea = tenants.person("bea@example.com", shop=["operator"])
    tenants.session(
        tenants.person("cleo@example.com", shop=["developer"]), address="203.0.113.3", key="1"
    )
    tenants.session(
        tenants.person("dan@example.com", north=["owner"]), address="203.0.113.4", key="2"
    )
    kept = tenants.session(ada, address="203.0.113.7", key="3")
    tenants.session(ada, address="2001:db8::7", key="4")
    tenants.session(ada, address="203.0.113.8", key="5", last_use=now - timedelta(hours=2))
    tenants.session(bea, address="203.0.113.9", key="6", ended=now)
    assert {*running_it(now)} == {
        Running("ada@example.com", "203.0.113.7/32"),
        Running("ada@example.com", "2001:db8::/64"),
    }
    kept.ended = now
    kept.save()
    assert [one.text for one in running_it(now)] == ["2001:db8::/64"]
    assert running.write(tmp_path, running_it(now))
    assert not running.write(tmp_path, running_it(now))
    assert running.running(tmp_path) == running_it(now)
    assert json.loads((tmp_path / "sources/running.json").read_bytes())


def test_other_sources_are_kept_beside_networks_and_have_room_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringwall.gateway.sources import blocking, blocks, filters

    layout = Layout(tmp_path, tmp_path / "state", tmp_path / "run")
    blocks.add(IT, reason="x", author="ada", until=None, now=NOW)
    states = [blocks.state()]
    for text in ("AS64500", "XA", "agent:masscan"):
        blocks.add(meant(text), reason="scans", author="ada", until=NOW + HOUR, now=NOW)
        states.append(blocks.state())
    assert set(blocks.denials(NOW)) == {NETWORK}
    assert set(blocks.others(NOW)) == {"AS64500", "XA", "agent:masscan"}
    blocking.write_down(layout, NOW)
    assert set(filters.blocked_now(layout, now=NOW)) == set(
        map(meant, ("AS64500", "XA", "agent:masscan"))
    )
    assert filters.blocked_now(layout, now=NOW + HOUR) == {}
    assert blocks.remove(meant("XA"), author="bea", now=NOW) == 1
    states.append(blocks.state())
    assert len({*states}) == len(states), "followers would not see every change"
    assert set(blocks.others(NOW)) == {"AS64500", "agent:masscan"}
    assert blocks.others(NOW + HOUR) == {}
    monkeypatch.setattr(blocks, "_MOST", {KindOf.SYSTEM: 1})
    blocks.add(meant("AS64500"), reason="again", author="ada", until=None, now=NOW)
    with pytest.raises(blocks.TooManyBlocksError, match="1 systems are blocked already"):
        blocks.add(meant("AS64501"), reason="x", author="ada", until=None, now=NOW)
    (layout.state / filters.BLOCKED).write_text("{")
    assert filters.blocked_now(layout, now=NOW) == {}
