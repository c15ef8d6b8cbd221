"""Show ACME challenge answers at the edge: a folder for HTTP-01, an SDS file for TLS-ALPN-01."""

import socket
import ssl
import time
from pathlib import Path
from typing import Final

from ringwall.gateway import xds
from ringwall.gateway.certificates.challenges import FolderPublisher
from ringwall.gateway.certificates.private_files import private_folder, write_private
from ringwall.gateway.certificates.tls_alpn import PROTOCOL
from ringwall.gateway.envoy import tls
from ringwall.gateway.envoy.edge import challenge_secret_file
from ringwall.gateway.layout import EDGE, Layout
from ringwall.runtime.configuration import Address

_PATIENCE: Final = 10.0


class EdgePublisher:
    """A ``ChallengePublisher`` that answers where the world asks: at the edge."""

    def __init__(self, layout: Layout, *, listen: Address) -> None:
        self._folder = FolderPublisher(layout.challenges)
        self._xds = Path(layout.xds(EDGE).path)
        self._listen = listen

    def http(self, token: str, key_authorization: str) -> None:
        """Serve the answer on the plain-text twin, which leads there to the web process."""
        self._folder.http(token, key_authorization)

    def tls_alpn(self, host: str, certificate_pem: bytes, key_pem: bytes) -> None:
        """Show the certificate for ``acme-tls/1``; return once the edge does, or raise.

        ``TimeoutError`` when the edge does not show it: the server would only count a failure.
        """
        chain, key = self._files(host)
        private_folder(chain.parent)
        write_private(key, key_pem)
        write_private(chain, certificate_pem)
        resource = tls.certificate_secret(f"acme:{host}", chain=str(chain), key=str(key))
        xds.write_secret(self._xds / challenge_secret_file(host), resource)
        self._await(host, ssl.PEM_cert_to_DER_cert(certificate_pem.decode("ascii")))

    def withdraw(self, *, host: str, token: str) -> None:
        """Take back what was published for either; nothing being there is no error."""
        self._folder.withdraw(host=host, token=token)

    def _files(self, host: str) -> tuple[Path, Path]:
        stem = f"{time.time_ns()}-{host.replace('*', '_')}"
        folder = self._xds / "challenges"
        for old in folder.glob(f"*-{host.replace('*', '_')}.*"):
            old.unlink(missing_ok=True)
        return folder / f"{stem}.crt", folder / f"{stem}.key"

    def _await(self, host: str, expected: bytes) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self._shown(host) == expected:
                return
            time.sleep(0.1)
        msg = f"the edge at {self._listen} does not show the challenge certificate of {host}"
        raise TimeoutError(msg)

    def _shown(self, host: str) -> bytes | None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the certificate is compared whole instead
        context.set_alpn_protocols([PROTOCOL])
        place = "127.0.0.1" if self._listen.host in {"0.0.0.0", "::"} else self._listen.host  # noqa: S104
        try:
            with (
                socket.create_connection((place, self._listen.port), timeout=2) as sock,
                context.wrap_socket(sock, server_hostname=host) as shown,
            ):
                return shown.getpeercert(binary_form=True)
        except OSError:
            return None
