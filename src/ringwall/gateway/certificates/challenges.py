"""Answers to an ACME server's challenges: who shows them, and the folder that HTTP-01 is read from.

HTTP-01 (RFC 8555 section 8.3): the server fetches ``/.well-known/acme-challenge/<token>`` from the
host's port 80. TLS-ALPN-01 (RFC 8737): it asks the host's port 443 for ``acme-tls/1``.
"""

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from ringwall.runtime.private_files import private_folder, write_private

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{22,256}")
"""base64url of at least 128 random bits (RFC 8555 section 8.3)."""
_LARGEST_ANSWER: Final = 512
_FORGOTTEN_AFTER: Final = 7 * 86400.0


class ChallengePublisher(Protocol):
    """Shows answers to the world. Each call returns when the answer is being served.

    ``OSError`` or ``ValueError`` when it cannot be: the ACME server is not asked to look then.
    """

    def http(self, token: str, key_authorization: str) -> None:
        """Serve ``key_authorization`` at the token's path on every host."""

    def tls_alpn(self, host: str, certificate_pem: bytes, key_pem: bytes) -> None:
        """Serve this certificate to who asks ``host`` for the protocol ``acme-tls/1`` alone."""

    def withdraw(self, *, host: str, token: str) -> None:
        """Take back what was published for either; nothing being there is no error."""


class FolderPublisher:
    """HTTP-01 by a folder that the web process reads with :func:`challenge_response`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def http(self, token: str, key_authorization: str) -> None:
        """Write the answer; ``ValueError`` when the server's token is none."""
        if not is_token(token):
            msg = f"the ACME server sent a token that is not base64url: {token[:64]!r}"
            raise ValueError(msg)
        private_folder(self._folder)
        self._forget_old()
        write_private(self._folder / token, key_authorization.encode("ascii"))

    def tls_alpn(self, host: str, certificate_pem: bytes, key_pem: bytes) -> None:  # noqa: ARG002
        """Refuse: a folder speaks no TLS."""
        msg = f"only http-01 is served from a folder: choose that challenge for {host}"
        raise ValueError(msg)

    def withdraw(self, *, host: str, token: str) -> None:  # noqa: ARG002
        """Delete the answer."""
        if is_token(token):
            (self._folder / token).unlink(missing_ok=True)

    def _forget_old(self) -> None:
        # What a killed order left behind; file times are the machine's own.
        limit = time.time() - _FORGOTTEN_AFTER
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < limit:
                    path.unlink()


def is_token(text: str) -> bool:
    """Whether ``text`` is a token by RFC 8555 section 8.3, and thus a safe file name."""
    return _TOKEN.fullmatch(text) is not None


def challenge_response(folder: Path, token: str) -> str | None:
    """Return the key authorization to answer ``token`` with, or ``None`` when there is none.

    ``token`` comes from anyone on the internet; only its strict form reaches the file system.
    """
    if not is_token(token):
        return None
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(folder / token, flags)
    except OSError:
        return None
    try:
        content = os.read(descriptor, _LARGEST_ANSWER + 1)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if len(content) > _LARGEST_ANSWER or not content.isascii():
        return None
    answer = content.decode("ascii")
    return answer if answer.startswith(f"{token}.") else None
