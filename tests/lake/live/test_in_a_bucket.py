"""A whole Ringwall whose table lies in a bucket: written with one key, read with another."""

import json
from pathlib import Path

import pytest
from tests.gateway.live.stage import Stage, plain_config
from tests.lake.live.scene import environment_of, pids, places
from tests.lake.store import Store, Way, objects_of

from ringwall.lake.bucket import VARIABLE, Bucket
from ringwall.runtime.processes.calls import call_sync

pytestmark = pytest.mark.e2e


def _config(tmp_path: Path, bucket: Bucket) -> dict[str, object]:
    keys = {}
    for name, value in (("writer", "the key that writes"), ("reader", "the key that reads")):
        path = tmp_path / name
        path.write_text(value)
        keys[name] = dict.fromkeys(("access_key", "secret_key"), f"${{file:{path}}}")
    said = {"uri": bucket.uri, "endpoint": bucket.endpoint, "region": bucket.region}
    return plain_config(log={"bucket": {**said, **keys["writer"], "read": keys["reader"]}})


def _flushed(stage: Stage) -> None:
    call_sync(places(stage).ready, "flush", timeout=60.0)


@pytest.mark.timeout(600)  # dozens of commands
def test_every_command_reads_it_there_and_it_may_be_away(tmp_path: Path, a_store: Store) -> None:
    with Way(a_store.port) as way:
        bucket = a_store.bucket(way.endpoint)
        with Stage(tmp_path, _config(tmp_path, bucket)) as stage, stage.up().client() as client:
            for number in range(20):
                client.get(f"https://app.localhost/orders/{number}")
            stage.wait(lambda: _count(stage, "path:/orders/*") == 20)
            _flushed(stage)
            assert any(one.startswith("day=") for one in objects_of(bucket))
            assert not places(stage).events.exists()
            _require_each_command(stage, tmp_path)
            assert f"the table lies in {bucket.uri}" in _said(stage)
            _require_each_its_key(stage)
            way.shut()
            assert client.get("https://app.localhost/meanwhile").status_code == 200
            done = stage.command("log", "search", "path:/orders/7")
            assert done.returncode != 0
            assert "log.bucket.endpoint: " in done.stderr
            assert "Traceback" not in done.stderr
            stage.wait(lambda: "put rows into the table" in _status(stage), within=60)
            assert client.get("https://app.localhost/after").status_code == 200
            way.is_open = True
            stage.wait(lambda: _count(stage, "path:/after OR path:/meanwhile") == 2)
            _flushed(stage)
            assert json.loads(_said(stage, "verify", "--json"))["holds"]


def _said(stage: Stage, *words: str) -> str:
    done = stage.command("log", *words)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


def _count(stage: Stage, query: str) -> int:
    told = stage.command("log", "search", "--json", "--count", query).stdout
    return int(json.loads(told or "0"))


def _status(stage: Stage) -> str:
    return stage.command("status").stdout


def _require_each_command(stage: Stage, folder: Path) -> None:
    assert "/orders/7" in _said(stage, "search", "path:/orders/7")
    assert "/orders/19" in _said(stage, "tail", "-n", "5", "path:/orders/*")
    found = json.loads(_said(stage, "search", "--json", "path:/orders/7"))
    event = str(found["events"][0]["index"])
    assert "/orders/7" in _said(stage, "show", event)
    sql = "SELECT count(*) AS n FROM events WHERE path LIKE '/orders/%'"
    assert json.loads(_said(stage, "sql", "--json", sql)) == [{"n": 20}]
    assert _said(stage, "export", "--format", "csv", "path:/orders/*").count("/orders/") == 20
    proof = folder / "proof.json"
    _said(stage, "prove", event, "--out", str(proof))
    _said(stage, "verify", str(proof))
    assert json.loads(_said(stage, "verify", "--json"))["holds"]


def _require_each_its_key(stage: Stage) -> None:
    for name, pid in pids(stage).items():
        if name in {"web", "worker", "collector"}:
            told = "".join(environment_of(pid).values())
            assert ("the key that writes" in told) == (name == "collector"), name
            assert ("the key that reads" in told) == (name != "collector"), name
            assert (VARIABLE in environment_of(pid)) == (name != "collector")
