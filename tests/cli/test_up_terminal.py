"""``ringwall up`` before a person: a log one likes to read, where to go, and an end by Ctrl-C."""

import re
from pathlib import Path

import pytest
from tests.cli.terminal import Terminal
from tests.gateway.live.stage import Stage

pytestmark = pytest.mark.e2e


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """A configuration on free ports; only written, not running."""
    return Stage(tmp_path)


def test_it_tells_what_happens_where_to_go_and_ends_with_ctrl_c(stage: Stage) -> None:
    with Terminal("up", "--no-watch", folder=stage.folder, columns=100) as terminal:
        text = terminal.until("Ctrl-C ends every process")
        assert f"https://app.localhost:{stage.port}/" in text
        assert re.search(r"^\d\d:\d\d:\d\d ringwall +edge ready after \d", text, re.MULTILINE), text
        assert '{"time"' not in text
        assert "\x1b[" in terminal.raw
        terminal.type("\x03")
        assert terminal.end() == 0
    assert "edge stopped" in terminal.text
    assert "Traceback" not in terminal.text
    assert stage.left() == []


def test_in_the_background_it_says_what_is_ready_and_leaves_the_terminal(stage: Stage) -> None:
    try:
        with Terminal("up", "--detach", "--no-watch", folder=stage.folder) as terminal:
            assert terminal.end() == 0
        assert "  edge is ready\n" in terminal.text
        assert f"https://app.localhost:{stage.port}/" in terminal.text
        assert stage.status()["version"]["number"] == 1  # it outlives its terminal
    finally:
        stage.command("down")
    assert stage.left() == []
