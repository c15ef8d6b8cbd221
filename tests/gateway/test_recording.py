"""What the gateway records of itself is as the schema wants it, and holds nothing up."""

import logging
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.gateway.sentry.test_seeing import ATTACK
from tests.identity.activity.events import of_type, only, recorded

from ringwall.core.clock import SystemClock
from ringwall.gateway import recording
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.gateway.posture import Order, set_posture
from ringwall.gateway.sentry.finding import Event, finding
from ringwall.gateway.sentry.sources import Source
from ringwall.gateway.versions import Version
from ringwall.runtime.recording import acting_as, spool_of
from ringwall.runtime.recording.acting import by_job

NOW = datetime(2026, 5, 3, tzinfo=UTC)


def test_an_attack_is_a_finding_without_the_addresses_it_came_from(tmp_path: Path) -> None:
    sources = (Source("address", "203.0.113.7", 3.0), Source("route", "shop", 2.0))
    told = finding(Event(ATTACK, sources), now=1e9 + 10, is_new=True)
    recording.attack(tmp_path, told)
    recording.attack(tmp_path, finding(Event(ATTACK), now=1e9 + 20))
    began, went_on = recorded(tmp_path)
    assert (began.raw["class_name"], began.raw["activity_name"]) == ("Detection Finding", "Create")
    assert began.raw["finding_info"]["uid"] == ATTACK.id
    assert "203.0.113.7" not in str(began.raw)
    assert [one["value"] for one in began.raw["observables"]] == ["shop"]
    assert began.whole["observables"] == told["observables"]
    assert began.whole["unmapped"] == told["unmapped"]
    assert went_on.raw["activity_name"] == "Update"
    assert went_on.personal == {}


def test_a_certificate_is_recorded_when_it_is_made_and_when_it_is_replaced(tmp_path: Path) -> None:
    store = CertificateStore(tmp_path, clock=SystemClock())
    store.made = lambda made, before: recording.certificate_made(tmp_path, made, before)
    with acting_as(by_job("certificates")):
        first = store.for_service("shop", trust_domain="shop.example")
        assert store.for_service("shop", trust_domain="shop.example") == first
        second = store.rotate_service("shop", trust_domain="shop.example")
    made, replaced = recorded(tmp_path)
    assert (made.raw["activity_name"], replaced.raw["activity_name"]) == ("Create", "Update")
    assert made.after["names"] == ["spiffe://shop.example/service/shop"]
    assert made.by["invoked_by"] == "certificates"
    assert replaced.before["file"] == first.chain.stem
    assert replaced.after["file"] == second.chain.stem != first.chain.stem
    key = second.key.read_text().splitlines()[1]
    assert key not in spool_of(tmp_path).read_text()


def test_a_posture_is_recorded_when_it_differs(tmp_path: Path) -> None:
    (tmp_path / "xds/edge").mkdir(parents=True)
    for _ in range(2):
        set_posture(tmp_path, order=Order.ON, reason="a drill", author="ada")
    (changed,) = of_type(recorded(tmp_path), "Posture")
    assert (changed.before["order"], changed.after["order"]) == ("auto", "on")
    assert changed.after["reason"] == "a drill"


def test_versions_shadows_and_failures_are_as_the_schema_wants_them(tmp_path: Path) -> None:
    files = ("ringwall.yaml",)
    version = Version(
        number=7, hash="abc", author="grace", time=NOW, reason="reload", root="/", files=files
    )
    before = replace(version, number=6, hash="abb", time=NOW - timedelta(days=1))
    recording.version_applied(tmp_path, version, before, began=False)
    recording.version_refused(
        tmp_path,
        author="ada",
        reason="reload",
        refused={"reason": "a port is taken", "problems": []},
        before=version,
    )
    recording.shadow_changed(tmp_path, author="ada", before=None, after={"hash": "abc"})
    recording.shadow_changed(tmp_path, author="", before={"hash": "abc"}, after=None, why="over")
    recording.certificate_failed(tmp_path, "shop.example", "the authority said no")
    recording.run_began(tmp_path, again=False, by="ada")
    recording.process_told(tmp_path, "edge", 7, launched=False, how="exited with 1", restarts=1)
    recording.run_ended(tmp_path)
    events = recorded(tmp_path)
    applied = only(events, message="version 7 is in force")
    assert (applied.own["before"]["hash"], applied.own["after"]["hash"]) == ("abb", "abc")
    assert applied.by["user"]["name"] == "grace"
    assert "grace" not in str(applied.raw)
    started, ended = of_type(events, "Shadow")
    assert [one.raw["activity_name"] for one in (started, ended)] == ["Create", "Delete"]
    assert started.by["user"]["name"] == "ada"
    assert ended.before == {"hash": "abc", "ended": "over"}
    assert (ended.own["actor_kind"], ended.by["app_name"]) == ("system", "ringwall shadow")
    begun = only(events, message="Ringwall starts")
    assert (begun.by["user"]["name"], begun.by["invoked_by"]) == ("ada", "ringwall up")
    assert begun.by["user"]["uid"] == f"host:{os.getuid()}"
    assert not begun.raw["actor"]["user"].get("name"), "a name is personal"
    failed = only(events, message="no new certificate for shop.example")
    assert failed.raw["class_name"] == "Application Error"
    assert only(events, message="edge exited with 1").raw["status_detail"] == "exited with 1"


def test_what_cannot_be_recorded_holds_nothing_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "spool").write_text("in the way")
    with caplog.at_level(logging.ERROR):
        recording.run_began(tmp_path, again=False, by="ada")
    assert "cannot be recorded" in caplog.text
    assert "Ringwall starts" in caplog.text


def test_who_starts_with_a_version_of_somebody_else_is_named(tmp_path: Path) -> None:
    files = ("ringwall.yaml",)
    version = Version(
        number=7, hash="abc", author="grace", time=NOW, reason="reload", root="/", files=files
    )
    recording.version_applied(tmp_path, version, version, began=False, by="ada")
    recording.run_began(tmp_path, again=True, by="ada")
    applied, again = recorded(tmp_path)
    assert (applied.by["user"]["name"], applied.by["invoked_by"]) == ("ada", "ringwall up")
    assert again.raw["message"] == "Ringwall goes on after its supervisor was killed"
    assert "user" not in again.by, "nobody did"
