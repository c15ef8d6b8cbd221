"""A whole Ringwall whose table lies in a bucket: written with one key, read with another."""

import json
import os
import signal
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


def test_every_command_reads_it_there(tmp_path: Path, a_store: Store) -> None:
    bucket = a_store.bucket()
    with Stage(tmp_path, _config(tmp_path, bucket)) as stage:
        stage.up()
        with stage.client() as client:
            for number in range(20):
                client.get(f"https://app.localhost/orders/{number}")
        stage.wait(lambda: stage.command("log", "search", "--count").stdout.strip() > "20")
        _flushed(stage)
        assert any(one.startswith("day=") for one in objects_of(bucket))
        assert not places(stage).events.exists()

        def said(*words: str) -> str:
            done = stage.command("log", *words)
            assert done.returncode == 0, (words, done.stdout, done.stderr)
            return done.stdout

        assert "/orders/7" in said("search", "path:/orders/7")
        assert "/orders/19" in said("tail", "-n", "5", "path:/orders/*")
        event = json.loads(said("search", "--json", "path:/orders/7"))["events"][0]["index"]
        assert "/orders/7" in said("show", str(event))
        sql = "SELECT count(*) AS n FROM events WHERE path LIKE '/orders/%'"
        assert json.loads(said("sql", "--json", sql)) == [{"n": 20}]
        assert said("export", "--format", "csv", "path:/orders/*").count("/orders/") == 20
        proof = tmp_path / "proof.json"
        said("prove", str(event), "--out", str(proof))
        said("verify", str(proof))
        assert json.loads(said("verify", "--json"))["holds"]
        assert f"the table lies in {bucket.uri}" in said()
        running = pids(stage)
        for name, pid in running.items():
            if name in {"web", "worker", "collector"}:
                told = "".join(environment_of(pid).values())
                assert ("the key that writes" in told) == (name == "collector"), name
                assert ("the key that reads" in told) == (name != "collector"), name
                assert (VARIABLE in environment_of(pid)) == (name != "collector")


def test_while_it_is_away_all_goes_on_and_is_told(tmp_path: Path, a_store: Store) -> None:
    with Way(a_store.port) as way:
        config = _config(tmp_path, a_store.bucket(way.endpoint))
        with Stage(tmp_path, config) as stage, stage.up().client() as client:
            client.get("https://app.localhost/before")
            stage.wait(lambda: "/before" in stage.command("log", "search", "path:/before").stdout)
            _flushed(stage)
            way.shut()
            assert client.get("https://app.localhost/meanwhile").status_code == 200
            done = stage.command("log", "search", "path:/before")
            assert done.returncode != 0
            assert "log.bucket.endpoint: " in done.stderr
            assert "Traceback" not in done.stderr
            os.kill(stage.pid("collector"), signal.SIGKILL)
            stage.wait(
                lambda: "put rows into the table" in stage.command("status").stdout, within=60
            )
            assert client.get("https://app.localhost/after").status_code == 200
            way.is_open = True
            stage.wait(lambda: "/after" in stage.command("log", "search", "path:/after").stdout)
            _flushed(stage)
            assert json.loads(stage.command("log", "verify", "--json").stdout)["holds"]
