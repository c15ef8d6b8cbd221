"""Django's signing key: a file of the state folder."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

_SHORTEST_KEY: Final = 50


def secret_key(state: Path) -> str:
    """Django's signing key, made once and kept 0600 in the state folder.

    Web and worker start at the same time: the key is written whole under another name, and the
    first to give it its own name wins.
    """
    path = state / "secret.key"
    if not path.exists():
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = state / f".secret.key-{os.getpid()}-{secrets.token_hex(4)}"
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(64))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                path.hardlink_to(fresh)
        finally:
            fresh.unlink()
    key = path.read_text(encoding="ascii")
    if len(key) < _SHORTEST_KEY:
        msg = f"{path} is damaged: remove it, a new one is made (whoever is signed in has to again)"
        raise ValueError(msg)
    return key
