"""Limits that are shared: what is configured, and which process it brings."""

from pathlib import Path

import pytest
from tests.gateway import test_availability
from tests.gateway.test_availability import loaded, warnings

from ringwall.core.clock import SystemClock
from ringwall.gateway.layout import Layout
from ringwall.gateway.own_processes import QUOTAS, SENTRY
from ringwall.gateway.processes import specifications
from ringwall.gateway.quotas.address import RedisUrlError
from ringwall.gateway.sentry.settings import VARIABLE, Settings
from ringwall.gateway.service import Gateway
from ringwall.runtime.configuration import ConfigurationError
from ringwall.runtime.configuration.rendering import plain
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import Installation
from ringwall.runtime.processes.spec import ProcessSpec

SHARED = "together: {by: address, rate: 5/s, burst: 9, shared: true}"
REDIS = "shared: {redis: '${env:REDIS_URL}', timeout: 20ms, prefix: shop}"


def _processes(text: str, folder: Path) -> dict[str, ProcessSpec]:
    layout = Layout(folder, folder / "state", folder / "run")
    layout.bootstrap("edge").parent.mkdir(parents=True)
    layout.bootstrap("edge").write_text("{}")
    installation = Installation(folder / "ringwall.yaml", folder / "state", all_sections)
    gateway = Gateway(layout, sections=all_sections(), clock=SystemClock())
    return {one.name: one for one in specifications(installation, gateway, loaded(text))}


def test_the_process_is_there_only_for_a_shared_limit(tmp_path: Path) -> None:
    assert QUOTAS not in _processes("", tmp_path / "without")
    assert QUOTAS in _processes(f"availability: {{limits: {{{SHARED}}}}}", tmp_path / "with")


def test_it_is_told_where_redis_is_and_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://ann:secret@here:6380/2")
    found = _processes(f"availability: {{limits: {{{SHARED}}}, {REDIS}}}", tmp_path)
    assert found[QUOTAS].environment["RINGWALL_REDIS_URL"] == "redis://ann:secret@here:6380/2"
    assert found[QUOTAS].environment["RINGWALL_REDIS_TIMEOUT"] == "0.02"
    assert found[QUOTAS].environment["RINGWALL_REDIS_PREFIX"] == "shop"
    others = [one for name, one in found.items() if name != QUOTAS]
    assert others
    assert not any("secret" in value for one in others for value in one.environment.values())
    assert "RINGWALL_DATABASE_URL" not in found[QUOTAS].environment


def test_the_sentry_is_told_where_people_sign_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    purposeful = test_availability.BASE.replace("/**,", "/**, purpose: sign-in,")
    monkeypatch.setattr(test_availability, "BASE", purposeful)
    told = Settings.read(_processes("", tmp_path)[SENTRY].environment[VARIABLE])
    assert told.sign_in_routes == ("all",)
    assert {"/accounts/login", "/sign-on", "/first", "/recover"} <= {*told.sign_in_paths}


def test_a_url_that_cannot_be_read_is_refused_when_it_is_applied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", "http://secret")
    with pytest.raises(RedisUrlError, match="begins with redis://") as refused:
        _processes(f"availability: {{limits: {{{SHARED}}}, {REDIS}}}", tmp_path)
    assert "secret" not in str(refused.value)


def test_a_redis_in_which_nothing_is_counted_is_told() -> None:
    assert warnings(f"availability: {{{REDIS}}}") == [
        "nothing is counted there: no limit says `shared: true`"
    ]
    assert not warnings(f"availability: {{limits: {{{SHARED}}}, {REDIS}}}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("shared: {redis: redis://here}", "write ${env:NAME} or ${file:/path}"),
        ("shared: {prefix: 'a b'}", "letters, digits, dots, dashes and underscores"),
        ("shared: {timeout: 5s}", "from 5ms to 1s"),
    ],
)
def test_what_is_not_taken_is_told(text: str, told: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        loaded(f"availability: {{{text}}}")
    assert told in "\n".join(plain(one) for one in refused.value.problems)
