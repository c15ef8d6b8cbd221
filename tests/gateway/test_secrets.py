"""Who may call whom while a configuration changes, and certificates that come in time."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.gateway.certificates.held_clock import HeldClock

from ringwall.gateway import jobs
from ringwall.gateway.admin import Admin
from ringwall.gateway.layout import Layout
from ringwall.gateway.secrets import secret_files
from ringwall.gateway.service import Gateway
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.configuration import Configuration, load_text
from ringwall.runtime.current import all_sections
from ringwall.runtime.spool.keeping import Keeping

SECTIONS = all_sections()


def configuration(*, route_to: str, calls: str = "") -> Configuration:
    return load_text(
        f"""
version: 1
edge: {{hosts: {{app.localhost: {{}}}}}}
services:
  one: {{addresses: [127.0.0.1:1], owner: t, sidecar: {{app: 127.0.0.1:2}}}}
  two:
    addresses: [127.0.0.1:3]
    owner: t
    calls: [{calls}]
    sidecar: {{app: 127.0.0.1:4, outbound: 127.0.0.1:5}}
routes: [{{name: all, hosts: [app.localhost], path: /**, service: {route_to}}}]
""",
        SECTIONS,
    )


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def gateway(tmp_path: Path, clock: HeldClock) -> Gateway:
    layout = Layout(tmp_path, tmp_path / "state", tmp_path / "run")
    return Gateway(layout, sections=SECTIONS, clock=clock)


def accepted(
    gateway: Gateway, now: Configuration, before: Configuration | None
) -> dict[str, list[str]]:
    """Who is let in by each sidecar, by the last part of the SPIFFE id."""
    files = secret_files(
        Wanted.of(now),
        gateway.layout.root,
        certificates=gateway.certificates,
        besides=None if before is None else Wanted.of(before),
    )
    return {
        one.name: [
            matcher["matcher"]["exact"].rpartition("/")[2]
            for matcher in one.resource["validation_context"]["match_typed_subject_alt_names"]
        ]
        for one in files
        if one.name.startswith("sds/callers-")
    }


def test_callers_of_before_and_after_are_let_in_meanwhile(gateway: Gateway) -> None:
    before = configuration(route_to="one")
    after = configuration(route_to="two", calls="one")
    assert accepted(gateway, before, None) == {
        "sds/callers-one.json": ["edge"],
        "sds/callers-two.json": [""],
    }
    assert accepted(gateway, after, before) == {
        "sds/callers-one.json": ["two", "edge"],
        "sds/callers-two.json": ["edge"],
    }
    assert accepted(gateway, after, None) == {
        "sds/callers-one.json": ["two"],
        "sds/callers-two.json": ["edge"],
    }


def test_nobody_more_is_let_in_than_before_or_after(gateway: Gateway) -> None:
    closed = configuration(route_to="two")
    assert accepted(gateway, closed, closed)["sds/callers-one.json"] == [""]


def test_in_the_end_only_who_may_is_let_in(gateway: Gateway) -> None:
    for one in (configuration(route_to="one"), configuration(route_to="two", calls="one")):
        gateway.apply(one, author="t", reason="t", check=False)
    folder = Path(gateway.layout.xds("sidecar-one").path)
    assert "service/edge" not in (folder / "sds" / "callers-one.json").read_text()
    rules = (folder / "ecds-ringwall.callers.json").read_text()
    assert "service/two" in rules
    assert "service/edge" not in rules


def test_sixteen_hours_later_the_services_show_new_certificates(
    gateway: Gateway, clock: HeldClock
) -> None:
    gateway.apply(configuration(route_to="one"), author="t", reason="t", check=False)
    assert gateway.renew() == ()
    clock.step(hours=15.9)
    assert gateway.renew() == ()
    before = shown(gateway)
    clock.step(hours=0.2)
    renewed = {one.name for one in gateway.renew()}
    assert renewed == {"service/edge", "service/one", "service/two"}
    assert gateway.renew() == ()
    after = shown(gateway)
    assert {name for name in after if after[name] != before[name]} == {
        ("edge", "service-edge"),
        ("sidecar-one", "service-one"),
        ("sidecar-two", "service-two"),
    }
    for chain in after.values():
        assert Path(chain).read_bytes().count(b"BEGIN CERTIFICATE") == 2
    # What is renewed stays so when the same configuration is applied again.
    gateway.apply(configuration(route_to="one"), author="t", reason="t", check=False)
    assert shown(gateway) == after
    clock.step(days=20)
    assert "host/app.localhost" in {one.name for one in gateway.renew()}
    assert gateway.renew() == ()


def shown(gateway: Gateway) -> dict[tuple[str, str], str]:
    """The chain file behind every SDS file that shows a certificate."""
    found = {}
    for path in (gateway.layout.state / "xds").glob("*/sds/*.json"):
        (resource,) = json.loads(path.read_bytes())["resources"]
        if "tls_certificate" in resource:
            chain = resource["tls_certificate"]["certificate_chain"]["filename"]
            found[path.parent.parent.name, path.stem] = chain
    return found


KEEPING = Keeping(days=90, size=2**30, least_free=0)


def test_rotation_that_was_killed_halfway_is_finished(
    tmp_path: Path, clock: HeldClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Renamed, but Envoy was never asked to open a new one: it is asked until there is one."""
    log, asked = tmp_path / "access.jsonl", []
    closed = tmp_path / "access-20261123T120000000000.jsonl"
    closed.write_text("{}\n")

    def reopen(_admin: Admin, path: str) -> str:
        asked.append(path)
        log.write_text("")
        return "OK"

    admin = Admin(tmp_path / "none.sock")
    assert "does not answer" in jobs.rotate(log, admin=admin, now=clock.now(), keeping=KEEPING)
    monkeypatch.setattr(Admin, "post", reopen)
    jobs.rotate(log, admin=admin, now=clock.now(), keeping=KEEPING)
    assert asked == ["/reopen_logs"]
    assert jobs.rotate(log, admin=admin, now=clock.now(), keeping=KEEPING) == ""
    assert asked == ["/reopen_logs"]


def test_only_the_oldest_segments_go_when_there_are_too_many(
    tmp_path: Path, clock: HeldClock
) -> None:
    (tmp_path / "access.jsonl").write_text("")
    for number in range(5):
        (tmp_path / f"access-2026112{number}.jsonl").write_text("x" * 100)
    few = replace(KEEPING, size=250)
    admin = Admin(tmp_path / "s")
    jobs.rotate(tmp_path / "access.jsonl", admin=admin, now=clock.now(), keeping=few)
    assert sorted(path.name for path in tmp_path.glob("access*")) == [
        "access-20261123.jsonl.gz",
        "access-20261124.jsonl",
        "access.jsonl",
    ]
