"""What a start does about revocations that nobody followed."""

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.gateway.envoy import rendered
from tests.runtime.conftest import _django

from ringwall.gateway import catching_up
from ringwall.runtime.configuration import Configuration, load_text
from ringwall.runtime.installation import Installation
from ringwall.runtime.sections import SECTIONS as RUNTIME

SECTIONS = (*RUNTIME, *rendered.SECTIONS)
__all__ = ["_django"]
TABLE = "identity_revocation"


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


@pytest.mark.parametrize(("rows", "starts"), [(0, 0), (1, 1)])
def test_a_table_without_revocations_is_seen_to_be_so(
    installation: Installation, started: list[list[str]], rows: int, starts: int
) -> None:
    installation.state.mkdir()
    with closing(sqlite3.connect(installation.state / "ringwall.sqlite3")) as tables:
        tables.execute(f"CREATE TABLE {TABLE} (serial INTEGER PRIMARY KEY, value TEXT)")
        tables.executemany(f"INSERT INTO {TABLE} (value) VALUES (?)", [("sid",)] * rows)
        tables.commit()
    known = catching_up.catch_up(installation, configuration(host="id.localhost"))
    assert len(started) == starts
    assert known is (rows == 0)


@pytest.mark.usefixtures("_django")
def test_the_table_is_called_so() -> None:
    from ringwall.identity.models import Revocation  # noqa: PLC0415 - only once Django is set up

    assert Revocation._meta.db_table == TABLE
