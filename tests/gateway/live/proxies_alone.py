"""The edge and the sidecars of an installation, without the processes of Ringwall itself.

They are up within a second or two. Whatever is Ringwall's own to answer is answered by
:class:`InsteadOfWeb`, which only says that it was asked.
"""

import os
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any

from tests.gateway.live.stage import Json, Stage
from tests.gateway.live.upstream import reply

from ringwall.gateway.admin import AdminUnreachableError
from ringwall.gateway.layout import EDGE, sidecar_proxy
from ringwall.gateway.processes import envoy_process
from ringwall.gateway.wanted import Wanted
from ringwall.runtime.current import all_sections
from ringwall.runtime.installation import find


class ProxiesAlone(Stage):
    """A stage on which nothing runs but its Envoys, with one worker each."""

    def __init__(self, folder: Path, config: Json) -> None:
        super().__init__(folder, config)
        self._running: list[subprocess.Popen[bytes]] = []
        self._web: InsteadOfWeb | None = None

    def up(self, *flags: str) -> "ProxiesAlone":
        """Apply the configuration and start them; ``flags`` are for a whole Ringwall alone."""
        assert not flags
        configuration = find(all_sections, config=self.file, state=self.state).load()
        gateway = self.gateway()
        for folder in (gateway.layout.run, gateway.layout.access_log.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        gateway.apply(configuration, author="tests", reason="tests", check=False)
        self._web = InsteadOfWeb(gateway.layout.web)
        sidecars = [sidecar_proxy(name) for name in Wanted.of(configuration).sidecars]
        with (self.folder / "up.log").open("ab") as log:
            for proxy in (*sidecars, EDGE):
                process = envoy_process(gateway, proxy, workers=1, environment=os.environ)
                self._running.append(
                    subprocess.Popen(process.argv, cwd=process.cwd, stdout=log, stderr=log)
                )
        self.wait(self.is_ready)
        return self

    def is_ready(self) -> bool:
        """Whether every upstream address is healthy, as the edge sees it, and the edge is open."""
        assert all(one.poll() is None for one in self._running), self.log()
        try:
            socket.create_connection(("127.0.0.1", self.port)).close()
            found = self.gateway().admin(EDGE).upstreams()
        except (AdminUnreachableError, OSError):
            return False
        return bool(found) and all(one.healthy for one in found)

    def down(self) -> None:
        """End them all."""
        for one in self._running:
            one.terminate()
        for one in self._running:
            one.wait(20)
        self._running.clear()
        if self._web is not None:
            self._web.stop()


class InsteadOfWeb:
    """Listens where Ringwall's web process would, and answers 299 with the path."""

    def __init__(self, place: Path) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _take(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                reply(self, 299, self.path.encode())

            do_GET = do_POST = _take  # noqa: N815 - as http.server names them

            def address_string(self) -> str:
                return "edge"

            def log_message(self, *_: Any) -> None:
                """Say nothing: the test tells."""

        class Server(ThreadingMixIn, UnixStreamServer):
            daemon_threads = True
            block_on_close = False

        self._server = Server(str(place), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
