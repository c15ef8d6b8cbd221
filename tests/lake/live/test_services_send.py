"""Services of a whole Ringwall send events, and each stands in its log under who sent it."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from tests.gateway.live.stage import Stage
from tests.lake.intake.relay import Relay
from tests.lake.live.scene import (
    KEY,
    arguments_of,
    as_service,
    config,
    figure,
    log_to,
    logged,
    loopback,
    pids,
    places,
    post,
    rows,
    verified,
)
from tests.tls import over_tls

from ringwall.gateway.config import HostSettings
from ringwall.gateway.jobs import renew_intake_certificate
from ringwall.gateway.opening import open_gateway
from ringwall.lake.faring import faring
from ringwall.lake.jobs import keep_intake_spool
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find
from ringwall.runtime.spool.segments import closed_name

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    intake = {
        "listen": loopback(),
        "syslog": loopback(),
        "keys": {"echo": sha256(KEY.encode()).hexdigest()},
        "local": True,
    }
    with Stage(tmp_path_factory.mktemp("sends"), config(intake=intake)) as running:
        yield running.up()


def port_of(stage: Stage, door: str) -> int:
    return int(stage.config["log"]["intake"][door].rpartition(":")[2])


def event(message: str) -> str:
    return json.dumps({"message": message, "level": "warning"})


def test_with_its_certificate(stage: Stage) -> None:
    reply = post(stage, port_of(stage, "listen"), event("by certificate"), service="echo")
    assert (reply.status, reply.json["accepted"]) == (200, 1)
    assert logged(stage, "by certificate")["source"] == "service/echo"


def test_with_its_key(stage: Stage) -> None:
    port = port_of(stage, "listen")
    reply = post(stage, port, event("by key"), Authorization=f"Bearer {KEY}")
    assert (reply.status, reply.json["accepted"]) == (200, 1)
    assert logged(stage, "by key")["source"] == "service/echo"


def test_over_its_own_socket_of_which_it_was_told(stage: Stage) -> None:
    answer = stage.get("https://app.localhost/over-its-socket")
    assert answer.json()["told"] == f"unix:{stage.state}/run/in/echo.sock"
    assert logged(stage, "/over-its-socket")["source"] == "service/echo"


def test_by_syslog(stage: Stage) -> None:
    with Relay(port_of(stage, "syslog"), as_service(stage, "echo")) as relay:
        log_to(relay.port, "by syslog")
        found = logged(stage, "by syslog")
    assert found["source"] == "service/echo"
    assert json.loads(found["raw"])["metadata"]["log_name"] == "payments"


def test_nobody_else(stage: Stage) -> None:
    port = port_of(stage, "listen")
    assert post(stage, port, event("by nobody")).status == 401
    assert post(stage, port, event("by a guess"), Authorization="Bearer guessed").status == 401
    stage.wait(lambda: (figure(stage, 'intake_refused_total{reason="an unknown key"}') or 0) >= 1)
    assert rows(stage, "message IN ('by nobody', 'by a guess')") == []


def test_what_came_is_verified_as_a_whole_and_one_by_one(stage: Stage) -> None:
    post(stage, port_of(stage, "listen"), event("to be proven"), service="echo")
    found = logged(stage, "to be proven")
    whole = verified(stage)
    assert whole["size"] > found["index"]
    bundle = stage.folder / "bundle.json"
    done = stage.command("log", "prove", str(found["index"]), "--out", str(bundle))
    assert done.returncode == 0, done.stderr
    key = stage.command("log", "key").stdout.splitlines()[0]
    told = verified(stage, str(bundle), "--key", key)
    assert (told["index"], told["key_was_given"]) == (found["index"], True)


def test_status_and_figures_tell_of_it(stage: Stage) -> None:
    post(stage, port_of(stage, "listen"), event("counted"), service="echo")
    counted = logged(stage, "counted")["index"]
    # The intake and the collector tell once a second.
    stage.wait(lambda: (figure(stage, "log_events_accepted") or 0) > counted)
    stage.wait(lambda: (figure(stage, "log_events_accepted") or 0) >= rows(stage)[-1]["index"] - 5)
    stage.wait(lambda: figure(stage, 'log_unread_bytes{spool="intake"}') == 0)
    stage.wait(lambda: (figure(stage, 'intake_accepted_total{service="echo"}') or 0) >= 1)
    said = stage.command("log").stdout
    assert f"From services at 127.0.0.1:{port_of(stage, 'listen')}" in said
    told: dict[str, Any] = {}

    def runs() -> bool:
        """Whether the collector has told of itself in the last seconds."""
        told.update(json.loads(stage.command("log", "--json").stdout))
        return told["runs"] is True

    stage.wait(runs)
    assert told["alarms"] == []
    assert told["intake"]["accepted_of"]["echo"] >= 1
    assert figure(stage, "intake_taking") == 1
    assert figure(stage, "log_collector_up") == 1
    assert (figure(stage, "log_checkpoint_age_seconds") or 0) < 3600
    assert figure(stage, "web_confined") in {0, 1}
    assert stage.gateway_status().log == ()
    shown = {one.name for one in stage.gateway_status().certificates}
    assert "host/localhost" in shown


def test_its_certificate_is_renewed_without_a_restart(stage: Stage) -> None:
    before = pids(stage)["intake"]
    installation = find(all_sections, config=stage.file, state=stage.state)
    gateway = open_gateway(installation)
    configuration = gateway.in_force()
    assert configuration is not None
    new = gateway.certificates.rotate_host("localhost", HostSettings())
    assert renew_intake_certificate(installation) == "localhost is shown"

    def shows_it() -> bool:
        with over_tls(as_service(stage, None), port_of(stage, "listen")) as tls:
            told = tls.getpeercert()
            assert told is not None
            serial = str(told["serialNumber"]).lower()
        return int(serial, 16) == int(new.serial, 16)

    stage.wait(shows_it)
    assert pids(stage)["intake"] == before


def test_what_is_in_the_log_goes_from_the_spool_and_nothing_before(stage: Stage) -> None:
    post(stage, port_of(stage, "listen"), event("spooled"), service="echo")
    logged(stage, "spooled")
    spool = places(stage).intake
    closed = closed_name(spool, datetime.now(UTC))
    spool.rename(closed)
    installation = find(all_sections, config=stage.file, state=stage.state)
    stage.wait(lambda: not keep_intake_spool(installation).startswith("closed") and spool.exists())
    assert closed.exists(), "the mark is still in it"
    post(stage, port_of(stage, "listen"), event("after it"), service="echo")
    logged(stage, "after it")
    keep_intake_spool(installation)  # unless the worker has done it just now
    assert not closed.exists()
    assert verified(stage)["holds"]


def test_another_key_is_known_without_a_restart_and_the_old_no_more(stage: Stage) -> None:
    before, port = pids(stage), port_of(stage, "listen")
    changed = dict(stage.config)
    keys = {"echo": [sha256(b"the next key").hexdigest()]}
    changed["log"] = {"intake": {**stage.config["log"]["intake"], "keys": keys}}
    stage.write(changed)
    assert stage.command("reload").returncode == 0
    stage.wait(
        lambda: post(stage, port, event("next"), Authorization="Bearer the next key").status == 200
    )
    assert post(stage, port, event("old"), Authorization=f"Bearer {KEY}").status == 401
    assert pids(stage) == before
    assert KEY not in "".join(arguments_of(one) for one in before.values())


def test_a_stopped_collector_is_told_in_a_line_and_loses_nothing(stage: Stage) -> None:
    collector = pids(stage)["collector"]
    os.kill(collector, signal.SIGSTOP)
    try:
        reply = post(stage, port_of(stage, "listen"), event("meanwhile"), service="echo")
        assert reply.status == 200
        stage.wait(lambda: not faring(places(stage)).is_fresh)
        later = replace(faring(places(stage)), age=31.0)
        assert "events wait in their spools" in next(iter(later.alarms()))
    finally:
        os.kill(collector, signal.SIGCONT)
    assert logged(stage, "meanwhile")["source"] == "service/echo"
