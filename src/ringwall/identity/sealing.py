"""Secrets that have to be read again, kept encrypted: the database alone gives none away.

The key is a file of the state folder, made when it is first needed. Whoever loses it has to enter
the secrets anew; whoever has a copy of the database without it has nothing.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringwall.runtime.current import current_installation
from ringwall.runtime.private_files import locked, private_folder, write_private

FILE: Final = "identity/sealing.key"

_FORM: Final = "rw1."
_NONCE: Final = 12
"""Bytes, NIST SP 800-38D section 8.2.2; a random one is safe for 2^32 secrets."""


class UnsealingError(ValueError):
    """A secret cannot be read: the key is another one, or the text was changed."""


def seal(secret: bytes) -> str:
    """Return ``secret`` encrypted and authenticated (AES-256-GCM), as ASCII text."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(_key(current_installation().state)).encrypt(nonce, secret, _FORM.encode())
    return _FORM + urlsafe_b64encode(nonce + sealed).decode("ascii")


def unseal(sealed: str) -> bytes:
    """Return what was sealed; :class:`UnsealingError` for all that we did not seal ourselves."""
    form, _, rest = sealed.partition(".")
    try:
        whole = urlsafe_b64decode(rest.encode("ascii")) if f"{form}." == _FORM else b""
        key = AESGCM(_key(current_installation().state))
        return key.decrypt(whole[:_NONCE], whole[_NONCE:], _FORM.encode())
    except (InvalidTag, ValueError) as error:
        msg = f"a stored secret cannot be read with {FILE} of the state folder: enter it anew"
        raise UnsealingError(msg) from error


def _key(state: Path) -> bytes:
    path = state / FILE
    if not path.exists():
        private_folder(path.parent)
        with locked(path.parent / ".sealing.lock"):
            if not path.exists():
                write_private(path, AESGCM.generate_key(bit_length=256))
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, _stamp: int) -> bytes:
    return path.read_bytes()
