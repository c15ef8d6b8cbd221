"""A whole Ringwall records what it does: versions, processes, jobs, certificates, commands."""

import copy
import os
import pwd
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from tests.gateway.live.asking import ask, pids, refused, reload
from tests.gateway.live.stage import Stage, plain_config
from tests.identity.activity.events import Found, chosen, of_type, only, recorded

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("activity"), plain_config()) as stage:
        yield stage.up()


def waited(stage: Stage, **wanted: Any) -> list[Found]:
    """Events with these members, once there are some."""
    stage.wait(lambda: chosen(recorded(stage.state), **wanted))
    return chosen(recorded(stage.state), **wanted)


def test_a_start_tells_of_itself_its_version_its_processes_and_its_certificates(
    running: Stage,
) -> None:
    events = recorded(running.state)
    start = only(events, message="Ringwall starts")
    assert start.raw["class_name"] == "Application Lifecycle"
    assert start.by["user"]["uid"] == f"host:{os.getuid()}"
    name = pwd.getpwuid(os.getuid()).pw_name
    assert (start.by["user"]["name"], start.by["invoked_by"]) == (name, "ringwall up")
    first = only(events, message="version 1 is in force")
    assert (first.own["before"], first.own["after"]["version"]) == ({}, 1)
    assert first.by["user"]["uid"] == f"host:{os.getuid()}"
    assert first.by["user"]["name"]
    assert not first.raw["actor"]["user"].get("name"), "a name is personal"
    for name, pid in pids(running).items():
        (started,) = waited(running, message=f"{name} started")
        assert started.raw["process"]["pid"] == pid
    made = {one.raw["entity"]["uid"]: one for one in of_type(events, "Certificate")}
    assert "host/app.localhost" in made
    assert made["host/app.localhost"].after["names"] == ["app.localhost"]
    assert waited(running, message="job activity ran")


def test_a_change_is_recorded_with_what_was_before_and_so_is_one_that_is_refused(
    running: Stage,
) -> None:
    config = plain_config()
    config["edge"]["response_headers"] = {"x-new": "yes"}
    before = len(recorded(running.state))
    running.write({**copy.deepcopy(config), "routes": [{"name": "broken"}]})
    assert refused(running)
    events = recorded(running.state)[before:]
    bad = only(events, message="a configuration is refused")
    assert bad.raw["status"] == "Failure"
    assert bad.own["before"]["version"] == 1
    assert [one.rpartition("/")[2] for one in bad.own["files"]] == ["ringwall.yaml"]
    running.write(config)
    number, _ = reload(running)
    events = recorded(running.state)[before:]
    began = only(events, message=f"version {number} is being put in force")
    done = only(events, message=f"version {number} is in force")
    assert (done.own["before"]["version"], done.own["after"]["version"]) == (1, number)
    assert done.own["before"]["hash"] != done.own["after"]["hash"] == began.own["after"]["hash"]


def test_a_process_that_is_killed_and_its_return_are_recorded(running: Stage) -> None:
    pid = pids(running)["worker"]
    os.kill(pid, signal.SIGKILL)
    (died,) = waited(running, message="worker killed by SIGKILL")
    assert died.raw["process"] == {"name": "worker", "pid": pid}
    assert (died.raw["activity_name"], died.raw["status"]) == ("Terminate", "Failure")
    running.wait(lambda: len(chosen(recorded(running.state), message="worker started")) == 2)


def test_a_killed_supervisor_goes_on_and_says_so(running: Stage) -> None:
    pid = ask(running, "status")["supervisor"]["pid"]
    os.kill(pid, signal.SIGKILL)
    (found,) = waited(running, message="Ringwall goes on after its supervisor was killed")
    assert (found.raw["activity_name"], found.raw["severity"]) == ("Restart", "Medium")
    running.wait(running.is_ready)


def test_commands_are_recorded_with_who_typed_them(running: Stage) -> None:
    before = len(recorded(running.state))
    blocked = running.command("block", "add", "203.0.113.0/24", "--reason", "a flood")
    assert blocked.returncode == 0, blocked.stderr
    again = running.command("block", "remove", "198.51.100.0/24")
    assert again.returncode != 0
    alarm = running.command("attack", "alarm", "on", "--reason", "a drill")
    assert alarm.returncode == 0, alarm.stderr
    events = recorded(running.state)[before:]
    done = chosen(events, class_name="API Activity")
    assert [one.raw["api"]["operation"] for one in done] == [
        "blocks:change",
        "blocks:change",
        "alarm:change",
    ]
    assert [one.raw["status"] for one in done] == ["Success", "Failure", "Success"]
    block = only(of_type(events, "Block"))
    assert (block.after["reason"], block.after["what"]) == ("a flood", "203.0.113.0/24")
    assert block.by["invoked_by"] == "ringwall block add"
    assert block.raw["metadata"]["correlation_uid"] == done[0].raw["metadata"]["correlation_uid"]
    posture = only(of_type(events, "Posture"))
    assert posture.after["posture"] == "alarm"
    assert posture.by["invoked_by"] == "ringwall attack alarm"


def test_an_end_is_recorded_last(running: Stage) -> None:
    running.down()
    events = recorded(running.state)
    assert events[-1].raw["message"] == "Ringwall stops"
    assert only(events, message="edge stopped").raw["status"] == "Success"
