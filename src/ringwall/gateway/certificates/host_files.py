"""Certificates that come from outside for one host: what is checked before they are shown."""

from pathlib import Path

from ringwall.gateway.certificates.credential import Credential, CredentialError, read_file
from ringwall.gateway.certificates.names import covers


def read_user_files(chain: Path, key: Path) -> tuple[bytes, bytes]:
    """Read what the user brought; :class:`CredentialError` when every user could read the key."""
    if key.exists() and key.stat().st_mode & 0o006:
        msg = f"{key} can be read or written by every user: run chmod o-rwx {key}"
        raise CredentialError(msg)
    return read_file(chain), read_file(key)


def check_serves(credential: Credential, host: str) -> None:
    """Make sure a client that asks for ``host`` will accept the name; else say what it is for."""
    if not any(covers(pattern, host) for pattern in credential.names):
        names = ", ".join(credential.names) or "no name"
        msg = f"{credential.chain} is for {names}, not for {host}: bring one that names it"
        raise CredentialError(msg)
