"""A running edge that a real ACME server looks at: what it shows, and what is known about it."""

import json
import os
import re
import signal
import socket
import sqlite3
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.gateway.certificates.acme_stage import acme_server
from tests.gateway.live.load import Load
from tests.gateway.live.stage import Json, Stage, plain_config
from tests.ports import free_port
from tests.tls import over_tls

from ringwall.core.clock import SystemClock
from ringwall.gateway.certificates.authority import key_pem, pem
from ringwall.gateway.certificates.names import read_host
from ringwall.gateway.certificates.profiles import Signer, make_host_leaf
from ringwall.gateway.certificates.store import CertificateStore

HTTP, ALPN = "http.shop.example", "alpn.shop.example"
SOON_S = 30.0
"""A job comes every minute; what is done sooner was not waiting for the clock."""


@dataclass
class Scene:
    """An installation whose hosts come and go; ``nobody`` is a directory that does not answer."""

    stage: Stage
    world: Path
    directory: str
    hosts: dict[str, str] = field(default_factory=lambda: {HTTP: "http-01", ALPN: "tls-alpn-01"})
    nobody: str = field(default_factory=lambda: f"https://127.0.0.1:{free_port()}/directory")

    def config(self, directory: str) -> Json:
        acme = {
            "directory": directory,
            "email": "ops@shop.example",
            "terms_accepted": True,
            "trusted_roots": str(self.world / "roots.pem"),
        }
        certificates = {
            host: {"certificate": {"source": "acme", "challenge": challenge}}
            for host, challenge in self.hosts.items()
        }
        (route,) = plain_config()["routes"]
        return {
            **self.stage.config,
            "edge": {"hosts": {"app.localhost": {}, **certificates}, "acme": acme},
            "routes": [{**route, "hosts": ["app.localhost", *self.hosts]}],
        }

    def reload(self, *, directory: str | None = None) -> None:
        self.stage.write(self.config(directory or self.directory))
        done = self.stage.command("reload")
        assert done.returncode == 0, done.stderr

    def certificate(self, host: str) -> x509.Certificate:
        """What a browser gets to see."""
        return self.handshake(host, "h2", "http/1.1")[0]

    def handshake(self, host: str, *protocols: str, send: bytes = b"") -> "Shown":
        """Offer ``protocols`` to the edge: the certificate, the protocol it took, its answer."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(list(protocols))
        with over_tls(context, self.stage.port, host=host) as tls:
            certificate = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
            taken, answer = tls.selected_alpn_protocol(), b""
            if send:
                try:
                    tls.sendall(send)
                    while data := tls.recv(65536):
                        answer += data
                except (ConnectionError, ssl.SSLError):
                    pass
        return certificate, taken, answer

    def issued(self, *hosts: str) -> bool:
        """Whether the edge shows a certificate that the ACME server signed for each host."""
        issuer = self._issuer().certificate
        return all(signed_by(self.certificate(host), issuer) for host in hosts)

    def listed(self) -> dict[str, Json]:
        """What `cert list` tells of each host; each is there once."""
        found = json.loads(self.stage.command("cert", "list", "--json").stdout)
        hosts = [one["name"].removeprefix("host/") for one in found]
        assert len(set(hosts)) == len(hosts)
        return dict(zip(hosts, found, strict=True))

    def make_old(self, host: str) -> x509.Certificate:
        """Have it that the server issued a certificate 22 of its 30 days ago."""
        ago = datetime.now(UTC) - timedelta(days=22)
        leaf = make_host_leaf(read_host(host), self._issuer(), now=ago)
        chain = pem(leaf.certificate) + (self.world / "issuer.crt").read_bytes()
        store = CertificateStore(self.stage.state, clock=SystemClock())
        store.install_acme(host, chain=chain, key=key_pem(leaf.key))
        return leaf.certificate

    def trust(self) -> ssl.SSLContext:
        """What trusts the local authority and the ACME server's."""
        context = self.stage.trust()
        context.load_verify_locations(self.world / "issuer-root.pem")
        return context

    @contextmanager
    def light_load(self, host: str) -> Iterator[Load]:
        """Clients of ``host``, old connections and new ones; none of them may fail."""
        with Load(
            self.stage.port, self.trust(), host=host, http1=1, http2=1, streams=1, pause=0.05
        ) as load:
            yield load
        assert not load.tally.failures, load.tally.told()
        assert min(load.tally.answered.values()) > 10, load.tally.told()

    def orders(self) -> int:
        database = sqlite3.connect(self.world / "acme.db")
        try:
            ((count,),) = database.execute("select count(*) from orders").fetchall()
        finally:
            database.close()
        return int(count)

    def shown(self) -> list[Path]:
        """The answers that are shown to whoever asks."""
        places = (self.stage.state / "acme/challenges", self.stage.state / "xds/edge/challenges")
        found = [path for place in places for path in place.rglob("*") if path.is_file()]
        return [path for path in found if not path.name.startswith(".")]

    def begun(self) -> list[Path]:
        """The orders that are under way."""
        return list((self.stage.state / "acme/orders").glob("*"))

    @contextmanager
    def killing(
        self, process: str, when: Callable[[], bool], *, before: Literal["order", "check"]
    ) -> Iterator[None]:
        """SIGKILL a process the moment ``when()`` is true, which must happen in the end.

        The server goes no further than ``before`` a new order or its check until that is done.
        """
        pid, killed = self.stage.pid(process), threading.Event()
        held = self.world / f"held-{before}"
        held.touch()

        def watch() -> None:
            deadline = time.monotonic() + SOON_S
            while time.monotonic() < deadline:
                if when():
                    os.kill(pid, signal.SIGKILL)
                    held.unlink()
                    killed.set()
                    return
                time.sleep(0.002)

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield
        finally:
            watcher.join()
            held.unlink(missing_ok=True)
        assert killed.is_set(), self.stage.log()

    def plain(self, data: bytes, *, wait: float = 5.0) -> bytes:
        """Send a request to the plain-text twin and return its answer."""
        answer = b""
        with socket.create_connection(("127.0.0.1", self.stage.redirect), timeout=wait) as sock:
            with suppress(OSError):  # refused while being sent: the answer is on its way
                sock.sendall(data)
            while not _whole(answer) and (chunk := sock.recv(65536)):
                answer += chunk
        return answer

    def _issuer(self) -> Signer:
        certificate = x509.load_pem_x509_certificate((self.world / "issuer.crt").read_bytes())
        key = serialization.load_pem_private_key((self.world / "issuer.key").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return Signer(certificate=certificate, key=key)


def _whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return bool(end) and length is not None and len(body) >= int(length[1])


Shown = tuple[x509.Certificate, str | None, bytes]


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


@contextmanager
def scene_in(folder: Path) -> Iterator[Scene]:
    """An edge that has been started while its ACME server did not answer."""
    world = folder / "world"
    world.mkdir()
    (folder / "edge").mkdir()
    with (
        Stage(folder / "edge") as stage,
        acme_server(world, http_port=stage.redirect, tls_port=stage.port) as directory,
    ):
        scene = Scene(stage, world, directory)
        stage.write(scene.config(scene.nobody))
        stage.up()
        yield scene
