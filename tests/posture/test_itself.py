"""Ringwall judged by its own checks: a configuration, read as it would be applied."""

import platform
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

from ringwall.gateway import aspects as of_the_edge
from ringwall.gateway.binary import envoy_version
from ringwall.lake import aspects as of_the_log
from ringwall.posture.checking.finding import own_checks
from ringwall.posture.commands.verdicts import show_verdicts
from ringwall.posture.itself import read_itself
from ringwall.posture.judging import judge_all
from ringwall.posture.snapshot.snapshot import Snapshot
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find

SHOP = """\
version: 1
edge:
  listen: 127.0.0.1:8443
  private: 127.0.0.1:9900
  hosts:
    shop.example.com: {}
    old.localhost: {tls_minimum: "1.2"}
services:
  orders: {addresses: ["127.0.0.1:7401"], owner: us, exposure: internet}
  billing: {addresses: ["127.0.0.1:7402"], owner: us, tls: none, classification: restricted}
routes:
  - {name: orders, hosts: [shop.example.com], path: /orders, methods: [GET, POST], service: orders}
  - name: pay
    hosts: [shop.example.com]
    path: /pay
    service: billing
"""

Read = Callable[[str], Snapshot]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a configuration."""

    def reads(text: str) -> Snapshot:
        (tmp_path / "ringwall.yaml").write_text(text)
        installation = find(all_sections, config=tmp_path / "ringwall.yaml")
        return read_itself(installation, [of_the_edge, of_the_log])

    return reads


def failures(snapshot: Snapshot) -> set[tuple[str, str]]:
    """Which checks fail at which components."""
    checks = [one for one in own_checks() if one.id.startswith("ringwall-")]
    return {
        (one.check, one.component.partition("/")[2])
        for one in judge_all(snapshot, checks)
        if one.verdict.outcome == "fail"
    }


def test_what_is_open_is_found_and_what_is_not_is_not(read: Read) -> None:
    assert failures(read(SHOP)) == {
        ("ringwall-host-public-certificate", "shop.example.com"),
        ("ringwall-host-tls-version", "old.localhost"),
        ("ringwall-log-copied", "log"),
        ("ringwall-log-vouched", "log"),
        ("ringwall-route-exposure", "pay"),
        ("ringwall-route-open-confidential", "orders"),
        ("ringwall-route-open-confidential", "pay"),
        ("ringwall-route-open-to-all", "orders"),
        ("ringwall-service-mutual-tls", "billing"),
    }


def test_places_are_the_lines_of_the_file(read: Read) -> None:
    snapshot = read(SHOP)
    places = {seen.found.name: seen.place for seen in snapshot if seen.place}
    lines = SHOP.splitlines()
    for name in ("orders", "pay"):
        place = snapshot.get(f"ringwall-route/{name}").place  # type: ignore[union-attr]
        assert place is not None
        assert f"name: {name}" in lines[place.line - 1]
    assert "tls_minimum" in lines[places["old.localhost"].line - 1]


def test_limits_that_are_switched_off_are_found(read: Read) -> None:
    off = "availability:\n  nobody: null\n  attacks: {raise_alarm: false}\n"
    found = {check for check, _ in failures(read(SHOP + off))}
    assert {"ringwall-edge-limits", "ringwall-edge-alarm"} <= found


def test_what_runs_not_is_unknown(read: Read) -> None:
    known = [one for one in own_checks() if one.id == "ringwall-log-fares"]
    (judged,) = judge_all(read(SHOP), known)
    assert judged.verdict.outcome == "unknown"


def test_envoy_and_python_tell_their_versions(read: Read) -> None:
    known = [one for one in own_checks() if one.id == "ringwall-program-supported"]
    told = {one.component: one.verdict for one in judge_all(read(SHOP), known)}
    programs = {"envoy", "python", "django"}
    assert set(told) == {f"ringwall-program/{one}" for one in programs}
    assert envoy_version() in told["ringwall-program/envoy"].why
    assert platform.python_version() in told["ringwall-program/python"].why


def test_libraries_are_compared_with_what_this_version_asks_for(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = [one for one in own_checks() if one.id == "ringwall-package-libraries"]
    (judged,) = judge_all(read(SHOP), known)
    assert judged.verdict.outcome == "pass"
    monkeypatch.setattr(metadata, "requires", lambda name: ["django>=99", "nobody-has-this>=1"])
    (judged,) = judge_all(read(SHOP), known)
    assert judged.verdict.outcome == "fail"
    assert "nobody-has-this is missing (>=1)" in judged.verdict.why
    assert f"django {metadata.version('django')} (>=99)" in judged.verdict.why


def test_a_configuration_that_cannot_be_read_is_no_pass(read: Read) -> None:
    snapshot = read(SHOP.replace("owner: us", "owner: [", 1))
    for kind in of_the_edge.KINDS:
        told = dict(snapshot.listings(kind))
        assert {one.state.value for one in told.values()} == {"error"}


def test_no_secret_is_read(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "hunter2-hunter2")
    mail = (
        "identity:\n  mail:\n    smtp: {host: m.example, username: u,"
        " password: '${env:SMTP_PASSWORD}'}\n"
    )
    snapshot = read(SHOP + mail)
    told = repr([seen.aspects for seen in snapshot])
    assert "m.example" in told
    assert "hunter2" not in told


def test_what_is_unknown_for_one_cause_is_one_line(
    read: Read, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policies").mkdir()
    permit = '@id("{}")\npermit (principal, action, resource);\n'
    (tmp_path / "policies/all.cedar").write_text(permit.format("one") + permit.format("two"))
    snapshot = read(SHOP)
    known = [one for one in own_checks() if one.id == "ringwall-permit-unused"]
    judged = list(judge_all(snapshot, known))
    assert len(judged) > 1
    show_verdicts(judged, known, snapshot, places={}, as_json=False)
    lines = [line for line in capsys.readouterr().out.splitlines() if "of them" in line]
    assert [f"{len(judged)} of them" in line for line in lines] == [True]


def test_headers_are_those_that_the_edge_gives_to_the_answers_of_a_route(read: Read) -> None:
    edge = SHOP.replace("edge:\n", "edge:\n  response_headers: {Referrer-Policy: unsafe-url}\n")
    service = edge.replace(
        "owner: us, exposure", "owner: us, response_headers: {x-frame-options: ALLOWALL}, exposure"
    )
    text = service.replace(
        "    path: /pay\n",
        "    path: /pay\n    response_headers: {strict-transport-security: null, "
        "referrer-policy: same-origin}\n",
    )
    snapshot = read(text)
    found = {one for one in failures(snapshot) if one[0].startswith("ringwall-route-")}
    assert found - failures(read(SHOP)) == {
        ("ringwall-route-framing", "orders"),
        ("ringwall-route-referrer", "orders"),
    }
    known = [one for one in own_checks() if one.id == "ringwall-route-strict-transport"]
    said = {
        one.component.partition("/")[2]: one.verdict.outcome for one in judge_all(snapshot, known)
    }
    assert said == {"orders": "pass", "pay": "unknown"}
