"""A person is erased from a running Ringwall, while others go on."""

import gzip
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.gateway.live.addresses import From
from tests.identity.edge.scene import IdentityStage
from tests.lake.logs import LogScene, files_below

from ringwall.gateway.past import past_requests
from ringwall.identity.kinds import Purpose
from ringwall.lake.places import Places
from ringwall.runtime.processes.paths import run_dir_for

pytestmark = pytest.mark.e2e

MINE = "127.0.9.77"
OTHER = "127.0.9.88"


def test_nothing_below_the_state_folder_has_the_address_of_who_was_erased(
    scene: IdentityStage,
) -> None:
    stage, begin = scene.stage, datetime.now(UTC) - timedelta(minutes=1)
    places = Places(stage.state, run_dir_for(stage.state))
    mine, others = scene.mark(), scene.mark()
    key, other = (
        f"rwk_{scene.issue(Purpose.KEY, scene.proven(sub=sub))}~abcdef"
        for sub in ("sub-mine", "sub-other")
    )
    over, asked = threading.Event(), Counter[int]()

    def go_on() -> None:
        with From(stage, OTHER) as client:
            while not over.wait(0.01):
                answer = client.asks(f"/required/{others}", headers={"x-api-key": other})
                asked[answer.status] += 1

    going = threading.Thread(target=go_on)
    going.start()
    try:
        for _ in range(3):
            with From(stage, MINE) as client:
                for _ in range(5):
                    answer = client.asks(f"/required/{mine}", headers={"x-api-key": key})
                    assert answer.status == 200
            scene.stage.wait(lambda: holding(stage.state, MINE) != [])
        # The last of them may be in Envoy's memory only.
        told = stage.command("log", "erase", "sub-mine", "--yes")
        assert told.returncode == 0, told.stderr
        assert "erased from 15 events" in told.stdout
        for folder in (stage.state, places.run):
            assert holding(folder, MINE) == []
    finally:
        over.set()
        going.join()
    assert set(asked) == {200}
    assert asked.total() > 50

    def found(mark: str) -> list[tuple[str, str]]:
        rows = past_requests(places, since=begin)
        return [(one.id, one.address) for one in rows if mark in one.path]

    stage.wait(lambda: len(found(others)) >= asked.total())
    rows = found(others)
    assert len(rows) == len({name for name, _ in rows}) == asked.total()
    assert {address for _, address in rows} == {OTHER}
    assert [address for _, address in found(mine)] == [""] * 15
    verified = stage.command("log", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    log = LogScene(stage.state, lies=places)
    assert log.rows("raw", "severity_id = 4 AND raw LIKE '%gap%'") == []


def holding(folder: Path, text: str) -> list[Path]:
    """The files below a folder that have a text, compressed or not."""
    found = []
    for path in files_below(folder):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue  # it went as it was looked for
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        if text.encode() in content:
            found.append(path)
    return found
