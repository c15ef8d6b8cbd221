"""What a start does about revocations that nobody followed."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.envoy import rendered

from ringwall.gateway import catching_up
from ringwall.runtime.configuration import Configuration, load_text
from ringwall.runtime.installation import Installation
from ringwall.runtime.sections import SECTIONS as RUNTIME

SECTIONS = (*RUNTIME, *rendered.SECTIONS)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    config = tmp_path / "ringwall.yaml"
    return Installation(config, tmp_path / "state", lambda: SECTIONS)


def configuration(**identity: str) -> Configuration:
    hosts: dict[str, Any] = {"app.localhost": {}, "id.localhost": {}}
    edge = {"listen": "127.0.0.1:8443", "hosts": hosts}
    return load_text(json.dumps({"version": 1, "edge": edge, "identity": identity}), SECTIONS)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that were started, none of which could be."""
    found: list[list[str]] = []

    def run(command: list[str], **_: object) -> None:
        found.append(command)
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr(subprocess, "run", run)
    return found


def test_no_process_is_started_where_nothing_can_be_revoked(
    installation: Installation, started: list[list[str]]
) -> None:
    assert catching_up.catch_up(installation, configuration(host="id.localhost")), "no tables yet"
    installation.state.mkdir()
    (installation.state / "ringwall.sqlite3").touch()
    assert catching_up.catch_up(installation, configuration()), "nobody signs in"
    assert started == []


def test_a_database_that_does_not_answer_is_told_and_no_reason_not_to_start(
    installation: Installation, started: list[list[str]]
) -> None:
    installation.state.mkdir()
    (installation.state / "ringwall.sqlite3").touch()
    assert not catching_up.catch_up(installation, configuration(host="id.localhost"))
    assert len(started) == 1
