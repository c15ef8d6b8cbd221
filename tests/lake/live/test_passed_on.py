"""A whole Ringwall passes its events on: in order, each at least once, whatever dies in between."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.gateway.live.stage import Stage, plain_config
from tests.lake.exports.receivers import HttpReceiver

pytestmark = pytest.mark.e2e


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    found = HttpReceiver()
    thread = threading.Thread(target=found.serve_forever, args=(0.02,))
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def test_events_are_passed_on_from_the_first_though_the_process_is_killed(
    tmp_path: Path, receiver: HttpReceiver
) -> None:
    receiver.index_of = lambda event: event["metadata"]["sequence"]
    receiver.answers = [(503, {"Retry-After": "0"})]
    config = plain_config(log={"forward": [{"kind": "http", "name": "siem", "url": receiver.url}]})
    with Stage(tmp_path, config) as stage:
        stage.up()
        for number in range(3):
            with stage.client() as client:
                for _ in range(20):
                    client.get(f"https://app.localhost/orders/{number}")
            if number < 2:
                os.kill(stage.pid("forwarding"), signal.SIGKILL)
        wanted = set(range(61))
        deadline = time.monotonic() + 60
        while not wanted <= (got := {one for batch in receiver.batches for one in batch}):
            assert time.monotonic() < deadline, sorted(wanted - got)
            time.sleep(0.1)
        first = [batch[0] for batch in receiver.batches]
        assert all(batch == sorted(batch) for batch in receiver.batches)
        assert first == sorted(first)
        assert "ringwall" in stage.command("log").stdout
