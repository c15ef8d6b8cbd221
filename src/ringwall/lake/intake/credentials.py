"""What the intake shows and whom it trusts, read again when the files change."""

import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ringwall.lake.intake.settings import Tls

_MINIMUM: Final = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}

_Seen = tuple[tuple[int, int, int], ...]


class Changes:
    """Whether files are others than they were when they were read last."""

    def __init__(self, *paths: Path) -> None:
        self._paths: Sequence[Path] = paths
        self._seen: _Seen | None = None

    def any(self) -> bool:
        """Whether one changed since the last time this was asked, or it is asked first."""
        seen = tuple(_signature(path) for path in self._paths)
        changed = seen != self._seen
        self._seen = seen
        return changed

    def again(self) -> None:
        """Have the next question be answered with yes."""
        self._seen = None


def _signature(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)


class Credentials:
    """TLS contexts: ``asking`` for a certificate of the client, and ``demanding`` it."""

    def __init__(self, tls: Tls) -> None:
        self._chain, self._key, self._trust = tls.certificate, tls.key, tls.trust
        self._minimum = _MINIMUM[tls.minimum]
        self._changes = Changes(self._chain, self._key, self._trust)
        self._changes.any()
        self.asking, self.demanding = self._made()

    def refresh(self) -> None:
        """Read the files again if they changed; ``OSError`` where they cannot be used yet.

        Then those read before stay.
        """
        if not self._changes.any():
            return
        try:
            self.asking, self.demanding = self._made()
        except OSError:
            self._changes.again()  # perhaps only one of a pair is there yet
            raise

    def _made(self) -> tuple[ssl.SSLContext, ssl.SSLContext]:
        return self._context(ssl.CERT_OPTIONAL), self._context(ssl.CERT_REQUIRED)

    def _context(self, mode: ssl.VerifyMode) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = self._minimum
        context.verify_mode = mode
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        # A session that is taken up again is not asked whether its certificate is still good.
        context.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
        context.num_tickets = 0
        # Who speaks both is answered in HTTP/1.1: HTTP/2 is for gRPC, which speaks nothing else.
        context.set_alpn_protocols(["http/1.1", "h2"])
        try:
            context.load_cert_chain(self._chain, self._key)
        except OSError as error:
            said = f"{self._chain} and {self._key} are no certificate and its key: {error}"
            raise OSError(said) from error
        try:
            context.load_verify_locations(self._trust)
        except OSError as error:
            raise OSError(f"{self._trust} holds no certificates: {error}") from error
        return context
