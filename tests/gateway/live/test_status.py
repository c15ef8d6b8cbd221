"""What a running Ringwall tells of itself, to people, to programs and to Prometheus."""

import json
import math
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from tests.gateway.live.asking import ask, gateway_of, pids, reload, settled
from tests.gateway.live.load import Load, in_turn
from tests.gateway.live.stage import Json, Stage, echo_service, plain_config

from ringwall import __version__
from ringwall.gateway import jobs
from ringwall.runtime.spool.keeping import Keeping

pytestmark = pytest.mark.e2e

PROXIES = {"edge", "sidecar-echo"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    config = plain_config()
    config["edge"]["hosts"]["other.localhost"] = {}
    with Stage(tmp_path_factory.mktemp("status"), config) as stage:
        yield stage.up()


def private(stage: Stage, path: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{stage.private}{path}", timeout=20)


def test_status_tells_processes_listeners_certificates_upstreams_and_version(
    running: Stage,
) -> None:
    told = json.loads(running.command("status", "--json").stdout)
    assert {one["name"] for one in told["processes"]} == {
        "service-echo",
        "sidecar-echo",
        "edge",
        "sentry",
        "notary",
        "collector",
        "web",
        "worker",
    }
    for one in told["processes"]:
        assert one["state"] == "ready"
        assert one["resident_bytes"] > 1e6
        assert one["restarts"] == 0
        os.kill(one["pid"], 0)
    assert told["supervisor"]["guardian"] == "present"
    assert {(one["proxy"], one["name"], one["address"]) for one in told["listeners"]} == {
        ("edge", "edge", f"127.0.0.1:{running.port}"),
        ("edge", "redirect", f"127.0.0.1:{running.redirect}"),
        ("sidecar-echo", "inbound", running.config["services"]["echo"]["addresses"][0]),
    }
    assert {(one["proxy"], one["service"], one["healthy"]) for one in told["upstreams"]} == {
        ("edge", "echo", True),
        ("edge", "ringwall-web", True),
        ("sidecar-echo", "ringwall-app", True),
    }
    certificates = {one["name"]: one for one in told["certificates"]}
    assert set(certificates) == {
        "host/app.localhost",
        "host/other.localhost",
        "host/ringwall-unknown",
        "service/echo",
        "service/edge",
    }
    assert 29 < certificates["host/app.localhost"]["days_left"] <= 30
    assert 0.9 < certificates["service/edge"]["days_left"] <= 1
    assert told["version"]["number"] == 1
    assert told["refused"] is told["damaged"] is None
    assert told["unknown"] == []
    text = running.command("status").stdout
    for word in ("service-echo", "8 of 8", "3 of 3", "healthy", "host/app.localhost", "Version 1"):
        assert word in text


def test_an_upstream_that_is_ill_is_said_to_be(running: Stage) -> None:
    service = pids(running)["service-echo"]
    os.kill(service, signal.SIGSTOP)
    try:
        running.wait(lambda: _unhealthy(running) == {"echo"})
        assert "2 of 3 upstream addresses are healthy" in running.command("status").stdout
    finally:
        os.kill(service, signal.SIGCONT)
    running.wait(lambda: settled(running))


def _unhealthy(stage: Stage) -> set[str]:
    return {one["service"] for one in stage.status()["upstreams"] if not one["healthy"]}


def test_a_proxy_that_does_not_answer_is_said_to_be_unknown(running: Stage) -> None:
    edge = pids(running)["edge"]
    os.kill(edge, signal.SIGSTOP)
    try:
        told = running.status()
        assert told["unknown"] == ["edge"]
        assert {one["proxy"] for one in told["upstreams"]} == {"sidecar-echo"}
        assert "edge does not answer" in running.command("status").stdout
        assert private(running, "/healthz").text == "ok\n"
        answer = private(running, "/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"ready": False, "reasons": ["the edge does not take requests"]}
        figures = parsed(private(running, "/metrics").text)
        assert figures["ringwall_proxy_up"].values() == {"edge": 0, "sidecar-echo": 1}
        assert not any(name.startswith("envoy_") for name in figures)
    finally:
        os.kill(edge, signal.SIGCONT)
    running.wait(lambda: settled(running))
    assert private(running, "/readyz").json() == {"ready": True, "reasons": []}


def test_metrics_are_what_prometheus_reads(running: Stage) -> None:
    running.get("https://app.localhost/x")
    answer = private(running, "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    figures = parsed(answer.text)
    assert figures["ringwall_build_info"].samples == [({"version": __version__}, 1)]
    assert figures["ringwall_proxy_up"].values() == dict.fromkeys(PROXIES, 1)
    assert figures["ringwall_configuration_version"].samples == [({}, 1)]
    assert figures["ringwall_configuration_damaged"].samples == [({}, 0)]
    days = figures["ringwall_certificate_days_left"].values("name")
    assert set(days) >= {"host/app.localhost", "service/edge"}
    assert all(0 < left <= 30 for left in days.values())
    requests = figures["envoy_cluster_upstream_rq_total"]
    assert any(labels["envoy_cluster_name"] == "echo" and n > 0 for labels, n in requests.samples)

    def has_histograms() -> bool:
        found = parsed(private(running, "/metrics").text)
        return any(one.kind == "histogram" for one in found.values())

    # Envoy gathers histograms every five seconds.
    running.wait(has_histograms, within=30)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_private_pages_are_on_the_private_address_alone(running: Stage, path: str) -> None:
    assert private(running, path).status_code == 200
    # Through the edge the path belongs to the service, and on the plain twin to nobody.
    assert "headers" in running.get(f"https://app.localhost{path}x").json()
    public = httpx.HTTPTransport(uds=str(gateway_of(running).layout.web))
    with httpx.Client(transport=public) as client:
        assert client.get(f"http://web{path}").status_code == 404
    host = {"host": "app.localhost"}
    plain = httpx.get(f"http://127.0.0.1:{running.redirect}{path}", headers=host)
    assert plain.status_code == 308


def test_private_pages_answer_while_the_edge_is_killed(running: Stage) -> None:
    edge, supervisor = pids(running)["edge"], ask(running, "status")["supervisor"]["pid"]
    os.kill(supervisor, signal.SIGSTOP)  # else the edge may be back before anybody has looked
    try:
        os.kill(edge, signal.SIGKILL)
        running.wait(lambda: private(running, "/readyz").status_code == 503)
        assert private(running, "/healthz").status_code == 200
    finally:
        os.kill(supervisor, signal.SIGCONT)
    running.wait(lambda: private(running, "/readyz").status_code == 200)
    running.wait(lambda: settled(running))


def test_only_loopback_is_listened_on(running: Stage) -> None:
    """Nothing of this run is open to the network: the configuration names loopback only."""
    found = pids(running).values()
    inodes = set()
    for pid in found:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed since they were listed
                if match := re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink())):
                    inodes.add(match[1])
    listening = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                listening.add(fields[1].split(":")[0])
    assert listening == {"0100007F"}


def records(stage: Stage) -> list[Json]:
    folder = stage.state / "spool" / "edge"
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        found += [json.loads(line) for line in path.read_text().splitlines()]
    return found


def test_the_access_record_is_private_and_holds_no_query(running: Stage) -> None:
    running.get("https://app.localhost/looked-for?password=hunter2", headers={"x-secret": "s3cret"})
    folder = running.state / "spool" / "edge"
    running.wait(lambda: any(r["path"] == "/looked-for" for r in records(running)))
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        text = path.read_text()
        assert "hunter2" not in text
        assert "s3cret" not in text


SMALL = Keeping(days=90, size=2**30, segment=2000, least_free=0)


def test_rotation_loses_no_line_under_load(running: Stage) -> None:

    gateway = gateway_of(running)
    log, admin = gateway.layout.strangers_log, gateway.admin("edge")
    marked = "/rotated"
    target = in_turn(("GET", marked, b""))
    with (
        Load(running.port, running.trust(), target=target, pause=0.01) as load,
    ):
        closed, deadline = 0, time.monotonic() + 60
        while closed < 8:
            assert time.monotonic() < deadline, closed
            time.sleep(0.3)
            closed += "closed" in jobs.rotate(
                log, admin=admin, now=datetime.now(UTC), keeping=SMALL
            )
    assert not load.tally.failures

    def counted() -> int:
        return sum(record["path"] == marked for record in records(running))

    running.wait(lambda: counted() >= load.tally.total)
    assert counted() == load.tally.total
    assert len(list(log.parent.glob("strangers-*.jsonl"))) == closed
    for path in log.parent.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


class Family:
    """One metric family of the Prometheus text format, version 0.0.4."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.samples: list[tuple[dict[str, str], float]] = []

    def values(self, label: str = "proxy") -> dict[str, float]:
        """The samples by one of their labels."""
        return {labels[label]: value for labels, value in self.samples}


_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
_SAMPLE = re.compile(rf"({_NAME})(?:\{{((?:{_LABEL},?)*)\}})? (\S+)")
_KINDS = {"counter", "gauge", "histogram", "summary", "untyped"}
_PARTS = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("_sum", "_count", "")}


def parsed(text: str) -> dict[str, Family]:
    """Read the format strictly: a family is told once, before its samples, which are unique."""
    assert text.endswith("\n")
    families: dict[str, Family] = {}
    helped: set[str] = set()
    seen: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    current = ""
    for line in text.splitlines():
        words = line.split(" ", 3)
        if line.startswith("# HELP "):
            assert words[2] not in helped
            assert words[2] not in families
            helped.add(words[2])
        elif line.startswith("# TYPE "):
            current = words[2]
            assert re.fullmatch(_NAME, current)
            assert current not in families, f"{current} is told twice"
            assert words[3] in _KINDS
            families[current] = Family(words[3])
        elif line and not line.startswith("#"):
            match = _SAMPLE.fullmatch(line)
            assert match, line
            name, pairs, value = match[1], match[2] or "", match[5]
            family = families[current]
            assert name in {current + end for end in _PARTS.get(family.kind, ("",))}, line
            labels = re.findall(_LABEL, pairs)
            assert len({key for key, _ in labels}) == len(labels), line
            key = (name, tuple(sorted(labels)))
            assert key not in seen, f"twice: {line}"
            seen.add(key)
            assert not math.isnan(float(value))
            if name == current:
                family.samples.append((dict(labels), float(value)))
    return families


def test_a_dead_socket_of_an_earlier_run_is_no_proxy(running: Stage) -> None:
    """Only what the configuration names counts, whatever lies in the run folder."""

    left = gateway_of(running).layout.admin("sidecar-gone")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(left))
    try:
        assert running.status()["unknown"] == []
    finally:
        left.unlink()


def test_services_can_be_added_to_what_is_told(running: Stage) -> None:

    running.config["services"]["second"] = echo_service("second")
    running.config["routes"].append(
        {"name": "second", "hosts": ["other.localhost"], "path": "/**", "service": "second"}
    )
    del running.config["edge"]["hosts"]["app.localhost"]
    running.config["routes"][0]["hosts"] = ["other.localhost"]
    running.config["routes"][0]["path"] = "/first/**"
    running.write(running.config)
    reload(running)
    told = running.status()
    names = {one["name"] for one in told["certificates"]}
    assert "service/second" in names
    assert "host/app.localhost" not in names
    figures = parsed(private(running, "/metrics").text)
    assert set(figures["ringwall_proxy_up"].values()) == {*PROXIES, "sidecar-second"}
