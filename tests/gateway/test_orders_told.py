"""What is told of certificates that do not come, and what the worker gets to order them."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.gateway.certificates.held_clock import HeldClock

from ringwall.access.sections import SECTIONS as ACCESS
from ringwall.gateway.certificates.acme_schedule import AttemptLog, Attempts
from ringwall.gateway.certificates.authority import key_pem, pem
from ringwall.gateway.certificates.names import read_host
from ringwall.gateway.certificates.profiles import EDGE, make_host_leaf, make_root
from ringwall.gateway.layout import Layout
from ringwall.gateway.processes import specifications
from ringwall.gateway.sections import SECTIONS
from ringwall.gateway.service import Gateway
from ringwall.gateway.status import certificate_statuses, kept_credentials
from ringwall.identity.sections import SECTIONS as IDENTITY
from ringwall.inventory.sections import SECTIONS as INVENTORY
from ringwall.lake.sections import SECTIONS as LAKE
from ringwall.posture.sections import SECTIONS as POSTURE
from ringwall.runtime.configuration import Configuration, load
from ringwall.runtime.installation import Installation
from ringwall.runtime.sections import SECTIONS as RUNTIME

HOST = "a.example"
ALL = (*ACCESS, *INVENTORY, *IDENTITY, *POSTURE, *SECTIONS, *LAKE, *RUNTIME)
FAILED = Attempts(
    failures=1,
    since=HeldClock().moment,
    not_before=HeldClock().moment + timedelta(hours=1),
    problem="cannot reach it",
)
"""An order that failed just now."""
ACME = {"directory": "https://ca.example/directory", "terms_accepted": True}


def configured(folder: Path, *, accounts: object = None, **acme: object) -> Configuration:
    config = {
        **({"posture": {"accounts": accounts}} if accounts else {}),
        "version": 1,
        "edge": {
            "hosts": {HOST: {"certificate": {"source": "acme"}}, "b.example": {}},
            "acme": {**ACME, **acme},
        },
        "services": {"own": {"addresses": ["127.0.0.1:7001"], "owner": "tests"}},
        "routes": [{"name": "own", "hosts": [HOST], "path": "/", "service": "own"}],
    }
    (folder / "ringwall.yaml").write_text(yaml.safe_dump(config))
    return load(folder / "ringwall.yaml", ALL)


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    """A gateway whose configuration is in force; no Envoy runs."""
    layout = Layout(tmp_path, tmp_path / "state", tmp_path / "run")
    made = Gateway(layout, sections=ALL, clock=HeldClock())
    made.apply(configured(tmp_path), author="tests", reason="test", check=False)
    return made


def issue(gateway: Gateway, host: str, *, at: datetime) -> None:
    """Let the ACME authority have issued a certificate of 30 days."""
    leaf = make_host_leaf(read_host(host), make_root(EDGE, now=at), now=at)
    gateway.certificates.install_acme(host, chain=pem(leaf.certificate), key=key_pem(leaf.key))


def told(gateway: Gateway, *, idle: bool = False) -> dict[str, tuple[str, str, datetime | None]]:
    """Source, problem and next try of each host that is told of."""
    found = certificate_statuses(gateway, now=HeldClock().moment, idle=idle)
    assert len({one.name for one in found}) == len(found)
    return {
        one.name.removeprefix("host/"): (one.source, one.problem, one.next_try)
        for one in found
        if one.name.startswith("host/")
    }


def test_a_problem_is_told_while_a_certificate_is_due(gateway: Gateway) -> None:
    assert told(gateway)[HOST] == ("local", "", None)
    AttemptLog(gateway.layout.acme, HOST).write(FAILED)
    AttemptLog(gateway.layout.acme, "b.example").write(FAILED)  # it had one from ACME before
    problem = ("cannot reach it", FAILED.not_before)
    assert told(gateway)[HOST] == ("local", *problem)
    assert told(gateway)["b.example"] == ("local", "", None)
    issue(gateway, HOST, at=HeldClock().moment - timedelta(days=25))
    assert told(gateway)[HOST] == ("acme", *problem)
    # Somebody ordered one that is not due, and that failed: nothing is wrong.
    issue(gateway, HOST, at=HeldClock().moment - timedelta(days=1))
    assert told(gateway)[HOST] == ("acme", "", None)


def test_what_is_on_the_way_has_no_time(gateway: Gateway) -> None:
    going_on = replace(FAILED, not_before=None)
    AttemptLog(gateway.layout.acme, HOST).write(going_on)
    assert told(gateway)[HOST] == ("local", "cannot reach it", None)


def test_the_stand_in_is_not_told_of_any_more(gateway: Gateway) -> None:
    issue(gateway, HOST, at=HeldClock().moment)
    issue(gateway, "b.example", at=HeldClock().moment)
    issue(gateway, "gone.example", at=HeldClock().moment)
    assert {host: source for host, (source, *_) in told(gateway).items()} == {
        HOST: "acme",
        "b.example": "local",
        "ringwall-unknown": "local",
    }
    assert told(gateway, idle=True)["gone.example"][0] == "acme"
    kept = {one.name: one.source for one in kept_credentials(gateway)}
    assert (kept[f"host/{HOST}"], kept["host/b.example"]) == ("acme", "local")


def test_only_the_worker_gets_what_orders_need(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"EAB_KEY": "secret", "HTTPS_PROXY": "http://proxy.example", "no_proxy": "localhost"}
    names = {*given, "OTHER", "AWS_PROFILE"}
    for name, value in {**given, "OTHER": "secret"}.items():
        monkeypatch.setenv(name, value)

    monkeypatch.delenv("AWS_PROFILE", raising=False)

    def environments(**acme: Any) -> dict[str, dict[str, str]]:
        configuration = configured(tmp_path, **acme)
        installation = Installation(tmp_path / "ringwall.yaml", gateway.layout.state, lambda: ALL)
        specs = specifications(installation, gateway, configuration)
        return {
            spec.name: {k: v for k, v in spec.environment.items() if k in names} for spec in specs
        }

    with_account = environments(external_account={"key_id": "1", "hmac_key": "${env:EAB_KEY}"})
    assert with_account.pop("worker") == given
    assert set(with_account) == {"collector", "edge", "notary", "sentry", "web"}
    assert not any(with_account.values())
    without = environments()
    assert without["worker"] == {k: v for k, v in given.items() if k != "EAB_KEY"}
    own = {"AWS_PROFILE": "reader"}
    monkeypatch.setenv("AWS_PROFILE", "reader")
    assert own.items() <= environments(accounts={"a": {}})["worker"].items()
    assert "AWS_PROFILE" not in environments()["worker"]
    from_file = environments(external_account={"key_id": "1", "hmac_key": "${file:/run/key}"})
    assert from_file["worker"] == without["worker"]
