"""``ringwall down`` returns when nothing is left, whatever happens meanwhile."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.gateway.live.stage import Stage, plain_config
from tests.ports import free_port

pytestmark = pytest.mark.e2e

STUBBORN = """
import http.server, pathlib, signal, sys
signal.signal(signal.SIGTERM, lambda *_: pathlib.Path("told").touch())
place = ("127.0.0.1", int(sys.argv[1]))
http.server.HTTPServer(place, http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """One with a service that does not end when it is told to; only written, not running."""
    config, port = plain_config(), free_port()
    (tmp_path / "stubborn.py").write_text(STUBBORN)
    config["services"]["echo"] = {
        "addresses": [f"127.0.0.1:{port}"],
        "owner": "tests",
        "tls": "none",
        "health": None,
        "process": {"command": ["python", "stubborn.py", str(port)]},
    }
    return Stage(tmp_path, config)


def test_what_is_killed_as_it_ends_ends_before_the_command_does(stage: Stage) -> None:
    with stage:
        stage.up()
        supervisor = stage.ask("status")["supervisor"]["pid"]
        down = subprocess.Popen(
            [sys.executable, "-m", "ringwall", "down"],
            cwd=stage.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )
        told, deadline = stage.folder / "told", time.monotonic() + 60
        while not told.exists():
            assert time.monotonic() < deadline, stage.log()
            time.sleep(0.01)
        os.kill(supervisor, signal.SIGKILL)
        said, _ = down.communicate(timeout=60)
        assert stage.left() == []
        assert (down.returncode, said) == (0, "Ringwall has stopped\n")
