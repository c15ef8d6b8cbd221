"""A whole Ringwall that services send to, and what is in its log."""

import json
import os
import re
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from tests.gateway.live.stage import Json, Stage, echo_service, plain_config
from tests.lake.intake.stage import Reply, asked, connect_to_loopback
from tests.ports import free_port

from ringwall.core.clock import SystemClock
from ringwall.gateway.certificates.store import CertificateStore
from ringwall.lake.places import Places
from ringwall.lake.reaching import again
from ringwall.lake.snapshot import snapshot
from ringwall.lake.tables import Events, connect
from ringwall.ledger.checkpoints import Checkpoint
from ringwall.ledger.published import read_checkpoint
from ringwall.runtime.processes.paths import run_dir_for

SENDER: Final = Path(__file__).with_name("sender.py")
DOMAIN: Final = "ringwall.internal"
KEY: Final = "rws_a-key-of-the-shop-that-is-long-enough"
TOLD: Final = 20.0
"""Seconds after which something that was sent has to be in the log, on a busy machine."""


def sending_service(name: str) -> Json:
    """A service behind its sidecar that logs what it is asked, over its own socket."""
    command = ["python", str(SENDER), f"unix:run/{name}.sock"]
    # Where the tests run from a folder that is not installed, it finds the same code as they do.
    environment = {key: os.environ[key] for key in ("PYTHONPATH",) if key in os.environ}
    return echo_service(name, process={"command": command, "environment": environment})


def places(stage: Stage) -> Places:
    """Where its log lies."""
    return Places(stage.state, run_dir_for(stage.state))


def rows(stage: Stage, where: str = "true") -> list[dict[str, Any]]:
    """Events of the log for which a condition over its columns holds, the oldest first."""
    found = places(stage)

    def read() -> list[dict[str, Any]]:
        there = snapshot(Events(found.events), found.journal)
        with connect() as database:
            asked = database.execute(
                f"SELECT index, source, kind, flags, message, raw FROM ({there.relation()})"
                f" WHERE {where} ORDER BY index"
            )
            names = [one[0] for one in asked.description]
            return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]

    return again(read)


def proven(stage: Stage) -> int:
    """How many events are below the newest checkpoint."""
    note = read_checkpoint(places(stage).tree)
    return 0 if note is None else Checkpoint.of(note).size


def logged(stage: Stage, mark: str) -> dict[str, Any]:
    """The one event with this message, waited for until a checkpoint is over it."""
    found: list[dict[str, Any]] = []

    def there() -> bool:
        found[:] = rows(stage, f"message = '{mark}'")
        return bool(found) and found[0]["index"] < proven(stage)

    stage.wait(there, within=TOLD)
    assert len(found) == 1, found
    return found[0]


def verified(stage: Stage, *arguments: str) -> Json:
    """What ``ringwall log verify`` finds."""
    done = stage.command("log", "verify", "--json", *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    found: Json = json.loads(done.stdout)
    assert found["holds"], found
    return found


def as_service(stage: Stage, name: str | None) -> ssl.SSLContext:
    """What a client trusts, and what it shows: the certificate of a service."""
    context = stage.trust()
    if name is not None:
        store = CertificateStore(stage.state, clock=SystemClock())
        shown = store.for_service(name, trust_domain=DOMAIN)
        context.load_cert_chain(shown.chain, shown.key)
    return context


def post(
    stage: Stage, port: int, body: str, *, service: str | None = None, **headers: str
) -> Reply:
    """Send events by HTTPS, with a service's certificate or none."""
    import http.client  # noqa: PLC0415

    context = as_service(stage, service)
    connection = http.client.HTTPSConnection("localhost", port, timeout=20, context=context)
    connection.connect = connect_to_loopback(connection)  # type: ignore[method-assign]
    return asked(connection, "POST", "/v1/events", body, "application/json", headers)


def log_to(port: int, message: str) -> None:
    """util-linux's logger, to a port that speaks no TLS."""
    server = ("--server", "127.0.0.1", "--port", str(port), "--tcp")
    form = ("--rfc5424", "--octet-count", "--priority", "auth.err", "--tag", "payments")
    subprocess.run(["logger", *server, *form, message], check=True, timeout=20)


class Receiver:
    """Takes checkpoints by POST, as an anchor does."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[str | None] = []
        self.port = 0

    @contextmanager
    def serving(self) -> Iterator["Receiver"]:
        """Until the block ends."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                receiver.bodies.append(self.rfile.read(length))
                receiver.headers.append(self.headers["Authorization"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def figure(stage: Stage, name: str) -> float | None:
    """One of the figures of the metrics page; ``None`` where it has none so."""
    import httpx  # noqa: PLC0415

    text = httpx.get(f"http://127.0.0.1:{stage.private}/metrics", timeout=20).text
    match = re.search(rf"^ringwall_{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return None if match is None else float(match[1])


def environment_of(pid: int) -> dict[str, str]:
    """The environment of a process."""
    content = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    pairs = (one.decode().partition("=") for one in content if one)
    return {name: value for name, _, value in pairs}


def arguments_of(pid: int) -> str:
    """What every user of the machine can read of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().decode()


def pids(stage: Stage) -> dict[str, int]:
    """The processes by name."""
    return {one["name"]: one["pid"] for one in stage.ask("status")["processes"]}


def config(**log: Any) -> Json:
    """The plain configuration with a service that sends, and a section ``log``."""
    plain = plain_config(log=log)
    return {**plain, "services": {"echo": sending_service("echo")}}


def loopback() -> str:
    """An address of its own."""
    return f"127.0.0.1:{free_port()}"
