"""Whoever takes over the web process can neither change the log nor have others do it.

A process is confined as the web process is, beside a whole Ringwall, and tries everything.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.gateway.live.stage import Stage
from tests.lake.live.scene import figure, places, proven, rows, verified

from ringwall.ledger.notary.client import NotaryClient
from ringwall.runtime.confining import version
from ringwall.runtime.processes.paths import run_dir_for

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(version() == 0, reason="this kernel has no Landlock"),
]

_SCRIPT = """
import json, os, socket, sys
from pathlib import Path
from ringwall.gateway.confined import confine_web
from ringwall.ledger.notary.client import NotaryClient
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find
from ringwall.runtime.processes.calls import call_sync
installation = find(all_sections)
state, run = installation.state, installation.run
confine_web(installation)
told = {}
(state / "tables" / "mine").write_bytes(b"forged")

def tried(name, what):
    try:
        told[name] = ["done", repr(what())]
    except Exception as error:
        told[name] = ["refused", f"{type(error).__name__}: {error}"]

for path in json.loads(sys.argv[1]):
    path = Path(path)
    if path.is_dir():
        tried(f"make a file in {path}", (path / "forged").touch)
        tried(f"link in {path}", lambda: (path / "forged").symlink_to("/etc/passwd"))
        tried(f"pipe in {path}", lambda: os.mkfifo(path / "forged"))
        tried(f"rename {path}", lambda: path.rename(path.with_name("gone")))
    else:
        tried(f"append to {path}", lambda: path.open("ab").close())
        tried(f"truncate {path}", lambda: os.truncate(path, 0))
        tried(f"delete {path}", path.unlink)
        tried(f"replace {path}", lambda: (state / "tables" / "mine").rename(path))
        tried(f"take {path}", lambda: path.rename(state / "tables" / "taken"))
        tried(f"link to {path}", lambda: (state / "tables" / "linked").hardlink_to(path))
keys = Path(f"{state}-notary")
tried("list the keys", lambda: os.listdir(keys))
tried("read the keys", (keys / "keyring.json").read_bytes)
for folder in ("spool/activity", "tables", "identity"):
    tried(f"a link in {folder}", lambda: (state / folder / "x.jsonl").symlink_to(keys))
    tried(f"a pipe in {folder}", lambda: os.mkfifo(state / folder / "pipe"))
    tried(f"a socket in {folder}", lambda: socket.socket(1).bind(str(state / folder / "sock")))
collector = run / "collector.sock"
who = {"by": "nobody"}
tried("erase", lambda: call_sync(collector, "erase", subject="u-1", **who))
tried("hold", lambda: call_sync(collector, "hold", name="forged", reason="x", **who))
tried("tell", lambda: call_sync(collector, "told", message="forged", about={}, **who))
tried("flush", lambda: call_sync(collector, "flush"))
tried("stop", lambda: call_sync(run / "control.sock", "down"))
tried("roll back", lambda: call_sync(run / "control.sock", "rollback", author="x", number=1))
tried("ask the notary", lambda: NotaryClient(run / "notary.sock").tell())
tried("a new key", lambda: NotaryClient(run / "notary.sock").bring_in())
for name, pid in json.loads(sys.argv[2]).items():
    tried(f"kill {name}", lambda: os.kill(pid, 0))
    tried(f"look into {name}", lambda: open(f"/proc/{pid}/mem", "rb").close())
child = os.fork()
if child == 0:
    try:
        call_sync(collector, "flush")
    except Exception:
        os._exit(0)
    os._exit(1)
told["ask by a child"] = ["done" if os.waitpid(child, 0)[1] else "refused", ""]

import sqlite3
from ringwall.runtime.worker import run_soon
tables = sqlite3.connect(state / "tables" / "ringwall.sqlite3")
mine = {
    "its tables": lambda: tables.executescript("CREATE TABLE t (a); DROP TABLE t"),
    "a job": lambda: run_soon(installation, "nothing"),
    "a temporary file": lambda: (run / "web-tmp" / "x").write_bytes(b"x"),
    "what identity keeps": lambda: (state / "identity" / "x").write_bytes(b"x"),
    "the log": lambda: (state / "log" / "tree" / "checkpoint").read_bytes(),
}
for name, what in mine.items():
    tried(name, what)
print(json.dumps([told, list(mine)]))
"""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with Stage(tmp_path_factory.mktemp("confined")) as running:
        yield running.up()


def pids(stage: Stage) -> dict[str, int]:
    found = {one["name"]: int(one["pid"]) for one in stage.ask("status")["processes"]}
    return {name: found[name] for name in ("collector", "notary", "edge", "worker")}


def test_whoever_takes_over_the_web_process_cannot_change_the_log(stage: Stage) -> None:
    stage.get("https://app.localhost/seen")
    stage.wait(lambda: proven(stage) > 0 and bool(rows(stage, "path = '/seen'")))
    assert stage.command("log", "hold", "held", "--reason", "tests", "--user", "u").returncode == 0
    log, run = places(stage), run_dir_for(stage.state)
    files = [path for path in log.log.rglob("*") if not path.name.endswith("-journal")]
    spools = [one for one in (stage.state / "spool").rglob("*") if "activity" not in one.parts]
    others = [run / name for name in ("collector.sock", "collector.json", "control.sock")]
    forbidden = [
        log.log,
        *files,
        *spools,
        *others,
        *(stage.state / name for name in ("versions", "xds", "pki", "secret.key")),
    ]
    before, running = verified(stage)["size"], pids(stage)
    environment = {"RINGWALL_STATE": str(stage.state), "RINGWALL_CONFIG": str(stage.file)}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            _SCRIPT,
            json.dumps([*map(str, forbidden)]),
            json.dumps(running),
        ],
        env={**os.environ, **environment},
        cwd=stage.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told, mine = json.loads(done.stdout)
    assert {name: how for name, how in told.items() if name in mine and how[0] != "done"} == {}
    came = {name: how for name, how in told.items() if name not in mine and how[0] != "refused"}
    assert came == {}
    assert len(told) > 100
    # Looked at while it is asked, an address may be held for ill for a moment.
    stage.wait(stage.is_ready)
    assert pids(stage) == running
    assert NotaryClient(log.notary).tell().vkeys, "who is not confined is answered"
    assert verified(stage)["size"] >= before


def test_the_web_process_that_runs_is_confined_with_all_its_threads(stage: Stage) -> None:
    assert figure(stage, "web_confined") == 1
    found = {one["name"]: int(one["pid"]) for one in stage.ask("status")["processes"]}
    for name in ("web", "collector", "notary"):
        seen = 0
        for thread in Path(f"/proc/{found[name]}/task").iterdir():
            with suppress(FileNotFoundError, ProcessLookupError):  # ended since they were listed
                assert "NoNewPrivs:\t1\n" in (thread / "status").read_text(), (name, thread)
                seen += 1
        assert seen, name
