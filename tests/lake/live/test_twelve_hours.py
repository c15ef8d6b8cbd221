"""Twelve hours' worth of events in half a minute, while everything is killed once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.lake.logs import LogScene, append, edge_line
from tests.lake.twelve_hours.reckoning import OURS, Reckoning

pytestmark = pytest.mark.e2e

SHORT = {"HOURS_EDGE": "20000", "HOURS_SECONDS": "25", "HOURS_STOPS": "1"}


# Half a minute of sending, and as long as a busy machine takes for the rest.
@pytest.mark.timeout(700)
def test_counts_are_equal_and_all_of_it_verifies(capsys: pytest.CaptureFixture[str]) -> None:
    """``HOURS_SEED`` of what is printed repeats it."""
    argv = [sys.executable, "-u", "-m", "tests.lake.twelve_hours"]
    done = subprocess.run(
        argv, env={**os.environ, **SHORT}, capture_output=True, text=True, check=False, timeout=600
    )
    with capsys.disabled():
        print(f"\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_lost_doubled_or_never_sent_is_told(tmp_path: Path) -> None:
    scene = LogScene(tmp_path)
    lines = [edge_line(number, request_id=f"{OURS}{number}") for number in range(5)]
    append(scene.places.edge[0], *lines, lines[2])
    scene.collect(flush=True)
    held = Reckoning(scene.places)
    uids = {f"{OURS}{number}" for number in (0, 1, 2, 3, 7)}
    assert held.hold_against({"edge 4002": uids}) == {"edge 4002": 6}
    assert held.wrong == [
        f"edge 4002: 1 acknowledged and lost: ['{OURS}7']",
        f"edge 4002: 1 there without having been sent: ['{OURS}4']",
        f"edge 4002: 1 there more than once: ['{OURS}2']",
    ]
    assert held.hold_one_by_one("path", ["/orders/2", "/orders/9"], "true") == ["/orders/9"]
    assert held.wrong[3] == "1 are there more than once: ['/orders/2']"


def test_a_log_that_was_changed_does_not_verify(tmp_path: Path) -> None:
    held = Reckoning(LogScene(tmp_path).places)
    path = tmp_path / "event-1.json"
    path.write_text("{}")
    held._independent("bundle", path, "log.example.com/x+00000000+AQ==")
    assert "the independent verifier says" in held.wrong[0]
