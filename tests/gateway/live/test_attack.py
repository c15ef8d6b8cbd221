"""The sentry on a running edge: an attack is recognised, told, and survives the sentry's death."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.gateway.live.stage import Stage, plain_config

from ringwall.gateway.attacks import Picture, picture
from ringwall.gateway.layout import Layout
from ringwall.runtime.processes.paths import run_dir_for

pytestmark = pytest.mark.e2e

POOL = 320


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    config = plain_config()
    config["edge"]["limits"] = {"connections": POOL}
    with Stage(tmp_path_factory.mktemp("attack"), config) as stage:
        yield stage.up()


def told(stage: Stage) -> Picture:
    """What ``ringwall attack`` shows."""
    return picture(Layout(stage.folder, stage.state, run_dir_for(stage.state)), now=time.time())


def attacks(stage: Stage) -> list[dict[str, Any]]:
    """The attacks that go on."""
    found: list[dict[str, Any]] = told(stage).found["attacks"]
    return found


def test_connections_held_open_are_an_attack_from_where_they_come(running: Stage) -> None:
    assert attacks(running) == []
    held = [
        socket.create_connection(("127.0.0.1", running.port), source_address=("127.0.9.9", 0))
        for _ in range(250)
    ]
    try:
        running.wait(lambda: attacks(running), within=15)
        (attack,) = attacks(running)
        assert attack["kind"] == "connections"
        assert attack["peak"] >= 200
        assert {"what": "address", "name": "127.0.9.9", "weight": 250} in attack["sources"]
    finally:
        for one in held:
            one.close()
    before = running.pid("sentry")
    os.kill(before, signal.SIGKILL)
    running.wait(lambda: running.pid("sentry") not in {None, before})
    running.wait(lambda: told(running).found["since"] > attack["began"] and told(running).is_fresh)
    assert [one["id"] for one in attacks(running)] == [attack["id"]]
    assert running.get("https://app.localhost/").status_code == 200
    assert attack["id"] in running.command("attack", "list").stdout
