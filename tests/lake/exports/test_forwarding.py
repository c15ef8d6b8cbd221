"""Events are passed on in order and each at least once, whatever dies or refuses in between."""

import gzip
import json
import random
import re
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from tests.lake.exports import receivers
from tests.lake.exports.forward_child import TOTAL, source, to_ocsf
from tests.lake.search import made

from ringwall.lake.exports.destinations import DeliveryError
from ringwall.lake.exports.formats import Row
from ringwall.lake.exports.forwarding import Forwarder, PositionError, read_position
from ringwall.lake.exports.http import Http
from ringwall.lake.exports.ocsf_json import OcsfJson
from ringwall.lake.exports.s3 import S3
from ringwall.lake.exports.syslog import Syslog
from ringwall.lake.exports.syslog_tls import SyslogTls


def check(received: list[int]) -> None:
    """All came; each for the first time after all before it; repeats only go back."""
    assert sorted(set(received)) == list(range(TOTAL))
    highest = -1
    for one in received:
        assert one <= highest + 1, "nothing came before what precedes it"
        highest = max(highest, one)


def forward_with_kills(position: Path, *arguments: str) -> int:
    """Forward everything in processes that are killed again and again; how many were."""
    random.seed(position.name)
    kills = 0
    command = [sys.executable, "-m", "tests.lake.exports.forward_child", *arguments]
    while True:
        # Whoever kills may be late: until then it is not to be done with everything.
        argv = [*command, str(TOTAL // 6)] if kills < 5 else command
        child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        try:
            if kills < 5:
                # Once it sends, at any point of it.
                before = read_position(position)
                until = time.monotonic() + 30
                while read_position(position) == before and time.monotonic() < until:
                    time.sleep(0.001)
                time.sleep(random.uniform(0, 0.05))
                child.kill()
            child.wait(100)
        finally:
            child.kill()
            child.stdout.close()
        if child.returncode == 0:
            return kills
        assert child.returncode == -9
        kills += 1


@pytest.mark.e2e
def test_killed_again_and_again_http_loses_nothing(tmp_path: Path) -> None:
    position = tmp_path / "position"
    with receivers.http() as receiver:
        kills = forward_with_kills(position, "http", receiver.url, str(position), "")
        assert kills >= 3
        check([one for batch in receiver.batches for one in batch])
    assert read_position(position) == TOTAL


@pytest.mark.e2e
def test_killed_again_and_again_syslog_loses_nothing(tmp_path: Path) -> None:
    position, pem = tmp_path / "position", receivers.certificate(tmp_path)
    with receivers.syslog(pem) as receiver:
        kills = forward_with_kills(position, "syslog", str(receiver.port), str(position), str(pem))
        assert kills >= 3
        until = time.monotonic() + 10
        while (
            f'index="{TOTAL - 1}"' not in "".join(receiver.messages[-1:])
            and time.monotonic() < until
        ):
            time.sleep(0.01)
        indexes = [re.search(r'index="([0-9]+)"', one) for one in receiver.messages]
        check([int(one[1]) for one in indexes if one])
        assert receiver.connections > kills


@pytest.mark.e2e
def test_killed_again_and_again_s3_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    position = tmp_path / "position"
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        store = boto3.client(
            "s3",
            endpoint_url=url,
            aws_access_key_id="a",
            aws_secret_access_key="b",
            region_name="us-east-1",
        )
        store.create_bucket(Bucket="events")
        assert forward_with_kills(position, "s3", url, str(position), "") >= 3
        keys = [
            one["Key"]
            for page in store.get_paginator("list_objects_v2").paginate(Bucket="events")
            for one in page["Contents"]
        ]
        received = []
        for key in sorted(keys):
            body = gzip.decompress(store.get_object(Bucket="events", Key=key)["Body"].read())
            received += [json.loads(one)["index"] for one in body.splitlines()]
        check(received)
        assert keys[0].startswith("log/2026/11/20/")
    finally:
        server.stop()


class Refusing:
    """A destination that does as it is told."""

    def __init__(self, *errors: DeliveryError | None) -> None:
        self.errors = list(errors)
        self.batches: list[list[int]] = []

    def send(self, rows: Any) -> None:
        self.batches.append([one["index"] for one in rows])
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error

    def close(self) -> None:
        """Nothing is open."""


def highest(_: float, most: float) -> float:
    return most


def test_what_was_refused_is_sent_again_and_waited_for_longer_each_time(tmp_path: Path) -> None:
    there = Refusing(*[DeliveryError("no")] * 9, None)
    forwarder = Forwarder(source, there, tmp_path / "position", batch=5, jitter=highest)
    waits = [forwarder.step() for _ in range(9)]
    assert waits == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert forwarder.status.failures == 9
    assert forwarder.status.trouble == "no"
    assert read_position(tmp_path / "position") == 0
    assert forwarder.step() == 0.0
    assert forwarder.status.failures == 0
    assert there.batches == [[0, 1, 2, 3, 4]] * 10
    assert read_position(tmp_path / "position") == 5


def test_a_destination_that_asks_for_time_or_less_gets_it(tmp_path: Path) -> None:
    there = Refusing(DeliveryError("busy", wait=300), DeliveryError("large", is_too_large=True))
    forwarder = Forwarder(source, there, tmp_path / "position", batch=8, jitter=highest)
    assert forwarder.step() == 300
    forwarder.step()
    assert forwarder.step() == 0.0
    assert there.batches[-1] == [0, 1, 2, 3]
    forwarder.step()
    assert there.batches[-1] == [4, 5, 6, 7, 8, 9, 10, 11]


def test_gaps_are_passed_over_and_disorder_is_not(tmp_path: Path) -> None:
    def gone(first: int, count: int) -> list[Row]:
        rows: list[Row] = [made.row(one) for one in (10, 12, 15) if one >= first]
        return rows[:count]

    there = Refusing()
    forwarder = Forwarder(gone, there, tmp_path / "position")
    assert forwarder.step() == 0.0
    assert there.batches == [[10, 12, 15]]
    assert forwarder.step() is None
    for wrong in ([3, 2], [2, 2], [-1]):
        rows: list[Row] = [{"index": one} for one in wrong]
        with pytest.raises(RuntimeError, match="in order"):
            Forwarder(_giving(rows), there, tmp_path / "other").step()


def _giving(rows: list[Row]) -> Callable[[int, int], list[Row]]:
    return lambda _first, _count: rows


@pytest.mark.parametrize(
    "text", ["", "x", "[]", "{}", '{"next": -1}', '{"next": "1"}', '{"next": true}']
)
def test_a_damaged_position_is_told_and_nothing_is_sent(tmp_path: Path, text: str) -> None:
    (tmp_path / "position").write_text(text)
    with pytest.raises(PositionError, match=r'write \{"next": 0\}'):
        Forwarder(source, Refusing(), tmp_path / "position")


def test_http_is_acknowledged_by_success_alone(tmp_path: Path) -> None:
    with receivers.http() as receiver:
        receiver.answers = [
            (500, {}),
            (302, {"Location": receiver.url}),
            (429, {"Retry-After": "7"}),
            (413, {}),
        ]
        there = Http(receiver.url, OcsfJson(to_ocsf), headers={"Authorization": "Bearer secret"})
        forwarder = Forwarder(source, there, tmp_path / "position", batch=4, jitter=lambda *_: 0.5)
        waits = [forwarder.step() for _ in range(5)]
        there.close()
    assert waits == [0.5, 0.5, 7.0, 0.5, 0.0]
    assert receiver.batches == [[0, 1]]
    sent = receiver.headers[-1]
    assert (sent["Ringwall-First"], sent["Ringwall-Last"]) == ("0", "1")
    assert sent["Authorization"] == "Bearer secret"
    assert sent["Content-Type"] == "application/x-ndjson"


def test_http_that_nobody_answers_tells_no_secret(tmp_path: Path) -> None:
    there = Http("http://127.0.0.1:9/?token=secret", OcsfJson(to_ocsf))
    forwarder = Forwarder(source, there, tmp_path / "position")
    assert forwarder.step()
    assert "not reached" in forwarder.status.trouble
    assert "secret" not in forwarder.status.trouble


def test_syslog_goes_on_where_a_receiver_hangs_up(tmp_path: Path) -> None:
    pem = receivers.certificate(tmp_path)
    with receivers.syslog(pem, closes_after=3) as receiver:
        context = ssl.create_default_context(cafile=pem)
        there = SyslogTls(("localhost", receiver.port), context, Syslog(to_ocsf, host="here"))
        forwarder = Forwarder(source, there, tmp_path / "position", batch=7, jitter=lambda *_: 0.0)
        while forwarder.status.position < 70:
            forwarder.step()
        there.close()
    assert receiver.connections == 3 + 10
    found = {int(m[1]) for one in receiver.messages if (m := re.search(r'index="([0-9]+)"', one))}
    assert found >= set(range(70))


def test_syslog_speaks_to_nobody_whose_certificate_is_not_trusted(tmp_path: Path) -> None:
    pem = receivers.certificate(tmp_path)
    with receivers.syslog(pem) as receiver:
        form = Syslog(to_ocsf, host="here")
        there = SyslogTls(("localhost", receiver.port), ssl.create_default_context(), form)
        with pytest.raises(DeliveryError, match="certificate verify failed"):
            there.send(source(0, 1))
        lax = ssl.create_default_context()
        lax.check_hostname = False
        with pytest.raises(ValueError, match="has to be verified"):
            SyslogTls(("localhost", receiver.port), lax, form)
    assert receiver.messages == []


def test_the_same_batch_is_the_same_object() -> None:
    there = S3("events", "/log/", OcsfJson(to_ocsf))
    rows = source(7, 3)
    name = "log/2026/11/20/00000000000000000007-00000000000000000009.ndjson.gz"
    assert there.key(rows) == name
    assert S3("events", "", OcsfJson(to_ocsf)).key([{"index": 1}]).startswith("unknown/")
