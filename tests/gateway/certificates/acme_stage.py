"""What a test needs around an ACME client: ports that answer challenges, and a real server."""

import json
import os
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer

from ringwall.gateway.certificates.authority import key_pem, pem
from ringwall.gateway.certificates.challenges import FolderPublisher, challenge_response
from ringwall.gateway.certificates.names import read_host
from ringwall.gateway.certificates.profiles import (
    EDGE,
    make_host_leaf,
    make_intermediate,
    make_root,
)

REPOSITORY = Path(__file__).parents[3]
WELL_KNOWN = "/.well-known/acme-challenge/"
EAB_KEY = "dGhyb3ctYXdheSBrZXkgb2YgYSB0ZXN0LCAzMiBieXRlcw"


class Stage:
    """Two ports that the world reaches as 80 and 443, showing what was published."""

    def __init__(self, folder: Path) -> None:
        self.begin(folder)
        self.http_server = ThreadingHTTPServer(("127.0.0.1", 0), self._http_handler())
        self.tls_server = ThreadingTCPServer(("127.0.0.1", 0), self._tls_handler())
        self.http_port = self.http_server.server_port
        self.tls_port = int(self.tls_server.server_address[1])
        for server in (self.http_server, self.tls_server):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

    def begin(self, folder: Path) -> None:
        """Forget what was shown and seen; keep the rest below ``folder``."""
        self.folder = folder
        self.shows = True
        self.seen: list[str] = []
        self.withdrawn: list[str] = []
        self._folder_publisher = FolderPublisher(folder / "challenges")
        self._certificates: dict[str, ssl.SSLContext] = {}

    def http(self, token: str, key_authorization: str) -> None:
        self._folder_publisher.http(token, key_authorization)

    def tls_alpn(self, host: str, certificate_pem: bytes, key_pem: bytes) -> None:
        chain, key = self.folder / "alpn.crt", self.folder / "alpn.key"
        chain.write_bytes(certificate_pem)
        key.write_bytes(key_pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        context.set_alpn_protocols(["acme-tls/1"])
        self._certificates[host] = context

    def withdraw(self, *, host: str, token: str) -> None:
        self._folder_publisher.withdraw(host=host, token=token)
        self._certificates.pop(host, None)
        self.withdrawn.append(host)

    def close(self) -> None:
        for server in (self.http_server, self.tls_server):
            server.shutdown()
            server.server_close()

    def _http_handler(stage) -> type[BaseHTTPRequestHandler]:  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                token = self.path.removeprefix(WELL_KNOWN)
                found = challenge_response(stage.folder / "challenges", token)
                stage.seen.append(f"http {self.headers['Host']}")
                found = found if stage.shows else None
                self.send_response(200 if found else 404)
                self.send_header("Content-Length", str(len(found or "")))
                self.end_headers()
                self.wfile.write((found or "").encode())

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def _tls_handler(stage) -> type[BaseRequestHandler]:  # noqa: N805
        def choose(connection: ssl.SSLObject, host: str | None, _: ssl.SSLContext) -> int | None:
            stage.seen.append(f"tls {host}")
            context = stage._certificates.get(host or "")
            if context is None:
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            connection.context = context
            return None

        outer = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        outer.sni_callback = choose
        outer.set_alpn_protocols(["acme-tls/1"])

        class Handler(BaseRequestHandler):
            def handle(self) -> None:
                try:
                    with outer.wrap_socket(self.request, server_side=True) as connection:
                        connection.recv(1)
                except OSError:
                    pass

        return Handler


def tools_python() -> Path:
    """The Python that has the test tools: of this checkout, or where RINGWALL_TOOLS points."""
    folder = Path(os.environ.get("RINGWALL_TOOLS", REPOSITORY / ".venv-tools"))
    found = folder / "bin" / "python"
    assert found.exists(), f"{found} is missing: run `make .venv-tools/.done`"
    return found


@contextmanager
def acme_server(folder: Path, *, http_port: int, tls_port: int, eab: bool = False) -> Iterator[str]:
    """Start acme2certifier over TLS with every check on; yield its directory's address.

    It looks for answers at the two ports of 127.0.0.1 as if they were every host's 80 and 443.
    ``folder`` gets ``roots.pem`` (who proves the server's own address) and ``issuer-root.pem``.
    """
    now = datetime.now(UTC)
    own_root = make_root(EDGE, now=now)
    own = make_host_leaf(read_host("127.0.0.1"), own_root, now=now)
    (folder / "roots.pem").write_bytes(pem(own_root.certificate))
    (folder / "server.crt").write_bytes(pem(own.certificate))
    (folder / "server.key").write_bytes(key_pem(own.key))
    root = make_root(EDGE, now=now)
    issuer = make_intermediate(EDGE, root, now=now)
    (folder / "issuer-root.pem").write_bytes(pem(root.certificate))
    (folder / "issuer.crt").write_bytes(pem(issuer.certificate))
    (folder / "issuer.key").write_bytes(key_pem(issuer.key))
    (folder / "issued").mkdir()
    (folder / "eab.json").write_text(json.dumps({"shop-1": EAB_KEY}))
    lines = [
        "[DEFAULT]",
        'proxy_server_list: {"*": "@PROXY@"}',
        "[DBhandler]",
        "handler: wsgi",
        f"dbfile: {folder / 'acme.db'}",
        "[CAhandler]",
        "handler_module: acme2certifier.cahandlers.openssl_ca_handler",
        f"issuing_ca_key: {folder / 'issuer.key'}",
        f"issuing_ca_cert: {folder / 'issuer.crt'}",
        f"issuing_ca_crl: {folder / 'issuer.crl'}",
        f"cert_save_path: {folder / 'issued'}",
        "cert_validity_days: 60",
        "[Challenge]",
        "challenge_validation_disable: False",
        'dns_server_list: ["127.0.0.1"]',
        "[Directory]",
        "tos_url: https://terms.example/",
    ]
    if eab:
        lines += [
            "[EABhandler]",
            "eab_handler_module: acme2certifier.eabhandlers.json_handler",
            f"key_file: {folder / 'eab.json'}",
            "eab_strict_mode: True",
        ]
    (folder / "acme_srv.cfg").write_text("\n".join(lines) + "\n")
    world = shutil.copy(Path(__file__).with_name("acme_world.py"), folder / "acme_world.py")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [tools_python(), world, folder, str(http_port), str(tls_port)],
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        yield _when_ready(folder, process)
    finally:
        process.kill()
        process.wait()


def _when_ready(folder: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        if (folder / "address").exists():
            return (folder / "address").read_text()
        time.sleep(0.05)
    sys.stderr.write((folder / "log").read_text())
    raise RuntimeError("the ACME server did not start")
