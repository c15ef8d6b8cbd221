"""Show ACME challenge answers at the edge: a folder for HTTP-01, an SDS file for TLS-ALPN-01."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ringwall.gateway import xds
from ringwall.gateway.certificates.challenges import FolderPublisher
from ringwall.gateway.certificates.credential import Credential
from ringwall.gateway.certificates.names import folder_name
from ringwall.gateway.certificates.tls_alpn import PROTOCOL
from ringwall.gateway.config import AcmeCertificate, Edge
from ringwall.gateway.envoy import tls
from ringwall.gateway.envoy.edge import challenge_secret_file
from ringwall.gateway.envoy.routes import ACME_CHALLENGES
from ringwall.gateway.layout import EDGE, Layout
from ringwall.runtime.configuration import Address
from ringwall.runtime.private_files import locked, private_folder, write_private

PATIENCE: Final = 20.0
"""Seconds for the edge to show an answer: long enough for a killed process to be back."""

_EVERY_NETWORK: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not bound


class EdgePublisher:
    """A ``ChallengePublisher`` that answers where the world asks: at the edge.

    Each answer is asked for at the edge's own door before it counts as shown: the ACME server
    looks once, and what it does not find then is a failed attempt. ``held`` gives the certificate
    shown for ``acme-tls/1`` while no challenge is being answered.
    """

    def __init__(self, layout: Layout, edge: Edge, *, held: Callable[[], Credential]) -> None:
        self._folder = FolderPublisher(layout.challenges)
        self._xds = Path(layout.xds(EDGE).path)
        self._pairs = self._xds / "challenges"
        self._edge, self._held = edge, held

    def http(self, token: str, key_authorization: str) -> None:
        """Serve the answer on the plain-text twin, which leads there to the web process.

        ``TimeoutError`` when it does not.
        """
        door = self._edge.redirect
        if door is None:
            msg = "http-01 needs the plain-text listener, edge.redirect"
            raise ValueError(msg)
        self._folder.http(token, key_authorization)
        expected = key_authorization.encode("ascii")
        _until(
            lambda: _page(door, self._any_host(), ACME_CHALLENGES + token) == expected,
            f"the edge at {door} does not show the answer",
        )

    def tls_alpn(self, host: str, certificate_pem: bytes, key_pem: bytes) -> None:
        """Show the certificate for ``acme-tls/1``; ``TimeoutError`` when the edge does not."""
        with self._changing():
            self._forget(host)
            folder = private_folder(self._pairs / folder_name(host))
            chain = folder / f"{time.time_ns()}.crt"
            key = chain.with_suffix(".key")
            write_private(key, key_pem)
            write_private(chain, certificate_pem)
            self._give(host, chain, key)
        expected = ssl.PEM_cert_to_DER_cert(certificate_pem.decode("ascii"))
        door = self._edge.listen
        _until(
            lambda: _certificate(door, host) == expected,
            f"the edge at {door} does not show the challenge certificate of {host}",
        )

    def withdraw(self, *, host: str, token: str) -> None:
        """Take back what was published for either; nothing being there is no error."""
        self._folder.withdraw(host=host, token=token)
        with self._changing():
            if self._answering(host):
                self._forget(host)

    def refresh(self) -> None:
        """Put the present ``held`` certificate wherever no challenge is being answered.

        It is renewed as every certificate is, and the files of the old one go one day.
        """
        for host, settings in self._edge.hosts.items():
            wanted = settings.certificate
            if isinstance(wanted, AcmeCertificate) and wanted.challenge == "tls-alpn-01":
                with self._changing():
                    if not self._answering(host):
                        self._forget(host)

    def _any_host(self) -> str:
        """A name the plain-text twin knows: tokens are answered on every host."""
        return next(host for host in sorted(self._edge.hosts) if not host.startswith("*."))

    def _secret(self, host: str) -> Path:
        return self._xds / challenge_secret_file(host)

    def _answering(self, host: str) -> bool:
        try:
            secret = self._secret(host).read_text()
        except FileNotFoundError:
            return False
        return any(
            str(chain) in secret for chain in (self._pairs / folder_name(host)).glob("*.crt")
        )

    def _give(self, host: str, chain: Path, key: Path) -> None:
        resource = tls.certificate_secret(f"acme:{host}", chain=str(chain), key=str(key))
        xds.write_secret(self._secret(host), resource)

    def _forget(self, host: str) -> None:
        held = self._held()
        self._give(host, held.chain, held.key)
        for old in (self._pairs / folder_name(host)).glob("*"):
            old.unlink(missing_ok=True)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        private_folder(self._pairs)
        with locked(self._pairs / ".lock"):
            yield


def _until(shown: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not shown():
        if time.monotonic() > deadline:
            raise TimeoutError(complaint)
        time.sleep(0.1)


def _page(door: Address, host: str, path: str) -> bytes | None:
    """What a plain-text GET is answered with, or ``None`` when that is not 200."""
    connection = http.client.HTTPConnection(host, timeout=2)
    try:
        connection.sock = _connected(door)
        connection.request("GET", path)
        response = connection.getresponse()
        return response.read() if response.status == 200 else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _certificate(door: Address, host: str) -> bytes | None:
    """The certificate shown to who asks ``host`` for ``acme-tls/1`` alone, in DER."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the certificate is compared whole instead
    context.set_alpn_protocols([PROTOCOL])
    try:
        with _connected(door) as sock, context.wrap_socket(sock, server_hostname=host) as shown:
            return shown.getpeercert(binary_form=True)
    except OSError:
        return None


def _connected(door: Address) -> socket.socket:
    if door.is_unix:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        sock.settimeout(2)
        sock.connect(door.path)
        return sock
    return socket.create_connection(
        (_EVERY_NETWORK.get(door.host, door.host), door.port), timeout=2
    )
